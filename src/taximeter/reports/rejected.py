"""The use case of reading back the events that were not counted."""

import re

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.ingest.event import RejectionCode
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor, Page, trim_page
from taximeter.reports.reader import PlacedRejection, RejectedPlace, RejectedQuery, RejectionReader

_ID = re.compile(r"rejmtrev_([0-9]{1,18})_([0-9a-f]{16})_([0-9]{1,18})", re.ASCII)


def list_rejected(
    *,
    reader: RejectionReader,
    environment: Environment,
    meter: str | None,
    code: RejectionCode | None,
    start_time: int | None,
    end_time: int | None,
    cursor: Cursor,
) -> Page[PlacedRejection]:
    """Return a page of rejected events, the one received last first.

    Times are of receipt, in Unix seconds, `[start_time, end_time)`. Raises InvalidRequest for an
    empty range, and ResourceMissing for a cursor that is no id of a rejected event.
    """
    if start_time is not None and end_time is not None and start_time >= end_time:
        raise InvalidRequest(
            f"Invalid end_time: {end_time} must be later than start_time ({start_time}).",
            param="end_time",
        )
    found = reader.rejected(
        RejectedQuery(
            environment=environment.id,
            meter=meter,
            code=code,
            start_us=None if start_time is None else start_time * MICROSECONDS,
            end_us=None if end_time is None else end_time * MICROSECONDS,
            after=_place(cursor.starting_after, "starting_after"),
            before=_place(cursor.ending_before, "ending_before"),
            limit=cursor.limit + 1,
        )
    )
    return trim_page(found, cursor)


def rejected_id(placed: PlacedRejection) -> str:
    """Return the id by which paging goes on from a rejected event."""
    received_at_us, fingerprint, twin = placed.place
    return f"rejmtrev_{received_at_us}_{fingerprint:016x}_{twin}"


def _place(id: str | None, param: str) -> RejectedPlace | None:
    if id is None:
        return None
    found = _ID.fullmatch(id)
    if found is None:
        raise ResourceMissing(
            f"No such rejected meter event: '{id}'. Page with the `id` of an event of this list.",
            param=param,
        )
    return int(found[1]), int(found[2], 16), int(found[3])
