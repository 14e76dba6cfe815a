"""Whoever silences a checker on a line says why, on that line."""

import re

import pytest

from tests.tree.files import ROOT, name_of, python_files

SILENCED = re.compile(
    r"#\s*(?:noqa: [A-Z]+\d+(?:, ?[A-Z]+\d+)*|type: ignore\[[\w, -]+\])(?P<rest>.*)"
)
REASON = re.compile(r"\s*(?:#|-|:)\s*\w+ \w+")


def unexplained(text: str) -> list[int]:
    """The lines that silence a checker without a reason of at least two words behind it."""
    return [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if (silenced := SILENCED.search(line)) and not REASON.match(silenced["rest"])
    ]


def test_every_silenced_line_gives_its_reason() -> None:
    found = {
        name_of(path): unexplained(path.read_text(encoding="utf-8"))
        for folder in ("src", "tests", "benchmarks")
        if (ROOT / folder).is_dir()
        for path in python_files(ROOT / folder)
    }
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize("marker", ["noqa: " + "S608", "type: " + "ignore[misc]"])
def test_only_a_reason_excuses(marker: str) -> None:
    assert unexplained(f"x = 1  # {marker}") == [1]
    assert unexplained(f"x = 1  # {marker}  # the name is one of ours") == []
