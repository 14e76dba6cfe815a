"""Zones by name, and what a misspelled name may have meant."""

import pytest

from taximeter.kit.zones import find_zone, near_names, zone_names


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"])
def test_a_zone_is_found_by_its_name(name: str) -> None:
    zone = find_zone(name)
    assert zone is not None
    assert zone.key == name


@pytest.mark.parametrize(
    "name",
    ["", "utc", "Europe", "Europe/", "../../etc/passwd", "/etc/localtime", "localtime", "Factory"],
)
def test_what_is_not_spelled_as_a_zone_is_none(name: str) -> None:
    assert find_zone(name) is None


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("europe/berlin", ["Europe/Berlin"]),
        ("Berlin", ["Europe/Berlin"]),
        (" new york ", ["America/New_York"]),
        ("Asia/Katmandoo", ["Asia/Katmandu"]),
        ("", []),
        ("+01:00", []),
        ("x" * 100_000, []),
    ],
)
def test_near_names_are_those_that_may_have_been_meant(name: str, near: list[str]) -> None:
    assert near_names(name)[:1] == near


def test_every_name_near_another_is_a_zone() -> None:
    assert set(near_names("Europe/Lundon")) <= zone_names()
