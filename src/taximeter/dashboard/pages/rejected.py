"""Events that were not counted, each with the reason."""

import msgspec

from taximeter.api.wire.ingestion import RejectedObject, rejected_object
from taximeter.dashboard.listing import with_query
from taximeter.dashboard.page import Page, View
from taximeter.dashboard.pages.rejections import REASONS
from taximeter.dashboard.table import Table
from taximeter.ingest.event import RejectionCode
from taximeter.kit.paging import Cursor
from taximeter.meters import Meter
from taximeter.reports.rejected import list_rejected

ROWS_MAX = 25


class RejectedQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which meter, for which reason; `after` and `before` name the event to go on from."""

    meter: str = ""
    code: RejectionCode | None = None
    after: str = ""
    before: str = ""


class RejectedData(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list, the event received last first."""

    query: RejectedQuery
    events: tuple[RejectedObject, ...]
    meters: dict[str, str]
    newer: str | None
    older: str | None

    @property
    def reasons(self) -> dict[RejectionCode, str]:
        """Return the words for every code."""
        return REASONS


def read_rejected(view: View, query: RejectedQuery) -> RejectedData:
    """Read a page."""
    page = list_rejected(
        reader=view.services.rejections,
        environment=view.environment,
        meter=query.meter or None,
        code=query.code,
        start_time=None,
        end_time=None,
        cursor=Cursor(
            limit=ROWS_MAX,
            starting_after=query.after or None,
            ending_before=query.before or None if not query.after else None,
        ),
    )
    events = tuple(rejected_object(one, view.environment) for one in page.data)
    backwards = bool(query.before and not query.after)
    newer = page.has_more if backwards else bool(query.after)
    older = bool(query.before) if backwards else page.has_more
    return RejectedData(
        query=query,
        events=events,
        meters={one.id: one.display_name for one in _meters(view)},
        newer=with_query(query, before=events[0].id, after="") if newer and events else None,
        older=with_query(query, after=events[-1].id, before="") if older and events else None,
    )


def _meters(view: View) -> list[Meter]:
    of_here = [one for one in view.unit.meters.all() if one.environment == view.environment.id]
    return sorted(of_here, key=lambda one: one.display_name.casefold())


def rejected_table(data: RejectedData) -> Table:
    """Return the page's events as they were sent."""
    return Table(
        name="rejected-events",
        columns=(
            "received",
            "code",
            "message",
            "event_name",
            "meter",
            "customer",
            "identifier",
            "timestamp",
            "payload",
        ),
        rows=[
            (
                str(one.created),
                one.code,
                one.message,
                one.event_name,
                one.meter or "",
                one.customer or "",
                one.identifier,
                str(one.timestamp),
                bytes(one.payload).decode(),
            )
            for one in data.events
        ],
    )


PAGE = Page(
    path="rejected",
    area="meters",
    query=RejectedQuery,
    read=read_rejected,
    template="rejected.html",
    title=lambda _: "Rejected events",
    table=rejected_table,
)
