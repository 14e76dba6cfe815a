"""Error reports as they are put together."""

import json
from itertools import count
from typing import Any

from taximeter.reports.report import (
    ERROR_REPORT,
    NO_METER_FOUND,
    WINDOW_US,
    Fault,
    Sample,
    report_events,
    window_start_us,
)
from tests.oracle.worked import MIDNIGHT_US


def fault(number: int, **others: Any) -> Fault:
    fields: dict[str, Any] = {
        "environment": 2,
        "meter": "mtr_1",
        "window_start_us": MIDNIGHT_US,
        "code": "archived_meter",
        "samples": (),
        **others,
    }
    return Fault(count=number, **fields)


def reports(*faults: Fault) -> list[Any]:
    numbers = count(1)
    events = report_events(
        faults,
        created_us=MIDNIGHT_US + 2 * WINDOW_US,
        new_ids={one: lambda: f"evt_{next(numbers)}" for one in (1, 2)},
    )
    assert [event.id for event in events] == [f"evt_{one + 1}" for one in range(len(events))]
    return events


def test_windows_are_aligned_to_the_clock() -> None:
    moments = [MIDNIGHT_US, MIDNIGHT_US + WINDOW_US - 1, MIDNIGHT_US + WINDOW_US]
    starts = [window_start_us(moment) - MIDNIGHT_US for moment in moments]
    assert starts == [0, 0, WINDOW_US]


def test_nothing_rejected_is_nothing_to_report() -> None:
    assert reports() == []


def test_codes_are_told_most_frequent_first_and_counted_together() -> None:
    sample = Sample(identifier="i", message="m")
    (event,) = reports(
        fault(1, code="timestamp_in_future"),
        fault(7, code="meter_event_invalid_value", samples=(sample,)),
        fault(1, code="archived_meter"),
    )
    assert json.loads(event.data) == {
        "developer_message_summary": "There are 9 invalid events",
        "reason": {
            "error_count": 9,
            "error_types": [
                {
                    "code": "meter_event_invalid_value",
                    "error_count": 7,
                    "sample_errors": [{"error_message": "m", "request": {"identifier": "i"}}],
                },
                {"code": "archived_meter", "error_count": 1, "sample_errors": []},
                {"code": "timestamp_in_future", "error_count": 1, "sample_errors": []},
            ],
        },
        "validation_end": "2026-09-22T00:00:10.000Z",
        "validation_start": "2026-09-22T00:00:00.000Z",
    }


def test_one_is_told_in_the_singular() -> None:
    (event,) = reports(fault(1))
    assert json.loads(event.data)["developer_message_summary"] == "There is 1 invalid event"


def test_each_window_environment_and_meter_has_an_event_the_oldest_first() -> None:
    events = reports(
        fault(1, window_start_us=MIDNIGHT_US + WINDOW_US),
        fault(2, meter=None, code="no_meter"),
        fault(3, meter="mtr_2"),
        fault(4, environment=1, meter="mtr_3"),
        fault(5),
    )
    told = [
        (event.environment, event.type, event.related_object and event.related_object.id)
        for event in events
    ]
    assert told == [
        (1, ERROR_REPORT, "mtr_3"),
        (2, NO_METER_FOUND, None),
        (2, ERROR_REPORT, "mtr_1"),
        (2, ERROR_REPORT, "mtr_2"),
        (2, ERROR_REPORT, "mtr_1"),
    ]
    assert {event.created_us for event in events} == {MIDNIGHT_US + 2 * WINDOW_US}
