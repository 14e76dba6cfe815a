"""`previous_attributes`: what was another before, as Stripe says it."""

from typing import Any

import msgspec
import pytest

from taximeter.api.snapshots.differences import previous_attributes


class Inner(msgspec.Struct, frozen=True):
    city: str | None = None
    line1: str | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    name: str = "Ada"
    address: Inner | None = None
    metadata: dict[str, str] = {}
    lines: tuple[Inner, ...] = ()


BERN = Inner(city="Bern", line1="Gasse 1")


@pytest.mark.parametrize(
    ("before", "after", "previous"),
    [
        ({}, {}, {}),
        ({"name": "Bo"}, {}, {"name": "Bo"}),
        ({"address": BERN}, {"address": Inner(city="Thun", line1="Gasse 1")}, {"city": "Bern"}),
        ({}, {"address": BERN}, {"address": None}),
        ({"address": BERN}, {}, {"address": BERN}),
        ({"metadata": {"a": "1", "b": "2"}}, {"metadata": {"b": "2"}}, {"metadata": {"a": "1"}}),
        ({}, {"metadata": {"a": "1"}}, {"metadata": {"a": None}}),
        ({"lines": (BERN, Inner())}, {"lines": (Inner(), Inner())}, {"lines": (BERN, Inner())}),
    ],
    ids=str,
)
def test_only_what_changed_is_said_and_arrays_are_whole(
    before: dict[str, Any], after: dict[str, Any], previous: dict[str, Any]
) -> None:
    if "city" in previous:
        previous = {"address": previous}
    assert previous_attributes(Shown(**before), Shown(**after)) == previous
