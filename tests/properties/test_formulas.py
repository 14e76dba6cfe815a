"""The formulas against whole fractions, and the law by which their parts merge."""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taximeter.kit import decimals
from taximeter.meters import FormulaName
from taximeter.usage.aggregate import FORMULAS, Counted
from tests.oracle.fold import Row, fold
from tests.properties.numbers import numbers, texts
from tests.properties.streams import FORMULA_NAMES

timestamps = st.one_of(st.integers(0, 3), st.integers(-(10**15), 10**15))


def rows_of(formula: FormulaName) -> st.SearchStrategy[list[Row]]:
    said = texts if formula == "unique_count" else numbers()
    return st.lists(st.tuples(timestamps, said), min_size=1, max_size=20).map(
        lambda pairs: [Row(at, seq, text) for seq, (at, text) in enumerate(pairs)]
    )


def counted(rows: Sequence[Row], formula: FormulaName) -> list[Counted]:
    if formula == "unique_count":
        return [Counted(seq=row.seq, timestamp_us=row.timestamp_us, text=row.text) for row in rows]
    return [
        Counted(seq=row.seq, timestamp_us=row.timestamp_us, value=decimals.parse(row.text or ""))
        for row in rows
    ]


EVERY_FORMULA = pytest.mark.parametrize("formula", FORMULA_NAMES)


@EVERY_FORMULA
@given(data=st.data())
def test_a_formula_is_what_fractions_say(formula: FormulaName, data: st.DataObject) -> None:
    rows = data.draw(rows_of(formula))
    assert FORMULAS[formula].fold(counted(rows, formula)) == fold(formula, rows)


@EVERY_FORMULA
@given(data=st.data())
def test_parts_merge_to_the_whole_however_they_are_cut_and_ordered(
    formula: FormulaName, data: st.DataObject
) -> None:
    rows = data.draw(rows_of(formula))
    shuffled = data.draw(st.permutations(rows))
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=len(rows), max_size=len(rows)))
    parts, rest = [], list(shuffled)
    for size in sizes:
        if rest:
            parts.append(rest[:size])
            rest = rest[size:]
    law = FORMULAS[formula]
    states: list[Any] = [
        reduce(law.merge, map(law.state_of, counted(part, formula))) for part in parts
    ]
    assert law.result(reduce(law.merge, states)) == fold(formula, rows)


@EVERY_FORMULA
@given(data=st.data())
def test_merging_is_associative(formula: FormulaName, data: st.DataObject) -> None:
    rows = data.draw(rows_of(formula).filter(lambda rows: len(rows) >= 3))
    law = FORMULAS[formula]
    a, b, c = map(law.state_of, counted(rows[:3], formula))
    assert law.merge(law.merge(a, b), c) == law.merge(a, law.merge(b, c))


@EVERY_FORMULA
def test_nothing_folds_to_nothing(formula: FormulaName) -> None:
    assert FORMULAS[formula].fold([]) is None


def test_ten_thousand_tenths_are_a_thousand() -> None:
    tenths = [Counted(seq=seq, timestamp_us=0, value=Decimal("0.1")) for seq in range(10_000)]
    assert FORMULAS["sum"].fold(tenths) == Decimal(1000)
