"""The use cases of reading events back: every one, filtered and paged, or one by identifier."""

from collections.abc import Mapping

import msgspec

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound, ResourceMissing
from taximeter.ingest.event import LoggedEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor, Page, trim_page
from taximeter.usage.reader import EventQuery, UsageReader


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events to list; times are of the events, in Unix seconds, `[start_time, end_time)`.

    `as_of_us` asks for the list as it stood at that moment, in microseconds.
    """

    event_name: str | None = None
    customer: str | None = None
    start_time: int | None = None
    end_time: int | None = None
    dimension_filters: Mapping[str, str] = {}
    canceled: bool | None = None
    as_of_us: int | None = None


def list_events(
    *, reader: UsageReader, environment: Environment, where: EventFilter, cursor: Cursor
) -> Page[LoggedEvent]:
    """Return a page of events in the order of their receipt, newest first.

    Raises InvalidRequest for an empty range, and ResourceMissing for a cursor that is no id of an
    event.
    """
    start, end = where.start_time, where.end_time
    if start is not None and end is not None and start >= end:
        raise InvalidRequest(
            f"Invalid end_time: {end} must be later than start_time ({start}).", param="end_time"
        )
    found = reader.events(
        EventQuery(
            environment=environment.id,
            event_name=where.event_name,
            customer=where.customer,
            start_us=None if start is None else start * MICROSECONDS,
            end_us=None if end is None else end * MICROSECONDS,
            payload=tuple(where.dimension_filters.items()),
            canceled=where.canceled,
            as_of_us=where.as_of_us,
            before_seq=_seq_of(environment, cursor.starting_after, "starting_after"),
            after_seq=_seq_of(environment, cursor.ending_before, "ending_before"),
            limit=cursor.limit + 1,
        )
    )
    return trim_page(found, cursor)


def retrieve_event(
    *, reader: UsageReader, environment: Environment, identifier: str
) -> LoggedEvent:
    """Return the last event with the identifier. Raises NotFound."""
    logged = reader.event(environment.id, identifier)
    if logged is None:
        raise NotFound(f"No such meter event: '{identifier}'", param="identifier")
    return logged


def event_with_id(*, reader: UsageReader, environment: Environment, id: str) -> LoggedEvent:
    """Return the event that paging knows by this id. Raises NotFound."""
    try:
        seq = _seq_of(environment, id, "id")
    except ResourceMissing:
        seq = None
    if seq is not None:
        # Bounded on both sides, so that only the one stretch of the log is read.
        query = EventQuery(
            environment=environment.id, after_seq=seq - 1, before_seq=seq + 1, limit=1
        )
        found = reader.events(query)
        if found and event_id(environment, found[0]) == id:
            return found[0]
    raise NotFound(f"No such meter event: '{id}'", param="id")


def event_id(environment: Environment, logged: LoggedEvent) -> str:
    """Return the id by which paging finds an event again."""
    return f"{_prefix(environment)}{logged.seq:015d}"


def _seq_of(environment: Environment, id: str | None, param: str) -> int | None:
    if id is None:
        return None
    digits = id.removeprefix(_prefix(environment))
    if digits == id or not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise ResourceMissing(
            f"No such meter event: '{id}'. Page with the `id` of an event of this list.",
            param=param,
        )
    return int(digits)


def _prefix(environment: Environment) -> str:
    return "mtrev_" if environment.livemode else "mtrev_test_"
