"""The use case of auditing a store: one check after the other, each reported as it ends."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from taximeter.audit.finding import EXAMPLES_MAX, Finding, Inquiry
from taximeter.audit.log import AuditLog, Claim, RollupDifference
from taximeter.audit.order import CLAIMS, check_cancellations, check_claims, check_entries
from taximeter.audit.usage import UsageCheck
from taximeter.customers import CustomerStore
from taximeter.ingest.log import LogFailed
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.meters import MeterStore
from taximeter.settings import Settings
from taximeter.usage.reader import UsageReader


class RecordsFile(Protocol):
    """The records, as a file that may be broken."""

    def integrity_errors(self) -> list[str]:
        """Return what is wrong with the file; nothing when it is whole."""
        ...


def check_store(
    *,
    records: RecordsFile,
    meters: MeterStore,
    customers: CustomerStore,
    log: AuditLog,
    reader: UsageReader,
    settings: Settings,
    advanced: Callable[[int], None] = lambda events: None,
) -> Iterator[Finding]:
    """Yield the outcome of every check; reads everything and changes nothing.

    A log that cannot be read is a difference of the check that met it, not an exception.
    `advanced` is told, as the longest check goes on, how many events more it has seen.
    """
    yield _check_records(records)
    entries = _guarded(("sequence", "dates"), lambda: check_entries(log.entries()))
    yield from entries
    canceled = _guarded(("cancellations",), lambda: (check_cancellations(log.cancellations()),))
    yield from canceled
    events = max(0, entries[0].checked - canceled[0].checked)
    for claim in CLAIMS:
        yield from _guarded((CLAIMS[claim],), partial(_check_claim, claim, log, settings, events))
    yield from _guarded(("rollups",), lambda: (_check_rollups(log),))
    usage = UsageCheck(
        meters={(one.environment, one.id): one for one in meters.all()},
        customers=customers,
        reader=reader,
    )
    yield from _guarded(
        ("meters", "customers", "payloads", "totals"), lambda: usage.run(log.events(), advanced)
    )


def _check_records(records: RecordsFile) -> Finding:
    inquiry = Inquiry("records", "the records file is whole")
    inquiry.checked = 1
    for error in records.integrity_errors():
        inquiry.differs(error)
    return inquiry.finding()


def _check_rollups(log: AuditLog) -> Finding:
    checked, differences, examples = log.rollup_differences(examples_max=EXAMPLES_MAX)
    return Finding(
        check="rollups",
        promise="each equals its recount from the log",
        checked=checked,
        differences=differences,
        examples=tuple(_explained(one) for one in examples),
    )


def _explained(one: RollupDifference) -> str:
    start = datetime.fromtimestamp(one.start_us / MICROSECONDS, UTC)
    return (
        f"{one.kind} of meter {one.meter}, customer '{one.customer}', {start:%Y-%m-%d %H:%M} UTC, "
        f"dimensions {one.dimensions}: not what the log makes"
    )


def _check_claim(
    claim: Claim, log: AuditLog, settings: Settings, events: int
) -> tuple[Finding, ...]:
    if claim == "identifier":
        window = f"{settings.identifier_window_days} days"
        seconds = settings.identifier_window_days * DAY_SECONDS
    else:
        window = f"{settings.idempotency_window_hours} hours"
        seconds = settings.idempotency_window_hours * HOUR_SECONDS
    doubled = log.doubled(claim, window_us=seconds * MICROSECONDS)
    return (check_claims(claim, doubled, events=events, window=window),)


def _guarded(
    names: tuple[str, ...], check: Callable[[], tuple[Finding, ...]]
) -> tuple[Finding, ...]:
    try:
        return check()
    except LogFailed as failure:
        return tuple(_unread(name, failure) for name in names)


def _unread(name: str, failure: LogFailed) -> Finding:
    inquiry = Inquiry(name, "the log can be read")
    inquiry.differs(str(failure))
    return inquiry.finding()
