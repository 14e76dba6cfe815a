"""A live total is what brute force counts, however its rows came and whenever it was begun."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from taximeter.authorizations.books import Books
from taximeter.authorizations.live_total import LiveTotal, Series, live_possible
from taximeter.ingest.batch import run_of
from taximeter.ingest.columns import LoggedRun
from taximeter.ingest.event import LoggedEvent
from taximeter.kit.clock import SteppingClock
from taximeter.meters import FormulaName, Meter
from taximeter.usage.reader import UsageQuery
from tests.oracle.totals import brute_totals
from tests.properties.streams import START_US, Stream, queries, streams


def entered(books: Books, stream: Stream, bounds: Sequence[int], *, in_runs: bool) -> None:
    """Enter the rows between each two bounds as one commit."""
    for after, until in pairwise(bounds):
        events = [one for one in stream.events if after < one.seq <= until]
        cancellations = [one for one in stream.cancellations if after < one.seq <= until]
        books.enter([_run(one) for one in events] if in_runs else events, cancellations)


def _run(logged: LoggedEvent) -> LoggedRun:
    return LoggedRun(
        first_seq=logged.seq,
        received_at_us=logged.received_at_us,
        run=run_of([logged.event], [0]),
    )


def counted(stream: Stream, query: UsageQuery) -> Decimal:
    found = brute_totals(stream.events, stream.cancellations, query)
    return found[0].value if found else Decimal(0)


@pytest.mark.parametrize("formula", ["sum", "count"])
@given(data=st.data())
def test_a_live_total_is_what_brute_force_counts(formula: FormulaName, data: DataObject) -> None:
    stream = data.draw(streams(formulas=[formula]))
    books = Books(clock=SteppingClock(START_US), totals_max=100)
    rows = len(stream.events) + len(stream.cancellations)
    bounds = sorted({0, rows, *data.draw(st.sets(st.integers(0, rows), max_size=3))})
    followed_after = data.draw(st.sampled_from(bounds))
    split = bounds.index(followed_after)
    in_runs = data.draw(st.booleans())
    entered(books, stream, bounds[: split + 1], in_runs=in_runs)
    totals = _follow(books, data.draw(st.lists(queries(stream), max_size=4)))
    # What the log answers as of a moment of which the rest of the rows may lie on either side.
    received = [received_at_us for _, received_at_us in _rows(stream)]
    before = [one for one in _rows(stream) if one[0] <= followed_after]
    as_of_us = data.draw(st.sampled_from([at for at in received if at >= _last(before)] or [0]))
    as_of_us = max(as_of_us, _last(before) + 1)
    entered(books, stream, bounds[split:], in_runs=in_runs)
    for total, query in totals:
        books.begin(
            total,
            counted(stream, msgspec.structs.replace(query, as_of_us=as_of_us)),
            as_of_us=as_of_us,
        )
    assert [total.used for total, _ in totals] == [counted(stream, one) for _, one in totals]


def _rows(stream: Stream) -> list[tuple[int, int]]:
    rows = [(one.seq, one.received_at_us) for one in stream.events]
    return rows + [(one.seq, one.received_at_us) for one in stream.cancellations]


def _last(rows: Sequence[tuple[int, int]]) -> int:
    return max((received_at_us for _, received_at_us in rows), default=0)


def _follow(books: Books, asked: Sequence[UsageQuery]) -> list[tuple[LiveTotal, UsageQuery]]:
    found = []
    for query in asked:
        meter: Meter = query.meter
        if not live_possible(meter) or query.customer is None:
            continue
        series = Series(
            meter.environment,
            query.customer,
            meter.id,
            query.start_us,
            query.end_us,
            query.dimension_filters,
        )
        plain = UsageQuery(
            meter=meter,
            start_us=query.start_us,
            end_us=query.end_us,
            customer=query.customer,
            dimension_filters=query.dimension_filters,
        )
        found.append((books.follow(series, meter), plain))
    return found
