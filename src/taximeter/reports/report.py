"""Stripe's error reports: one for each meter and ten seconds in which events were rejected."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from taximeter.events import Event, RelatedObject
from taximeter.ingest.event import RejectionCode
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text

WINDOW_US = 10 * MICROSECONDS
SAMPLES_MAX = 10
"""How many rejected events of one code a report shows."""

ERROR_REPORT = "v1.billing.meter.error_report_triggered"
NO_METER_FOUND = "v1.billing.meter.no_meter_found"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One rejected event."""

    identifier: str
    message: str


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """How often one code occurred in one window; `meter` is None for events that met none."""

    environment: int
    meter: str | None
    window_start_us: int
    code: RejectionCode
    count: int
    samples: tuple[Sample, ...]


class SampleRequest(msgspec.Struct, frozen=True):
    """What a sample is known by to the sender."""

    identifier: str


class SampleError(msgspec.Struct, frozen=True, kw_only=True):
    """One rejected event, as a report shows it."""

    error_message: str
    request: SampleRequest


class ReportedErrors(msgspec.Struct, frozen=True, kw_only=True):
    """The rejected events of one code."""

    code: RejectionCode
    error_count: int
    sample_errors: tuple[SampleError, ...]


class ReportReason(msgspec.Struct, frozen=True, kw_only=True):
    """Why events were rejected, the most frequent code first."""

    error_count: int
    error_types: tuple[ReportedErrors, ...]


class ReportData(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says."""

    developer_message_summary: str
    reason: ReportReason
    validation_end: str
    validation_start: str


def window_start_us(moment_us: int) -> int:
    """Return the start of the window that holds the moment; windows are aligned to the clock."""
    return moment_us // WINDOW_US * WINDOW_US


def report_events(
    faults: Sequence[Fault], *, created_us: int, new_ids: Mapping[int, Callable[[], str]]
) -> list[Event]:
    """Make one event for each window, environment and meter, the oldest window first.

    `new_ids` makes the ids of each environment's events.
    """
    groups: dict[tuple[int, int, str | None], list[Fault]] = {}
    for fault in faults:
        key = (fault.window_start_us, fault.environment, fault.meter)
        groups.setdefault(key, []).append(fault)
    ordered = sorted(groups.items(), key=lambda group: (*group[0][:2], group[0][2] or ""))
    return [
        Event(
            id=new_ids[environment](),
            environment=environment,
            event_payload="thin",
            type=NO_METER_FOUND if meter is None else ERROR_REPORT,
            created_us=created_us,
            related_object=None if meter is None else _related(meter),
            data=msgspec.json.encode(_report(start_us, group)).decode(),
        )
        for (start_us, environment, meter), group in ordered
    ]


def _related(meter: str) -> RelatedObject:
    return RelatedObject(id=meter, type="billing.meter", url=f"/v1/billing/meters/{meter}")


def _report(start_us: int, faults: Sequence[Fault]) -> ReportData:
    count = sum(fault.count for fault in faults)
    return ReportData(
        developer_message_summary=f"There {'is' if count == 1 else 'are'} {count} invalid "
        f"event{'' if count == 1 else 's'}",
        reason=ReportReason(
            error_count=count,
            error_types=tuple(
                _errors(fault) for fault in sorted(faults, key=lambda one: (-one.count, one.code))
            ),
        ),
        validation_end=moment_text(start_us + WINDOW_US),
        validation_start=moment_text(start_us),
    )


def _errors(fault: Fault) -> ReportedErrors:
    return ReportedErrors(
        code=fault.code,
        error_count=fault.count,
        sample_errors=tuple(
            SampleError(error_message=one.message, request=SampleRequest(one.identifier))
            for one in fault.samples
        ),
    )
