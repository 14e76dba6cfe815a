"""Batches in columns and events one by one are checked alike, whatever they hold."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from taximeter.ingest.batch import SentBatch
from taximeter.ingest.check_batch import check_batch
from taximeter.ingest.directory import Directory
from taximeter.ingest.event import Rejection, SentEvent, check, timestamp_bounds_us
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import FormulaName, Meter
from taximeter.settings import Settings
from taximeter.test_clocks import ClockTimes
from tests.oracle.worked import MIDNIGHT_US, a_meter
from tests.properties.numbers import numbers, texts
from tests.properties.streams import FORMULA_NAMES, KEYS

ENVIRONMENT = 2
SETTINGS = Settings(payload_keys_max=5, payload_value_characters_max=40, value_digits_max=12)
EARLIEST, LATEST = timestamp_bounds_us(MIDNIGHT_US, SETTINGS)
CUSTOMERS = {"cus_1", "cus_2"}
ON_A_CLOCK = {"cus_2": MIDNIGHT_US + 400 * DAY_SECONDS * MICROSECONDS}
NAMES = ["tokens", "calls", "asleep", "nobody"]

values = st.one_of(
    st.sampled_from(["1", "1", "1", "2.50", "-3", "0.5", "0", "-0"]),
    numbers(),
    texts,
    st.sampled_from(
        ["", "+1", "1e5", "1.", ".5", "1_000", "\uff11", " 1", "1\n", "NaN", "Infinity"]
    ),
    st.sampled_from(["1" * 12, "1" * 13, "0" * 13, "0.00000000001", "1" * 40, "1" * 41, "日" * 40]),
)
customers = st.one_of(st.sampled_from(sorted(CUSTOMERS) * 3), st.sampled_from(["", "cus_3"]), texts)
CLOCK_BOUNDS = timestamp_bounds_us(ON_A_CLOCK["cus_2"], SETTINGS)
moments = st.one_of(
    st.sampled_from([MIDNIGHT_US, MIDNIGHT_US, None]),
    st.sampled_from(
        [*ON_A_CLOCK.values(), CLOCK_BOUNDS[0] - 1, *CLOCK_BOUNDS, CLOCK_BOUNDS[1] + 1]
    ),
    st.sampled_from([EARLIEST - 1, EARLIEST, LATEST, LATEST + 1, -(10**15), 10**17]),
)
KEYS_OF_A_PAYLOAD = ["customer", "customer", "value", "value", *KEYS, "note", "k" * 100, "k" * 101]


class OneEvent(msgspec.Struct, frozen=True):
    """An event as it was sent, perhaps without a timestamp."""

    event_name: str
    payload: dict[str, str]
    identifier: str
    timestamp_us: int | None


@st.composite
def worlds(draw: DrawFn) -> list[Meter]:
    """Two meters that are active and one that is not."""
    return [
        a_meter(
            id=f"mtr_{name}",
            environment=ENVIRONMENT,
            event_name=name,
            formula=draw(st.sampled_from(FORMULA_NAMES)),
            customer_key="customer",
            dimension_keys=tuple(draw(st.permutations(KEYS))[: draw(st.integers(0, 2))]),
            status="inactive" if name == "asleep" else "active",
        )
        for name in NAMES[:3]
    ]


@st.composite
def payloads(draw: DrawFn) -> dict[str, str]:
    """Most often what every meter wants; else a key more, or less, or any text in its place."""
    payload = {"customer": draw(customers), "value": draw(values), **dict.fromkeys(KEYS, "x")}
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        key = draw(st.sampled_from(KEYS_OF_A_PAYLOAD))
        if draw(st.booleans()):
            payload.pop(key, None)
        else:
            payload[key] = draw(values)
    return payload


@st.composite
def batches(draw: DrawFn) -> list[OneEvent]:
    """A few events, mostly of one meter."""
    some = st.sampled_from(draw(st.sampled_from([NAMES, NAMES[:1], NAMES[:2]])))
    count = draw(st.integers(1, 6))
    return [
        OneEvent(draw(some), draw(payloads()), f"id {index}", draw(moments))
        for index in range(count)
    ]


class Records:
    """The meters and customers of a world, as the directory reads them."""

    def __init__(self, meters: list[Meter], clocked: dict[str, int]) -> None:
        self._meters = meters
        self._clocked = clocked
        self.meters: Any = self  # all stores in one object, as far as the directory asks
        self.customers: Any = self
        self.test_clocks: Any = self

    def with_event_name(self, environment: int, event_name: str) -> list[Meter]:
        return [one for one in self._meters if one.event_name == event_name]

    def existing(self, environment: int, ids: Collection[str]) -> set[str]:
        return CUSTOMERS & set(ids)

    def existing_ids(self, environment: int, *, limit: int) -> set[str]:
        return set(CUSTOMERS)

    def times(self, environment: int) -> ClockTimes:
        return ClockTimes(self._clocked, advancing=False)


def directory_of(meters: list[Meter], clocked: dict[str, int] | None = None) -> Directory:
    @contextmanager
    def reading() -> Iterator[Records]:
        yield Records(meters, clocked or {})

    return Directory(reading=reading, customers_max=100)


def one_by_one(
    sent: list[OneEvent], directory: Directory, clocked: dict[str, int] | None = None
) -> dict[int, Any]:
    """What becomes of each event by itself: the event, or code, customer and meter."""
    answers: dict[int, Any] = {}
    for position, one in enumerate(sent):
        meter = directory.meter(ENVIRONMENT, one.event_name)
        event = check(
            SentEvent(
                event_name=one.event_name,
                payload=one.payload,
                identifier=one.identifier,
                timestamp_us=one.timestamp_us,
            ),
            meter=meter,
            environment=ENVIRONMENT,
            now_us=(clocked or {}).get(one.payload.get("customer", ""), MIDNIGHT_US),
            settings=SETTINGS,
        )
        if isinstance(event, Rejection):
            answers[position] = (event.code, event.message)
        elif event.customer not in CUSTOMERS:
            answers[position] = "meter_event_customer_not_found"
        else:
            answers[position] = event
    return answers


def in_columns(sent: list[OneEvent], directory: Directory) -> tuple[dict[int, Any], list[int]]:
    """The same from a batch, and the positions in the order in which they came out."""
    batch = check_batch(
        SentBatch(
            event_names=[one.event_name for one in sent],
            payloads=[one.payload for one in sent],
            identifiers=[one.identifier for one in sent],
            timestamps_us=np.array(
                [MIDNIGHT_US if one.timestamp_us is None else one.timestamp_us for one in sent],
                dtype=np.int64,
            ),
            undated=np.array([one.timestamp_us is None for one in sent], dtype=np.bool_),
        ),
        environment=ENVIRONMENT,
        directory=directory,
        now_us=MIDNIGHT_US,
        settings=SETTINGS,
    )
    assert len(batch) == len(sent)
    answers: dict[int, Any] = {}
    order: list[int] = []
    for run in batch.runs:
        assert run.identifier_hashes.size == len(run)
        assert list(run.positions) == sorted(run.positions)
        answers |= {place: run.event(index) for index, place in enumerate(run.positions)}
        order += run.positions
    for one in batch.refused:
        assert msgspec.json.decode(one.payload) == sent[one.position].payload
        assert one.identifier == sent[one.position].identifier
        unknown = one.code == "meter_event_customer_not_found"
        answers[one.position] = one.code if unknown else (one.code, one.message)
        order.append(one.position)
    return answers, order


@given(meters=worlds(), sent=batches(), clocked=st.sampled_from([{}, ON_A_CLOCK]))
def test_a_batch_is_checked_as_its_events_would_be(
    meters: list[Meter], sent: list[OneEvent], clocked: dict[str, int]
) -> None:
    directory = directory_of(meters, clocked)
    answers, order = in_columns(sent, directory)
    assert sorted(order) == list(range(len(sent)))
    assert answers == one_by_one(sent, directory, clocked)


PLAIN = {"customer": "cus_1", "value": "2.5", "model": "x"}


def each(key: str, *values: str | None) -> list[dict[str, str | None]]:
    """One deviation for each value of a key; None leaves the key out."""
    return [{key: value} for value in values]


DEVIATIONS: list[dict[str, str | None]] = [
    *each("value", "1" * 12, "1" * 13, "0" * 13, "1" * 41, "0.00000000001", "-0", "1.", ".5"),
    *each("value", "+1", "1e2", "", None, "NaN", "\uff11", "1\n"),
    *each("customer", "", None, "cus_2", "cus_3"),
    *each("model", "", None, "y", "日" * 40, "日" * 41),
    *each("note", "", "日" * 40, "日" * 41, '"' * 40),
    *(change for key in ("", "k" * 100, "k" * 101) for change in each(key, "x")),
    {"a": "x", "b": "x"},
    {"a": "x", "b": "x", "c": "x"},
]


@pytest.mark.parametrize("dimension_keys", [(), ("model",)], ids=["whole", "by model"])
@pytest.mark.parametrize("formula", FORMULA_NAMES)
def test_one_odd_event_among_plain_ones_is_judged_as_if_alone(
    formula: FormulaName, dimension_keys: tuple[str, ...]
) -> None:
    meter = a_meter(
        environment=ENVIRONMENT,
        event_name="tokens",
        formula=formula,
        customer_key="customer",
        dimension_keys=dimension_keys,
    )
    directory = directory_of([meter])
    for deviation in DEVIATIONS:
        odd = {key: one for key, one in {**PLAIN, **deviation}.items() if one is not None}
        sent = [
            OneEvent("tokens", payload, f"id {index}", MIDNIGHT_US)
            for index, payload in enumerate([PLAIN, odd, PLAIN])
        ]
        assert in_columns(sent, directory)[0] == one_by_one(sent, directory), deviation


@pytest.mark.parametrize("moment", [EARLIEST - 1, EARLIEST, LATEST, LATEST + 1])
def test_one_odd_moment_among_plain_ones_is_judged_as_if_alone(moment: int) -> None:
    meter = a_meter(environment=ENVIRONMENT, event_name="tokens", customer_key="customer")
    directory = directory_of([meter])
    sent = [
        OneEvent("tokens", PLAIN, f"id {index}", at)
        for index, at in enumerate([MIDNIGHT_US, moment, MIDNIGHT_US])
    ]
    assert in_columns(sent, directory)[0] == one_by_one(sent, directory)
