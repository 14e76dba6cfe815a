"""constraints.txt pins all that is installed, and says nothing but names and versions."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tree.files import ROOT

LINES = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
PINS = {canonicalize_name(name): version for name, _, version in (x.partition("==") for x in LINES)}


def _declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


def _needed(requirement: Requirement) -> list[Requirement]:
    """What an installed distribution needs here; nothing for one that is not installed."""
    try:
        found = [Requirement(text) for text in requires(requirement.name) or []]
    except PackageNotFoundError:
        return []
    extras = requirement.extras or {""}
    return [
        need
        for need in found
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def test_each_line_is_a_name_and_a_version() -> None:
    pin = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][0-9A-Za-z.+!]*")
    assert [line for line in LINES if not pin.fullmatch(line)] == []
    assert len(PINS) == len(LINES), "a package is pinned twice"


def test_each_declared_dependency_is_pinned_within_its_bounds() -> None:
    unmet = [
        str(requirement)
        for requirement in _declared()
        if not requirement.specifier.contains(
            PINS.get(canonicalize_name(requirement.name), "0"), prereleases=True
        )
    ]
    assert unmet == []


def test_each_dependency_of_a_dependency_is_pinned() -> None:
    waiting = _declared()
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) not in seen:
            seen.add(str(requirement))
            waiting += _needed(requirement)
    names = {canonicalize_name(Requirement(text).name) for text in seen}
    assert sorted(names - PINS.keys()) == []
