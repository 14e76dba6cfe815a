"""Windows of local calendars, by example; and what their search for changes relies on."""

import struct
from datetime import datetime
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from taximeter.kit.calendar import (
    MOMENT_MAX,
    PROBE_SECONDS,
    CalendarWindow,
    last_days,
    window_starts,
)
from tests.oracle.calendar import moment

HOUR = 3_600


def starts(name: str, window: CalendarWindow, start: str, end: str) -> list[str]:
    """Where windows begin, each as the zone's own clock shows it."""
    zone = ZoneInfo(name)
    first, last = (
        int(datetime.fromisoformat(one).replace(tzinfo=zone).timestamp()) for one in (start, end)
    )
    return [
        datetime.fromtimestamp(one, zone).isoformat()
        for one in window_starts(first, last, window=window, zone=zone)
    ]


def hours_of_days(name: str, start: str, end: str) -> list[float]:
    first, last = moment(start), moment(end)
    bounds = [first, *window_starts(first, last, window="day", zone=ZoneInfo(name)), last]
    return [(b - a) / HOUR for a, b in pairwise(bounds)]


def test_a_day_has_23_hours_in_spring_and_25_in_autumn() -> None:
    spring = hours_of_days("Europe/Berlin", "2026-03-27T23:00Z", "2026-03-30T22:00Z")
    autumn = hours_of_days("Europe/Berlin", "2026-10-23T22:00Z", "2026-10-26T23:00Z")
    assert (spring, autumn) == ([24, 23, 24], [24, 25, 24])


def test_a_day_without_midnight_begins_at_one_o_clock() -> None:
    assert starts("America/Sao_Paulo", "day", "2018-11-03T12:00", "2018-11-05T12:00") == [
        "2018-11-04T01:00:00-02:00",
        "2018-11-05T00:00:00-02:00",
    ]


def test_a_midnight_that_is_taken_back_opens_no_day() -> None:
    assert starts("Asia/Beirut", "day", "2022-10-29T12:00", "2022-10-31T12:00") == [
        "2022-10-30T00:00:00+02:00",
        "2022-10-31T00:00:00+02:00",
    ]


def test_a_clock_set_back_across_midnight_opens_the_day_before_once_more() -> None:
    assert starts("America/St_Johns", "month", "2009-10-15T00:00", "2009-11-15T00:00") == [
        "2009-11-01T00:00:00-02:30",
        "2009-10-31T23:01:00-03:30",
        "2009-11-01T00:00:00-03:30",
    ]


def test_an_hour_that_the_clock_goes_through_twice_is_two_windows() -> None:
    assert starts("Europe/Berlin", "hour", "2026-10-25T01:30", "2026-10-25T03:30") == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (
            "2026-04-05T00:30",
            "2026-04-05T02:30",
            ["2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"],
        ),
        (
            "2026-10-04T00:30",
            "2026-10-04T03:30",
            ["2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"],
        ),
    ],
)
def test_a_change_by_half_an_hour_makes_a_window_of_half_an_hour(
    start: str, end: str, expected: list[str]
) -> None:
    assert starts("Australia/Lord_Howe", "hour", start, end) == expected


def test_a_day_that_a_zone_left_out_has_no_window() -> None:
    assert starts("Pacific/Apia", "day", "2011-12-29T12:00", "2012-01-01T12:00") == [
        "2011-12-31T00:00:00+14:00",
        "2012-01-01T00:00:00+14:00",
    ]


def test_hours_begin_at_quarters_of_utc_hours_where_the_zone_does() -> None:
    found = list(
        window_starts(
            moment("2026-09-22T00:00Z"),
            moment("2026-09-22T03:00Z"),
            window="hour",
            zone=ZoneInfo("Asia/Kathmandu"),
        )
    )
    assert found == [moment(f"2026-09-22T0{hour}:15Z") for hour in range(3)]


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    assert starts("Asia/Kolkata", "week", "2026-09-21T00:00", "2026-10-05T00:00") == [
        "2026-09-28T00:00:00+05:30"
    ]
    assert starts("Pacific/Chatham", "month", "2026-08-31T00:00", "2026-10-01T00:00") == [
        "2026-09-01T00:00:00+12:45"
    ]


def test_an_offset_of_seconds_is_kept_to_the_second() -> None:
    assert starts("Africa/Monrovia", "day", "1972-01-05T12:00", "1972-01-08T12:00") == [
        "1972-01-06T00:00:00-00:44:30",
        "1972-01-07T00:44:30+00:00",
        "1972-01-08T00:00:00+00:00",
    ]


def test_range_without_a_boundary_inside_is_one_window() -> None:
    zone = ZoneInfo("UTC")
    midnight = moment("2026-09-22T00:00Z")
    assert list(window_starts(midnight, midnight + 24 * HOUR, window="day", zone=zone)) == []


@pytest.mark.parametrize(
    ("name", "days", "now", "expected"),
    [
        ("UTC", 1, "2026-09-22T12:00Z", ("2026-09-22T00:00Z", "2026-09-23T00:00Z")),
        ("UTC", 3, "2026-09-22T00:00Z", ("2026-09-20T00:00Z", "2026-09-23T00:00Z")),
        ("Asia/Kathmandu", 1, "2026-09-22T18:15Z", ("2026-09-22T18:15Z", "2026-09-23T18:15Z")),
        ("Europe/Berlin", 2, "2026-10-25T12:00Z", ("2026-10-23T22:00Z", "2026-10-25T23:00Z")),
        ("Pacific/Apia", 2, "2011-12-30T12:00Z", ("2011-12-29T10:00Z", "2011-12-31T10:00Z")),
        ("Europe/Berlin", 3_660, "2026-10-25T12:00Z", ("2016-10-17T22:00Z", "2026-10-25T23:00Z")),
    ],
)
def test_the_last_days_end_with_today(
    name: str, days: int, now: str, expected: tuple[str, str]
) -> None:
    found = last_days(days, now=moment(now), zone=ZoneInfo(name))
    assert found == tuple(map(moment, expected))


@pytest.mark.parametrize("name", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
def test_the_first_and_the_last_month_can_be_asked_for(name: str) -> None:
    zone = ZoneInfo(name)
    early = list(window_starts(0, 40 * 24 * HOUR, window="month", zone=zone))
    late = list(window_starts(MOMENT_MAX - 40 * 24 * HOUR, MOMENT_MAX, window="month", zone=zone))
    assert 1 <= len(early) <= 2
    assert 1 <= len(late) <= 2


def offset_changes(name: str) -> list[int]:
    """The moments since 1970 at which a zone's offset changes, read from its file (RFC 9636)."""
    raw = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    header = struct.Struct(">4sc15x6l")

    def counts(at: int) -> tuple[int, ...]:
        found: tuple[int, ...] = header.unpack_from(raw, at)[2:]
        return found

    ut, standard, leaps, times, types, names = counts(0)
    second = header.size + times * 5 + types * 6 + names + leaps * 8 + standard + ut
    times, types = counts(second)[3:5]
    at = second + header.size
    moments = struct.unpack_from(f">{times}q", raw, at)
    indexes = raw[at + 8 * times : at + 9 * times]
    offsets = [struct.unpack_from(">l", raw, at + 9 * times + 6 * one)[0] for one in range(types)]
    shown = [offsets[index] for index in indexes]
    return [
        when
        for when, (before, after) in zip(moments[1:], pairwise(shown), strict=True)
        if before != after and when >= 0
    ]


def test_no_zone_changes_its_offset_twice_between_two_looks_at_it() -> None:
    names = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    closest = min(
        later - earlier
        for name in names
        if (changes := offset_changes(name))
        for earlier, later in pairwise(changes)
    )
    assert len(names) > 400
    assert closest > 6 * PROBE_SECONDS
