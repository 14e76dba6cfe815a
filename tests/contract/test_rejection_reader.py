"""What every reader of rejected events and of counts by minute promises."""

from collections.abc import Callable
from typing import Any

import pytest

from taximeter.ingest.event import RejectionCode
from taximeter.ingest.rejections import DuplicateCount, RejectedEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.reports.reader import (
    MinuteCount,
    MinuteQuery,
    PlacedRejection,
    RejectedQuery,
)
from taximeter.reports.report import Fault, Sample
from tests.contract.backends import OpenUsage, Usage
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event, logged

SECOND, MINUTE, WINDOW = MICROSECONDS, 60 * MICROSECONDS, 10 * MICROSECONDS
START = MIDNIGHT_US


def rejected(
    at_us: int = START,
    *,
    meter: str | None = "mtr_1",
    environment: int = 1,
    identifier: str = "i",
    code: RejectionCode = "meter_event_invalid_value",
) -> RejectedEvent:
    """A rejected event; `at_us` is its receipt."""
    return RejectedEvent(
        received_at_us=at_us,
        environment=environment,
        event_name="tokens",
        meter=meter,
        customer=None if meter is None else "cus_1",
        identifier=identifier,
        timestamp_us=at_us - SECOND,
        payload='{"value":"ä"}',
        code=code,
        message=f"why {identifier} was rejected",
    )


def keep(usage: Usage, *rejections: RejectedEvent, duplicates: Any = ()) -> None:
    usage.log.append([], [], rejections, duplicates)


def faults(usage: Usage, start: int, end: int, samples_max: int = 2) -> list[Fault]:
    found = usage.rejections.faults(start, end, window_us=WINDOW, samples_max=samples_max)
    return sorted(found, key=lambda one: (one.window_start_us, one.environment, one.code))


def test_first_rejection_is_found_from_a_moment_on(usage: Usage) -> None:
    assert usage.rejections.first_rejection_us(0) is None
    keep(usage, rejected(START + 5), rejected(START))
    asked = (0, START, START + 1, START + 5, START + 6)
    found = [usage.rejections.first_rejection_us(since) for since in asked]
    assert found == [START, START, START + 5, START + 5, None]


def test_faults_are_counted_by_environment_meter_window_and_code(usage: Usage) -> None:
    keep(
        usage,
        rejected(START - 1),
        rejected(START, identifier="a"),
        rejected(START + WINDOW - 1, identifier="b"),
        rejected(START + WINDOW, identifier="c"),
        rejected(START, identifier="d", code="archived_meter"),
        rejected(START, identifier="e", environment=2),
        rejected(START + 2 * WINDOW),
    )

    def fault(*identifiers: str, **others: Any) -> Fault:
        fields: dict[str, Any] = {
            "environment": 1,
            "meter": "mtr_1",
            "window_start_us": START,
            "code": "meter_event_invalid_value",
            **others,
        }
        samples = (Sample(identifier=one, message=f"why {one} was rejected") for one in identifiers)
        return Fault(count=len(identifiers), samples=tuple(samples), **fields)

    assert faults(usage, START, START + 2 * WINDOW) == [
        fault("d", code="archived_meter"),
        fault("a", "b"),
        fault("e", environment=2),
        fault("c", window_start_us=START + WINDOW),
    ]


def test_faults_that_met_no_meter_are_counted_apart(usage: Usage) -> None:
    keep(usage, rejected(meter=None, code="no_meter"), rejected(code="no_meter"))
    found = usage.rejections.faults(START, START + 1, window_us=WINDOW, samples_max=1)
    assert {(one.meter, one.count) for one in found} == {(None, 1), ("mtr_1", 1)}


def test_samples_are_the_first_few(usage: Usage) -> None:
    keep(usage, *(rejected(START + index, identifier=f"{9 - index}") for index in range(9)))
    (found,) = faults(usage, START, START + WINDOW, samples_max=3)
    assert (found.count, [one.identifier for one in found.samples]) == (9, ["9", "8", "7"])


def minutes(usage: Usage, **others: Any) -> list[MinuteCount]:
    asked = {"environment": 1, "start_us": START, "end_us": START + 3 * MINUTE, "limit": 100}
    return list(usage.rejections.minutes(MinuteQuery(**{**asked, **others})))


def count(minute: int, meter: str | None, *counts: int, **codes: int) -> MinuteCount:
    return MinuteCount(
        start_us=START + minute * MINUTE,
        meter=meter,
        accepted=counts[0],
        duplicate=counts[1],
        rejected=tuple(sorted(codes.items())),
    )


@pytest.fixture
def counted(usage: Usage) -> Usage:
    received = [(-1, 1), (0, 1), (MINUTE - 1, 1), (MINUTE, 2), (3 * MINUTE, 1)]
    meters = {number: a_meter(id=f"mtr_{number}", environment=1) for number in (1, 2)}
    events = [
        logged(
            an_event(meters[meter], "1", at_us=START, identifier=f"{seq}"),
            seq=seq,
            received_at_us=START + at,
        )
        for seq, (at, meter) in enumerate(received, start=1)
    ]
    rejections = [
        rejected(START),
        rejected(START, code="archived_meter"),
        rejected(START + 1),
        rejected(START + MINUTE, meter=None, code="no_meter"),
        rejected(START, environment=2),
    ]
    duplicates = [
        DuplicateCount(
            received_at_us=START + at, environment=environment, meter="mtr_1", count=count
        )
        for at, environment, count in ((0, 1, 3), (5, 1, 4), (2 * MINUTE, 1, 1), (0, 2, 9))
    ]
    usage.log.append(events, [], rejections, duplicates)
    return usage


ALL = [
    count(2, "mtr_1", 0, 1),
    count(1, "mtr_2", 1, 0),
    count(1, None, 0, 0, no_meter=1),
    count(0, "mtr_1", 2, 7, archived_meter=1, meter_event_invalid_value=2),
]


def test_minutes_count_accepted_doubled_and_rejected(counted: Usage) -> None:
    assert minutes(counted) == ALL


def test_minutes_of_one_meter(counted: Usage) -> None:
    assert minutes(counted, meter="mtr_1") == [ALL[0], ALL[3]]


def test_longer_windows_hold_the_minutes_in_them(counted: Usage) -> None:
    found = minutes(counted, window_us=2 * MINUTE)
    assert found == [
        count(2, "mtr_1", 0, 1),
        count(0, "mtr_2", 1, 0),
        count(0, "mtr_1", 2, 7, archived_meter=1, meter_event_invalid_value=2),
        count(0, None, 0, 0, no_meter=1),
    ]


def test_minutes_are_walked_in_both_directions(counted: Usage) -> None:
    places = [(one.start_us, one.meter or "") for one in ALL]
    for index, place in enumerate(places):
        assert minutes(counted, after=place, limit=2) == ALL[index + 1 :][:2]
        assert minutes(counted, before=place, limit=2) == ALL[:index][::-1][:2]


def listed(usage: Usage, **others: Any) -> list[PlacedRejection]:
    return list(
        usage.rejections.rejected(RejectedQuery(**{"environment": 1, "limit": 9, **others}))
    )


def test_rejected_events_are_read_back_as_they_were_kept(usage: Usage) -> None:
    kept = [rejected(), rejected(START + 1, meter=None, code="no_meter")]
    keep(usage, *kept)
    assert [one.rejected for one in listed(usage)] == kept[::-1]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, "dcba"),
        ({"meter": "mtr_2"}, "b"),
        ({"code": "no_meter"}, "c"),
        ({"start_us": START + 1}, "dcb"),
        ({"end_us": START + 2}, "ba"),
        ({"environment": 2}, "e"),
        ({"limit": 2}, "dc"),
    ],
    ids=str,
)
def test_rejected_events_are_filtered(where: dict[str, Any], found: str, usage: Usage) -> None:
    keep(
        usage,
        rejected(START, identifier="a"),
        rejected(START + 1, identifier="b", meter="mtr_2"),
        rejected(START + 2, identifier="c", meter=None, code="no_meter"),
        rejected(START + 3, identifier="d"),
        rejected(START, identifier="e", environment=2),
    )
    assert "".join(one.rejected.identifier for one in listed(usage, **where)) == found


def test_rejected_events_are_walked_though_many_are_alike(usage: Usage) -> None:
    alike = [rejected(identifier="same")] * 5
    keep(
        usage, *alike, *(rejected(identifier=f"{index}") for index in range(3)), rejected(START + 1)
    )
    keep(usage, *alike)
    whole = listed(usage, limit=100)
    assert len({one.place for one in whole}) == len(whole) == 14

    def walk(step: Callable[[PlacedRejection], dict[str, Any]]) -> list[PlacedRejection]:
        found = listed(usage, limit=3) if step(whole[0]).keys() == {"after"} else whole[-1:]
        while more := listed(usage, limit=3, **step(found[-1])):
            found += more
        return found

    assert walk(lambda one: {"after": one.place}) == whole
    assert walk(lambda one: {"before": one.place}) == whole[::-1]


def test_what_was_not_counted_outlasts_a_restart(open_usage: OpenUsage, tmp_path: Any) -> None:
    double = DuplicateCount(received_at_us=START, environment=1, meter="mtr_1", count=2)
    with open_usage(tmp_path) as usage:
        keep(usage, rejected(), duplicates=[double])
    with open_usage(tmp_path) as usage:
        assert [one.rejected for one in listed(usage)] == [rejected()]
        assert minutes(usage) == [count(0, "mtr_1", 0, 2, meter_event_invalid_value=1)]
