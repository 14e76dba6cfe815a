"""The use case of drawing a meter's usage: a value for every window, those without usage too."""

from decimal import Decimal
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.kit.calendar import CalendarWindow, window_starts
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.decimals import ZERO
from taximeter.meters import Meter
from taximeter.usage.reader import UsageQuery, UsageReader
from taximeter.usage.windows import utc_window

_NOTHING_IS_ZERO = {"sum", "count", "unique_count"}


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A value for each window; None where there was no usage and nothing can be said."""

    dimensions: tuple[str, ...]
    values: tuple[Decimal | None, ...]


class OverTime(msgspec.Struct, frozen=True, kw_only=True):
    """A meter's usage: windows `[starts[i], ends[i])` in Unix seconds, and the series over them.

    There is one series, or one for each group in the order of what they come to. `total` is the
    formula over the whole range; None where there was no usage.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    series: tuple[Series, ...]
    total: Decimal | None


def usage_over_time(
    *,
    reader: UsageReader,
    meter: Meter,
    start: int,
    end: int,
    window: CalendarWindow,
    zone: ZoneInfo,
    windows_max: int,
    customer: str | None = None,
    group_by: tuple[str, ...] = (),
) -> OverTime:
    """Return the usage of a customer, or of all together, by window.

    Raises InvalidRequest where there are too many windows.
    """
    cuts = tuple(islice(window_starts(start, end, window=window, zone=zone), windows_max))
    if len(cuts) >= windows_max:
        raise InvalidRequest(
            f"That are more than {windows_max} windows of one {window}. Choose longer windows or "
            "a shorter time.",
            param="window",
        )
    in_utc = utc_window(window, start, end, cuts)
    query = UsageQuery(
        meter=meter,
        start_us=start * MICROSECONDS,
        end_us=end * MICROSECONDS,
        customer=customer,
        window=in_utc,
        cuts_us=() if in_utc else tuple(cut * MICROSECONDS for cut in cuts),
        group_by=group_by,
    )
    whole = msgspec.structs.replace(query, window=None, cuts_us=(), group_by=())
    bounds = list(pairwise((start, *cuts, end)))
    return OverTime(
        starts=tuple(first for first, _ in bounds),
        ends=tuple(last for _, last in bounds),
        series=_series(reader, query, [first for first, _ in bounds]),
        total=next((one.value for one in reader.totals(whole)), None),
    )


def _series(reader: UsageReader, query: UsageQuery, starts: list[int]) -> tuple[Series, ...]:
    groups: dict[tuple[str, ...], dict[int, Decimal]] = {}
    if not query.group_by:
        groups[()] = {}
    for total in reader.totals(query):
        groups.setdefault(total.dimensions, {})[total.start_us // MICROSECONDS] = total.value
    missing = ZERO if query.meter.formula in _NOTHING_IS_ZERO else None
    ordered = sorted(groups, key=lambda one: (-sum(groups[one].values()), one))
    return tuple(
        Series(
            dimensions=group,
            values=tuple(groups[group].get(start, missing) for start in starts),
        )
        for group in ordered
    )
