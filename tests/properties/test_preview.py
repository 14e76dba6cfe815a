"""What the preview says of events, and what they come to once they are recorded, is the same."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn

from taximeter.ingest.event import LoggedEvent, MeterEvent, SentEvent
from taximeter.invoicing.usage import UsageKey, read_usage
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import FormulaName, Meter
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.preview import Judged, judge, preview_totals
from taximeter.usage.reader import Total, UsageQuery, UsageReader
from tests.oracle.fresh import fresh_database
from tests.oracle.worked import DAY_US, MIDNIGHT_US, SETTINGS, logged
from tests.properties.numbers import numbers, texts
from tests.properties.streams import (
    CUSTOMERS,
    FORMULA_NAMES,
    START_US,
    WINDOWS,
    dimension_values,
    meters,
    moments,
)

RANGE_US = (MIDNIGHT_US - 3 * DAY_US, MIDNIGHT_US + 3 * DAY_US)


@st.composite
def sent_events(draw: DrawFn, meter: Meter) -> list[SentEvent]:
    """What people type into the pane: mostly good, sometimes not."""
    events = []
    for number in range(draw(st.integers(0, 12))):
        value = draw(texts if meter.formula == "unique_count" else numbers())
        payload = {meter.customer_key: draw(st.sampled_from(CUSTOMERS)), meter.value_key: value}
        payload |= {key: draw(dimension_values) for key in meter.dimension_keys}
        flaw = draw(st.sampled_from([*["none"] * 6, "customer", "value", "number", "time"]))
        if flaw == "customer":
            payload[meter.customer_key] = ""
        elif flaw == "value":
            del payload[meter.value_key]
        elif flaw == "number":
            payload[meter.value_key] = "1,5"
        events.append(
            SentEvent(
                event_name=meter.event_name,
                payload=payload,
                identifier=f"example {number}",
                timestamp_us=0 if flaw == "time" else draw(moments),
            )
        )
    return events


def recorded(judged: Sequence[Judged]) -> list[LoggedEvent]:
    """The events that ingestion takes, those that are replaced later on among them."""
    taken = [one.event for one in judged if isinstance(one.event, MeterEvent)]
    return [logged(event, seq=seq) for seq, event in enumerate(taken, start=1)]


def in_order(totals: Sequence[Total]) -> list[Total]:
    return sorted(totals, key=lambda one: (one.start_us, one.customer or "", one.dimensions))


def billed(meter: Meter, reader: UsageReader) -> dict[str | None, object]:
    """The quantities that invoices of the whole range would have."""
    start, end = (moment // MICROSECONDS for moment in RANGE_US)
    keys = [UsageKey(meter=meter.id, customer=one, start=start, end=end) for one in CUSTOMERS]
    usage = read_usage(
        keys,
        environment=meter.environment,
        meters={meter.id: meter},
        reader=reader,
        as_of_us=START_US + DAY_US,
    )
    return {key.customer: usage[key].value for key in keys}


@pytest.mark.parametrize("formula", FORMULA_NAMES)
@settings(max_examples=25)
@given(data=st.data())
def test_the_preview_says_what_will_be_billed(formula: FormulaName, data: DataObject) -> None:
    meter = data.draw(meters([formula]))[0]
    judged = judge(data.draw(sent_events(meter)), meter=meter, now_us=START_US, settings=SETTINGS)
    window = data.draw(st.sampled_from(WINDOWS[1:]))
    group_by = tuple(meter.dimension_keys[: data.draw(st.integers(0, 2))])
    with fresh_database() as database:
        if rows := recorded(judged):
            DuckLog(database).append(rows, [])
        reader = DuckReader(database)
        query = UsageQuery(
            meter=meter,
            start_us=RANGE_US[0],
            end_us=RANGE_US[1],
            window=window,
            by_customer=True,
            group_by=group_by,
        )
        read = in_order(reader.totals(query))
        quantities = billed(meter, reader)
        whole = reader.totals(UsageQuery(meter=meter, start_us=RANGE_US[0], end_us=RANGE_US[1]))
    shown = preview_totals(judged, meter=meter, window=window, by_customer=True, group_by=group_by)
    assert list(shown) == read
    by_customer = {
        one.customer: one.value for one in preview_totals(judged, meter=meter, by_customer=True)
    }
    assert {one: by_customer.get(one, 0) for one in CUSTOMERS} == quantities
    assert [one.value for one in preview_totals(judged, meter=meter)] == [
        one.value for one in whole
    ]
