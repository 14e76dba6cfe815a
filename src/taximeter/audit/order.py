"""Checks of the log's rows among themselves: numbers, dates, claims, cancellations (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from taximeter.audit.finding import Finding, Inquiry
from taximeter.audit.log import Canceled, Claim, Doubled, Entry
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation

Item = TypeVar("Item")

CLAIMS: dict[Claim, str] = {"identifier": "identifiers", "idempotency_key": "idempotency keys"}
"""What an event claims, and the name of the check that nobody else does."""


def check_entries(batches: Iterable[Sequence[Entry]]) -> tuple[Finding, Finding]:
    """Check that numbers run from 1 without gaps, and dates never backwards."""
    numbers = Inquiry("sequence", "seq runs gapless from 1")
    dates = Inquiry("dates", "received_at never runs backwards")
    before = Entry(0, 0)
    for entry in _each(batches):
        numbers.checked += 1
        dates.checked += 1
        if entry.seq == before.seq:
            numbers.differs(f"seq {entry.seq} is there twice")
        elif entry.seq != before.seq + 1:
            missing = f"{before.seq + 1} to {entry.seq - 1}"
            if entry.seq == before.seq + 2:
                missing = str(before.seq + 1)
            numbers.differs(f"seq {missing} is missing before {entry.seq}")
        if entry.received_at_us < before.received_at_us:
            earlier = before.received_at_us - entry.received_at_us
            dates.differs(f"seq {entry.seq} was received {earlier} µs before seq {before.seq}")
        before = entry
    return numbers.finding(), dates.finding()


def check_claims(
    claim: Claim, batches: Iterable[Sequence[Doubled]], *, events: int, window: str
) -> Finding:
    """Check that no identifier or idempotency key was accepted twice within its window."""
    noun = claim.replace("_", " ")
    inquiry = Inquiry(CLAIMS[claim], f"none twice within {window}")
    inquiry.checked = events
    for doubled in _each(batches):
        inquiry.differs(
            f"{noun} '{doubled.text}' of environment {doubled.environment}: seq "
            f"{doubled.earlier_seq} and again seq {doubled.seq}"
        )
    return inquiry.finding()


def check_cancellations(batches: Iterable[Sequence[Canceled]]) -> Finding:
    """Check that every cancellation names an event as it is, and no event is cancelled twice."""
    inquiry = Inquiry("cancellations", "each names an event, none names one twice")
    before: Cancellation | None = None
    for canceled in _each(batches):
        inquiry.checked += 1
        cancellation, event = canceled.cancellation, canceled.event
        said = f"cancellation seq {cancellation.seq}"
        if before is not None and before.event_seq == cancellation.event_seq:
            inquiry.differs(
                f"{said} cancels event seq {cancellation.event_seq} again, after cancellation seq "
                f"{before.seq}"
            )
        if event is None:
            inquiry.differs(f"{said} names event seq {cancellation.event_seq}, which is not there")
        else:
            for field, copied, true in _copies(cancellation, event):
                if copied != true:
                    inquiry.differs(
                        f"{said} says {field} {copied!r}; event seq {event.seq} says {true!r}"
                    )
            if cancellation.seq <= event.seq:
                inquiry.differs(f"{said} came before its event seq {event.seq}")
        before = cancellation
    return inquiry.finding()


def _copies(
    cancellation: Cancellation, logged: LoggedEvent
) -> Iterator[tuple[str, object, object]]:
    event = logged.event
    yield "environment", cancellation.environment, event.environment
    yield "identifier", cancellation.identifier, event.identifier
    yield "meter", cancellation.meter, event.meter
    yield "customer", cancellation.customer, event.customer
    yield "timestamp", cancellation.timestamp_us, event.timestamp_us
    yield "value", cancellation.value, event.value
    yield "value_text", cancellation.value_text, event.value_text
    yield "dimensions", cancellation.dimensions, event.dimensions
    yield "rollup", cancellation.rollup, event.rollup


def _each(batches: Iterable[Sequence[Item]]) -> Iterator[Item]:
    for batch in batches:
        yield from batch
