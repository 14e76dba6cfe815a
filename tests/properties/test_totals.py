"""SQL and brute force agree on every total, digit for digit."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from taximeter.meters import FormulaName, Meter
from taximeter.storage.duckdb import rollups
from taximeter.storage.duckdb.audit import DuckAudit
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import Total, UsageQuery
from tests.oracle.fresh import fresh_database
from tests.oracle.totals import brute_totals
from tests.properties.streams import FORMULA_NAMES, START_US, Stream, moments, queries, streams


@contextmanager
def duckdb_reader(stream: Stream, moves: Sequence[int] = ()) -> Iterator[DuckReader]:
    """The stream in a real log, of which the rows up to each of these numbers were moved at once.

    Moved rows are rolled up, and the rollups merged at every turn.
    """
    with fresh_database() as database, patch.object(rollups, "FRESH_ROWS_MAX", 3):
        log, after = DuckLog(database), 0
        for until in (*moves, len(stream.events) + len(stream.cancellations)):
            events = [one for one in stream.events if after < one.seq <= until]
            cancellations = [one for one in stream.cancellations if after < one.seq <= until]
            if events or cancellations:
                log.append(events, cancellations)
            if until in moves:
                database.settle()
            after = max(after, until)
        if moves:
            assert DuckAudit(database).rollup_differences(examples_max=3)[1:] == (0, [])
        yield DuckReader(database)


def in_order(totals: Sequence[Total]) -> list[Total]:
    return sorted(totals, key=lambda one: (one.start_us, one.customer or "", one.dimensions))


def brute(stream: Stream, query: UsageQuery) -> list[Total]:
    return in_order(brute_totals(stream.events, stream.cancellations, query))


EVERY_FORMULA = pytest.mark.parametrize("formula", FORMULA_NAMES)


def check_agreement(formula: FormulaName, data: DataObject) -> None:
    stream = data.draw(streams(formulas=[formula]))
    asked = data.draw(st.lists(queries(stream), min_size=8, max_size=8))
    rows = len(stream.events) + len(stream.cancellations)
    moves = sorted(data.draw(st.sets(st.integers(0, rows), max_size=3)))
    with duckdb_reader(stream, moves) as reader:
        answered = [in_order(reader.totals(query)) for query in asked]
    assert answered == [brute(stream, query) for query in asked]


@EVERY_FORMULA
@settings(max_examples=25)
@given(data=st.data())
def test_sql_answers_what_brute_force_answers(formula: FormulaName, data: DataObject) -> None:
    check_agreement(formula, data)


@pytest.mark.soak
@pytest.mark.timeout(1_800)
@EVERY_FORMULA
@settings(settings.get_profile("soak"))
@given(data=st.data())
def test_sql_answers_what_brute_force_answers_for_long(
    formula: FormulaName, data: DataObject
) -> None:
    check_agreement(formula, data)


@settings(max_examples=30)
@given(streams(formulas=["sum", "count"]), st.lists(moments, min_size=3, max_size=6, unique=True))
def test_consecutive_ranges_share_out_the_usage(stream: Stream, cuts: list[int]) -> None:
    cuts.sort()
    ranges = [(cuts[0], cuts[-1]), *pairwise(cuts)]
    for meter in stream.meters:
        whole, *parts = (
            sum(Fraction(one.value) for one in totals)
            for totals in totals_of(stream, meter, ranges)
        )
        assert sum(parts) == whole


def totals_of(
    stream: Stream, meter: Meter, ranges: Sequence[tuple[int, int]]
) -> list[Sequence[Total]]:
    with duckdb_reader(stream) as reader:
        return [
            reader.totals(UsageQuery(meter=meter, start_us=start, end_us=end))
            for start, end in ranges
        ]


@settings(max_examples=40)
@given(streams(), st.data())
def test_an_answer_as_of_a_moment_never_changes_again(stream: Stream, data: DataObject) -> None:
    """What is received at or after the moment, cancellations too, leaves the answer as it was."""
    query = data.draw(queries(stream))
    moment = data.draw(st.sampled_from([START_US, *(one.received_at_us for one in stream.events)]))
    then = Stream(
        stream.meters,
        [one for one in stream.events if one.received_at_us < moment],
        [one for one in stream.cancellations if one.received_at_us < moment],
    )
    asked = msgspec.structs.replace(query, as_of_us=moment, until_seq=None)
    present = msgspec.structs.replace(query, as_of_us=None, until_seq=None)
    with duckdb_reader(stream) as reader:
        answered = in_order(reader.totals(asked))
    assert answered == brute(then, present)
