"""Summaries are paged by their ids: every one once, in order, in both directions."""

from collections.abc import Collection, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taximeter.customers import Customer, CustomerDetails, CustomerFilter
from taximeter.environments import Environment
from taximeter.errors import ResourceMissing
from taximeter.kit.clock import SteppingClock
from taximeter.kit.paging import Cursor, Page
from taximeter.kit.periods import Window
from taximeter.usage.summary import Summary, SummaryRequest, summarize
from tests.oracle.memory import Memory, MemoryReader
from tests.oracle.worked import (
    HOUR_US,
    MIDNIGHT,
    MIDNIGHT_US,
    SECOND_US,
    a_meter,
    an_event,
    logged,
)
from tests.properties.numbers import TEXTS

TEST = Environment(id=2, name="test", livemode=False)
METER = a_meter(dimension_keys=("model", "kind"))
REQUEST = SummaryRequest(customer="cus_1", start_time=MIDNIGHT - 86_400, end_time=MIDNIGHT + 86_400)


class OneCustomer:
    """A store that knows cus_1."""

    def add(self, customer: Customer) -> None:
        raise NotImplementedError

    def get(self, environment: int, id: str) -> Customer | None:
        return Customer(id=id, environment=environment, created=0, details=CustomerDetails())

    def save(self, customer: Customer) -> None:
        raise NotImplementedError

    def existing(self, environment: int, ids: Collection[str]) -> set[str]:
        raise NotImplementedError

    def existing_ids(self, environment: int, *, limit: int) -> set[str]:
        raise NotImplementedError

    def page(self, environment: int, cursor: Cursor, where: CustomerFilter) -> Page[Customer]:
        raise NotImplementedError


class Settled:
    """A log to which nothing is being written."""

    def settle(self, *, until_us: int = 0) -> None:
        """Nothing to wait for."""

    def cut(self, *, now_us: int) -> int:
        return now_us


sent = st.lists(
    st.tuples(st.integers(-20, 20), st.sampled_from(TEXTS), st.sampled_from(["in", "out"])),
    max_size=25,
)
grouped = st.sampled_from([(), ("model",), ("kind", "model"), ("model", "kind")])
windows: st.SearchStrategy[Window | None] = st.sampled_from([None, "hour", "day"])


def memory_of(sent: Sequence[tuple[int, str, str]]) -> Memory:
    memory = Memory()
    for seq, (hour, model, kind) in enumerate(sent, start=1):
        event = an_event(
            METER,
            "1",
            at_us=MIDNIGHT_US + hour * HOUR_US,
            identifier=str(seq),
            dimensions={"model": model, "kind": kind},
        )
        memory.add([logged(event, seq=seq)], [])
    return memory


def ask(memory: Memory, request: SummaryRequest, cursor: Cursor) -> Page[Summary]:
    return summarize(
        reader=MemoryReader(memory),
        customers=OneCustomer(),
        barrier=Settled(),
        clock=SteppingClock(MIDNIGHT_US + 100 * SECOND_US),
        environment=TEST,
        meter=METER,
        request=request,
        cursor=cursor,
    )


@given(sent, grouped, windows, st.integers(1, 5))
def test_pages_of_any_result_hold_each_summary_once_in_both_directions(
    sent: list[tuple[int, str, str]], keys: tuple[str, ...], window: Window | None, limit: int
) -> None:
    memory = memory_of(sent)
    request = msgspec.structs.replace(
        REQUEST, dimension_group_by_keys=keys, value_grouping_window=window
    )
    whole = list(ask(memory, request, Cursor(limit=10_000)).data)
    forwards: list[Summary] = []
    page = ask(memory, request, Cursor(limit=limit))
    forwards += page.data
    while page.has_more:
        page = ask(memory, request, Cursor(limit=limit, starting_after=page.data[-1].id))
        forwards += page.data
    backwards = forwards[-1:]
    while backwards:
        page = ask(memory, request, Cursor(limit=limit, ending_before=backwards[0].id))
        backwards = [*page.data, *backwards]
        if not page.has_more:
            break
    assert forwards == whole
    assert backwards == whole
    assert len({one.id for one in whole}) == len(whole)


@given(st.text(max_size=40))
def test_any_text_is_a_place_or_a_missing_resource(id: str) -> None:
    with pytest.raises(ResourceMissing):
        ask(memory_of([]), REQUEST, Cursor(starting_after=id))


def test_an_id_of_another_question_is_refused() -> None:
    memory = memory_of([(0, "a", "in")])
    (one,) = ask(memory, REQUEST, Cursor()).data
    other = msgspec.structs.replace(REQUEST, value_grouping_window="hour")
    with pytest.raises(ResourceMissing, match="No such meter event summary"):
        ask(memory, other, Cursor(starting_after=one.id))
