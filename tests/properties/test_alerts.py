"""An alert fires at exactly the row that brute force finds, once, whatever happens in between."""

import json
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn
from msgspec.structs import replace

from taximeter.alerts.alert import Alert, UsageThreshold
from taximeter.ingest.event import LoggedEvent
from taximeter.meters import FormulaName, Meter
from tests.alerts.world import World, open_world
from tests.oracle.alerts import Fired, brute_fired
from tests.properties.streams import CUSTOMERS, FORMULA_NAMES, Stream, dimension_values, streams

EVERY_FORMULA = pytest.mark.parametrize("formula", FORMULA_NAMES)

thresholds = st.one_of(
    st.sampled_from([Decimal(1), Decimal(2), Decimal("0.5"), Decimal(10)]),
    st.decimals(min_value="0.001", max_value=1_000, places=3),
    st.sampled_from([Decimal("1e-15"), Decimal(10**14)]),
)


@st.composite
def usage_thresholds(draw: DrawFn, meter: Meter) -> UsageThreshold:
    keys = draw(st.lists(st.sampled_from(meter.dimension_keys or [""]), unique=True, max_size=2))
    filters = [
        (key, tuple(sorted(draw(st.sets(dimension_values, min_size=1, max_size=2)))))
        for key in sorted(keys)
        if meter.dimension_keys
    ]
    return UsageThreshold(
        meter=meter.id,
        gte=draw(thresholds),
        recurrence=draw(st.sampled_from(["one_time", "billing_period"])),
        dimension_filters=tuple(filters) if draw(st.booleans()) else (),
    )


def in_environments(stream: Stream) -> Stream:
    """The stream with customers of one environment each, as records have them."""

    def named(row: LoggedEvent) -> LoggedEvent:
        customer = f"{row.event.customer} of {row.event.environment}"
        payload = json.dumps({**json.loads(row.event.payload), "stripe_customer_id": customer})
        return replace(row, event=replace(row.event, customer=customer, payload=payload))

    return Stream(
        stream.meters,
        [named(one) for one in stream.events],
        [
            replace(one, customer=f"{one.customer} of {one.environment}")
            for one in stream.cancellations
        ],
    )


def play(world: World, stream: Stream, data: DataObject) -> list[Fired]:
    """Send a stream, with alerts made, rows moved and memory lost at any point."""
    for environment in (1, 2):
        world.add_customers(environment, *(f"{one} of {environment}" for one in CUSTOMERS))
    world.add_meters(*stream.meters)
    alerts: list[tuple[Alert, Meter]] = []
    rows = len(stream.events) + len(stream.cancellations)
    events = {one.seq: one for one in stream.events}
    cancellations = {one.seq: one for one in stream.cancellations}
    waiting: list[int] = []
    steps = st.sampled_from(["alert", "evaluate", "move", "restart", "send", "send", "send"])
    seq = 0
    while seq < rows:
        match data.draw(steps):
            case "alert":
                meter = data.draw(st.sampled_from(stream.meters))
                alert = world.alert(
                    len(alerts),
                    meter,
                    data.draw(usage_thresholds(meter)),
                    customer=data.draw(
                        st.sampled_from([None, f"{CUSTOMERS[0]} of {meter.environment}"])
                    ),
                )
                alerts.append((alert, meter))
                world.add_alert(alert)
            case "evaluate":
                world.evaluate()
            case "move":
                world.usage.settle()
            case "restart":
                world.restart()
            case _:
                waiting = list(range(seq + 1, min(rows, seq + data.draw(st.integers(1, 8))) + 1))
                world.append(
                    [events[one] for one in waiting if one in events],
                    [cancellations[one] for one in waiting if one in cancellations],
                )
                seq = waiting[-1]
    world.evaluate()
    return [
        fired
        for alert, meter in alerts
        for fired in brute_fired(alert, meter, stream.events, stream.cancellations)
    ]


def check_agreement(formula: FormulaName, data: DataObject) -> None:
    stream = in_environments(data.draw(streams(formulas=[formula])))
    rows_max = data.draw(st.sampled_from([1, 3, 200_000]))
    with (
        tempfile.TemporaryDirectory() as folder,
        open_world(Path(folder), alert_rows_max=rows_max) as world,
    ):
        expected = play(world, stream, data)
        told = [(one.alert, one.customer, one.round, one.seq, one.value) for one in world.told]
        assert sorted(told) == sorted(expected)


@EVERY_FORMULA
@settings(max_examples=6)
@given(data=st.data())
def test_alert_fires_at_the_row_that_brute_force_finds(
    formula: FormulaName, data: DataObject
) -> None:
    check_agreement(formula, data)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@EVERY_FORMULA
@settings(settings.get_profile("soak"))
@given(data=st.data())
def test_alert_fires_at_the_row_that_brute_force_finds_for_long(
    formula: FormulaName, data: DataObject
) -> None:
    check_agreement(formula, data)
