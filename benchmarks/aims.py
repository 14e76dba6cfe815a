"""The figures that are promised, beside those that were measured."""

from collections.abc import Iterable
from typing import NamedTuple

from benchmarks.table import print_table


class Held(NamedTuple):
    """One aim, and whether a run held it."""

    what: str
    aim: str
    measured: str
    held: bool


def print_aims(rows: Iterable[Held]) -> None:
    print_table(
        "Aims",
        ["what", "aim", "measured", "held"],
        [[one.what, one.aim, one.measured, "yes" if one.held else "**no**"] for one in rows],
    )
