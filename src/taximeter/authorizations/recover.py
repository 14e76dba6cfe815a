"""What is held when a server starts: reservations whose end is in neither the store nor the log."""

from collections.abc import Sequence

from taximeter.authorizations.books import Books
from taximeter.authorizations.reservation import Reservation, ReservationStatus
from taximeter.authorizations.reserve import Records
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Identity, UsageLog
from taximeter.kit.clock import MICROSECONDS, Clock


def recover(*, records: Records, log: UsageLog, books: Books, clock: Clock) -> None:
    """Hold what was held when the last run ended, before anything can be asked.

    The last run may have been killed between an event and the note that it settled a reservation;
    the log decides. Raises LogFailed, StorageFailed.
    """
    with records.reading() as unit:
        reservations = unit.reservations.held()
    if not reservations:
        return
    found = _events_of(reservations, log)
    now_us = clock.now_us()
    ends: dict[str, ReservationStatus] = {}
    for one in reservations:
        if _settles(found.get((one.environment, one.id)), one):
            ends[one.id] = "settled"
        elif one.expires_us <= now_us:
            ends[one.id] = "expired"
        else:
            books.hold(one)
    if ends:
        with records.writing() as unit:
            unit.reservations.end(ends)


def _events_of(reservations: Sequence[Reservation], log: UsageLog) -> dict[Identity, LoggedEvent]:
    return log.with_identifiers(
        [(one.environment, one.id) for one in reservations],
        since_us=min(one.created for one in reservations) * MICROSECONDS,
    )


def _settles(logged: LoggedEvent | None, reservation: Reservation) -> bool:
    """Say whether an event settled a reservation: one that came in time."""
    return (
        logged is not None
        and logged.received_at_us < reservation.expires_us
        and logged.event.meter == reservation.meter
        and logged.event.customer == reservation.customer
    )
