"""The use case of counting what was accepted, doubled and rejected, by minute and meter."""

import re
from typing import TypeAlias

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor, Page, trim_page
from taximeter.kit.periods import HOUR_SECONDS, MINUTE_SECONDS
from taximeter.reports.reader import MinuteCount, MinuteQuery, RejectionReader

MinutePlace: TypeAlias = tuple[int, str]

_ID = re.compile(r"igst_([0-9]{1,12})_(none|mtr_[A-Za-z0-9_]{1,64})", re.ASCII)
_NO_METER = "none"


def count_minutes(
    *,
    reader: RejectionReader,
    environment: Environment,
    now: int,
    start_time: int | None,
    end_time: int | None,
    meter: str | None,
    cursor: Cursor,
) -> Page[MinuteCount]:
    """Return a page of the minutes in which anything was sent, the newest first.

    Times are of receipt, in Unix seconds, `[start_time, end_time)`, and widened to whole minutes;
    left out, they are those of the hour before now. Raises InvalidRequest for an empty range, and
    ResourceMissing for a cursor that is no id of a row.
    """
    end = -(-(now + 1 if end_time is None else end_time) // MINUTE_SECONDS) * MINUTE_SECONDS
    start = (end - HOUR_SECONDS if start_time is None else start_time) // MINUTE_SECONDS
    start *= MINUTE_SECONDS
    if start >= end:
        raise InvalidRequest(
            f"Invalid end_time: {end} must be later than start_time ({start}), in whole minutes.",
            param="start_time" if end_time is None else "end_time",
        )
    found = reader.minutes(
        MinuteQuery(
            environment=environment.id,
            start_us=start * MICROSECONDS,
            end_us=end * MICROSECONDS,
            meter=meter,
            after=_place(cursor.starting_after, "starting_after"),
            before=_place(cursor.ending_before, "ending_before"),
            limit=cursor.limit + 1,
        )
    )
    return trim_page(found, cursor)


def minute_id(count: MinuteCount) -> str:
    """Return the id by which paging goes on from a row."""
    return f"igst_{count.start_us // MICROSECONDS}_{count.meter or _NO_METER}"


def _place(id: str | None, param: str) -> MinutePlace | None:
    if id is None:
        return None
    found = _ID.fullmatch(id)
    if found is None:
        raise ResourceMissing(
            f"No such ingestion statistics: '{id}'. Page with the `id` of a row of this list.",
            param=param,
        )
    return int(found[1]) * MICROSECONDS, "" if found[2] == _NO_METER else found[2]
