"""Random streams of usage: environments, customers, meters, late arrivals, cancellations."""

from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from taximeter.ingest.event import LoggedEvent, MeterEvent, SentEvent, check
from taximeter.ingest.log import Cancellation
from taximeter.kit.periods import Window, floor_us, window_us
from taximeter.meters import FormulaName, Meter
from taximeter.usage.reader import UsageQuery
from tests.oracle.worked import (
    DAY_US,
    HOUR_US,
    MIDNIGHT_US,
    SECOND_US,
    SETTINGS,
    a_meter,
    cancellation,
    logged,
)
from tests.properties.numbers import TEXTS, numbers, texts

FORMULA_NAMES: list[FormulaName] = ["sum", "count", "last", "max", "min", "avg", "unique_count"]
WINDOWS: list[Window | None] = [None, "hour", "day"]
CUSTOMERS = ["cus_1", "cus_2"]
KEYS = ["model", 'a"b']
# Few values, so that events often share them.
dimension_values = st.one_of(st.sampled_from(["x", "X"]), st.sampled_from(TEXTS))

# Everything that happens lies around these moments, so that bounds are met exactly and often.
EDGES = [MIDNIGHT_US + hours * HOUR_US for hours in (-1, 0, 0, 1, 24)]
STEPS = [-1, 0, 0, 1, SECOND_US, HOUR_US // 2]
near = st.builds(lambda edge, step: edge + step, st.sampled_from(EDGES), st.sampled_from(STEPS))
far = st.integers(MIDNIGHT_US - 2 * DAY_US, MIDNIGHT_US + 2 * DAY_US)
moments = st.one_of(near, near, near, far)
START_US = MIDNIGHT_US + 3 * DAY_US
"""When the first row is received; every timestamp above lies in the window then."""


class Stream(msgspec.Struct, frozen=True):
    """A log, and the meters that it speaks of."""

    meters: Sequence[Meter]
    events: Sequence[LoggedEvent]
    cancellations: Sequence[Cancellation]


@st.composite
def meters(draw: DrawFn, formulas: Sequence[FormulaName] = tuple(FORMULA_NAMES)) -> list[Meter]:
    """A few meters over two environments."""
    count = draw(st.integers(1, 2))
    return [
        a_meter(
            id=f"mtr_{index}",
            environment=draw(st.sampled_from([1, 2])),
            event_name=f"event {index}",
            event_time_window=draw(st.sampled_from(WINDOWS)),
            formula=draw(st.sampled_from(formulas)),
            value_key=draw(st.sampled_from(["value", "tokens"])),
            dimension_keys=tuple(draw(st.permutations(KEYS))[: draw(st.integers(0, 2))]),
        )
        for index in range(count)
    ]


@st.composite
def sent_to(draw: DrawFn, meter: Meter, identifier: str) -> MeterEvent:
    """An event that a meter takes, by way of the real checks."""
    value = draw(texts if meter.formula == "unique_count" else numbers())
    payload = {meter.customer_key: draw(st.sampled_from(CUSTOMERS)), meter.value_key: value}
    payload |= {key: draw(dimension_values) for key in meter.dimension_keys}
    if meter.formula == "count" and draw(st.booleans()):
        payload[meter.value_key] = "not a number"
    event = check(
        SentEvent(
            event_name=meter.event_name,
            payload=payload,
            identifier=identifier,
            timestamp_us=draw(moments),
        ),
        meter=meter,
        environment=meter.environment,
        now_us=START_US,
        settings=SETTINGS,
    )
    assert isinstance(event, MeterEvent), event
    return event


@st.composite
def streams(draw: DrawFn, formulas: Sequence[FormulaName] = tuple(FORMULA_NAMES)) -> Stream:
    """Events and cancellations in the order of their receipt."""
    known = draw(meters(formulas))
    events: list[LoggedEvent] = []
    cancellations: list[Cancellation] = []
    live: list[LoggedEvent] = []
    now_us = START_US
    for seq in range(1, draw(st.integers(0, 40)) + 1):
        now_us += draw(st.sampled_from([0, 1, SECOND_US, HOUR_US]))
        if live and draw(st.integers(0, 3)) == 0:
            target = live.pop(draw(st.integers(0, len(live) - 1)))
            cancellations.append(cancellation(target, seq=seq, received_at_us=now_us))
        else:
            event = draw(sent_to(draw(st.sampled_from(known)), f"identifier {seq}"))
            row = logged(event, seq=seq, received_at_us=now_us)
            events.append(row)
            live.append(row)
    return Stream(known, events, cancellations)


@st.composite
def queries(draw: DrawFn, stream: Stream) -> UsageQuery:
    """A question about one of the stream's meters."""
    meter = draw(st.sampled_from(stream.meters))
    window = draw(st.sampled_from(WINDOWS))
    first, last = sorted((draw(moments), draw(moments)))
    cuts: list[int] = []
    if window is not None:
        first, last = floor_us(first, window), floor_us(last, window) + window_us(window)
    elif draw(st.booleans()):
        cuts = sorted(set(draw(st.lists(moments, max_size=4))))
    received = [row.received_at_us for row in stream.events]
    received += [row.received_at_us for row in stream.cancellations]
    as_of = st.builds(
        lambda at, step: at + step,
        st.sampled_from([*received, START_US]),
        st.sampled_from([0, 1]),
    )
    until = st.integers(0, len(received) + 1)
    past = draw(st.sampled_from(["as of", "until", None]))
    keys = st.lists(st.sampled_from(meter.dimension_keys or [""]), unique=True)
    has = bool(meter.dimension_keys)
    return UsageQuery(
        meter=meter,
        start_us=first,
        end_us=max(last, first + 1),
        customer=draw(st.sampled_from([None, None, None, *CUSTOMERS, "cus_unknown"])),
        by_customer=draw(st.booleans()),
        window=window,
        cuts_us=tuple(cut for cut in cuts if first < cut < last),
        dimension_filters=tuple(
            (key, tuple(draw(st.lists(dimension_values, min_size=1, max_size=2))))
            for key in (draw(keys) if has and draw(st.integers(0, 3)) == 0 else [])
        ),
        group_by=tuple(draw(keys)) if has else (),
        as_of_us=draw(as_of) if past == "as of" else None,
        until_seq=draw(until) if past == "until" else None,
    )
