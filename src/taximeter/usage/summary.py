"""The use case behind event summaries: a customer's totals by window and dimension."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

import msgspec

from taximeter.customers import CustomerStore
from taximeter.environments import Environment
from taximeter.errors import ResourceMissing
from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.kit.paging import Cursor, Page, slice_page
from taximeter.kit.periods import MINUTE_SECONDS, WINDOW_SECONDS, Window
from taximeter.meters import Meter
from taximeter.usage.conditions import Barrier, check_dimension, check_range, settle
from taximeter.usage.reader import Total, UsageQuery, UsageReader


class SummaryRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks: times in Unix seconds, `[start_time, end_time)`."""

    customer: str
    start_time: int
    end_time: int
    value_grouping_window: Window | None = None
    dimension_filters: Mapping[str, str] = {}
    dimension_group_by_keys: Sequence[str] = ()
    as_of: int | None = None


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A total with the id by which paging finds it again."""

    id: str
    start_time: int
    end_time: int
    value: Decimal
    dimensions: dict[str, str] | None


Position: TypeAlias = tuple[int, tuple[str, ...]]
"""Where a total stands in the list: newest window first, then by dimension values."""


def summarize(
    *,
    reader: UsageReader,
    customers: CustomerStore,
    barrier: Barrier,
    clock: Clock,
    environment: Environment,
    meter: Meter,
    request: SummaryRequest,
    cursor: Cursor,
) -> Page[Summary]:
    """Return a page of summaries, newest window first; windows without usage are left out.

    Raises InvalidRequest for times that do not lie on their boundaries, dimensions that the meter
    does not have, an `as_of` that is yet to come, or a cursor of another list, and ResourceMissing
    for an unknown customer.
    """
    query = _query(meter, request)
    if customers.get(environment.id, request.customer) is None:
        raise ResourceMissing(f"No such customer: '{request.customer}'", param="customer")
    if request.as_of is not None:
        settle(request.as_of, barrier=barrier, clock=clock)
    totals = sorted(reader.totals(query), key=_position)
    naming = _Naming(environment, meter, request)
    page = slice_page(
        totals,
        limit=cursor.limit,
        key_of=_position,
        after=naming.position_of(cursor.starting_after, "starting_after"),
        before=naming.position_of(cursor.ending_before, "ending_before"),
    )
    return Page(data=[naming.summary(total) for total in page.data], has_more=page.has_more)


def _query(meter: Meter, request: SummaryRequest) -> UsageQuery:
    _check_times(request)
    for key in request.dimension_filters:
        check_dimension(meter, key, f"dimension_filters[{key}]")
    for index, key in enumerate(request.dimension_group_by_keys):
        check_dimension(meter, key, f"dimension_group_by_keys[{index}]")
    return UsageQuery(
        meter=meter,
        customer=request.customer,
        start_us=request.start_time * MICROSECONDS,
        end_us=request.end_time * MICROSECONDS,
        window=request.value_grouping_window,
        dimension_filters=tuple((key, (one,)) for key, one in request.dimension_filters.items()),
        group_by=tuple(dict.fromkeys(request.dimension_group_by_keys)),
        as_of_us=None if request.as_of is None else request.as_of * MICROSECONDS,
    )


def _check_times(request: SummaryRequest) -> None:
    window = request.value_grouping_window
    step = MINUTE_SECONDS if window is None else WINDOW_SECONDS[window]
    boundary = {None: "minute", "hour": "hour", "day": "UTC day"}[window]
    times = {"start_time": request.start_time, "end_time": request.end_time}
    check_range(times, step=step, boundary=boundary)


def _position(total: Total) -> Position:
    return (-total.start_us, total.dimensions)


class _Naming:
    """Gives each total of one request its id, and reads the position back out of an id."""

    def __init__(self, environment: Environment, meter: Meter, request: SummaryRequest) -> None:
        self._group_by = tuple(dict.fromkeys(request.dimension_group_by_keys))
        self._prefix = "mtrusg_" if environment.livemode else "mtrusg_test_"
        asked = msgspec.json.encode(
            (
                meter.id,
                request.customer,
                request.value_grouping_window,
                sorted(request.dimension_filters.items()),
                self._group_by,
            )
        )
        self._digest = hashlib.blake2b(asked, digest_size=9).digest()

    def summary(self, total: Total) -> Summary:
        place = (total.start_us // MICROSECONDS, total.end_us // MICROSECONDS, total.dimensions)
        token = base64.urlsafe_b64encode(self._digest + msgspec.json.encode(place))
        return Summary(
            id=self._prefix + token.decode().rstrip("="),
            start_time=place[0],
            end_time=place[1],
            value=total.value,
            dimensions=(
                dict(zip(self._group_by, total.dimensions, strict=True)) if self._group_by else None
            ),
        )

    def position_of(self, id: str | None, param: str) -> Position | None:
        if id is None:
            return None
        try:
            token = id.removeprefix(self._prefix)
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            start, _, dimensions = msgspec.json.decode(
                raw[len(self._digest) :], type=tuple[int, int, tuple[str, ...]]
            )
        except (ValueError, msgspec.DecodeError):
            raise _unknown_cursor(id, param) from None
        if raw[: len(self._digest)] != self._digest:
            raise _unknown_cursor(id, param)
        return (-start * MICROSECONDS, dimensions)


def _unknown_cursor(id: str, param: str) -> ResourceMissing:
    return ResourceMissing(
        f"No such meter event summary in this list: '{id}'. Page with the ids of a list that was "
        "asked for with the same parameters.",
        param=param,
    )
