"""The request log: the latest requests to the API, and how each ended."""

from typing import Literal

import msgspec

from taximeter.api.request_log import RequestEntry
from taximeter.dashboard.listing import Listed, listed, with_query
from taximeter.dashboard.page import NoQuery, Page, View
from taximeter.dashboard.table import Table
from taximeter.errors import NotFound
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text

Outcome = Literal["all", "failed", "succeeded"]
_FAILED = 400


class RequestsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which requests; `q` is looked for in id, path and error."""

    outcome: Outcome = "all"
    method: Literal["all", "GET", "POST", "DELETE"] = "all"
    q: str = ""
    sort: Literal["-time", "time", "-duration", "path"] = "-time"
    page: int = 1


class RequestRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it is shown."""

    request: RequestEntry

    @property
    def at(self) -> int:
        """Return when it came, in Unix seconds."""
        return self.request.at_us // MICROSECONDS

    @property
    def failed(self) -> bool:
        """Say whether it was refused, or could not be carried out."""
        return self.request.status >= _FAILED

    @property
    def milliseconds(self) -> str:
        """Return how long it took."""
        return f"{self.request.duration_us // 1_000}.{self.request.duration_us % 1_000 // 100}"


class RequestsData(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list, and how many requests the log keeps."""

    requests: Listed[RequestRow]
    query: RequestsQuery
    entries_max: int
    counts: dict[Outcome, int]
    previous: str | None
    next: str | None

    def url(self, outcome: Outcome) -> str:
        """Return the address of the list with another outcome."""
        return with_query(self.query, outcome=outcome, page=1)


def read_requests(view: View, query: RequestsQuery) -> RequestsData:
    """Read a page of the log."""
    wanted = query.q.strip().casefold()
    found = [
        RequestRow(request=one)
        for one in view.services.requests.of(view.environment.id)
        if query.method in {"all", one.method} and _matches(one, wanted)
    ]
    failed = [one for one in found if one.failed]
    of_outcome = {
        "all": found,
        "failed": failed,
        "succeeded": [one for one in found if not one.failed],
    }
    rows = listed(
        of_outcome[query.outcome],
        sort=query.sort,
        by={
            "time": lambda one: (one.request.at_us, one.request.id),
            "duration": lambda one: one.request.duration_us,
            "path": lambda one: one.request.path,
        },
        page=query.page,
        row=lambda one: one,
    )
    return RequestsData(
        requests=rows,
        query=query,
        entries_max=view.services.settings.request_log_entries_max,
        counts={
            "all": len(found),
            "failed": len(failed),
            "succeeded": len(found) - len(failed),
        },
        previous=with_query(query, page=rows.page - 1) if rows.page > 1 else None,
        next=with_query(query, page=rows.page + 1) if rows.page < rows.pages else None,
    )


def _matches(request: RequestEntry, wanted: str) -> bool:
    texts = [request.id, request.path, request.key or ""]
    if request.error is not None:
        texts += [request.error.message, request.error.code or ""]
    return any(wanted in text.casefold() for text in texts)


def requests_table(data: RequestsData) -> Table:
    """Return the page's rows."""
    return Table(
        name="requests",
        columns=("id", "time", "method", "path", "status", "microseconds", "key", "error"),
        rows=[
            (
                one.request.id,
                moment_text(one.request.at_us),
                one.request.method,
                one.request.path,
                str(one.request.status),
                str(one.request.duration_us),
                one.request.key or "",
                "" if one.request.error is None else one.request.error.message,
            )
            for one in data.requests.rows
        ],
    )


PAGE = Page(
    path="developers/requests",
    area="developers",
    query=RequestsQuery,
    read=read_requests,
    template="requests.html",
    title=lambda _: "Requests",
    table=requests_table,
)


def read_request(view: View, query: NoQuery) -> RequestRow:
    """Return one request. Raises NotFound once it has been driven out."""
    id = view.path_params["id"]
    for one in view.services.requests.of(view.environment.id):
        if one.id == id:
            return RequestRow(request=one)
    raise NotFound(f"No such request: '{id}'. The log keeps the latest only.", param="id")


ONE = Page(
    path="developers/requests/{id}",
    area="developers",
    query=NoQuery,
    read=read_request,
    template="request.html",
    title=lambda data: f"Request {data.request.id}",
)
