"""The use case behind usage analytics: a customer's usage of many meters, in a local calendar."""

import base64
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from itertools import islice

import msgspec

from taximeter.customers import CustomerStore
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.kit import decimals
from taximeter.kit.calendar import CalendarWindow, window_starts
from taximeter.kit.clock import MICROSECONDS, Clock, now_s
from taximeter.kit.periods import MINUTE_SECONDS
from taximeter.kit.zones import UTC, find_zone, not_a_zone
from taximeter.meters import MeterStore
from taximeter.settings import Settings
from taximeter.usage.conditions import Barrier, check_range, settle
from taximeter.usage.reader import Total, UsageQuery, UsageReader
from taximeter.usage.selection import MeterSelection, Selected, select, select_all
from taximeter.usage.windows import utc_window


class MeterUsageRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller asks: times in Unix seconds, `[starts_at, ends_at)`.

    `meters` None means all of the environment, added up.
    """

    customer: str
    starts_at: int
    ends_at: int
    meters: Sequence[MeterSelection] | None = None
    timezone: str = UTC
    value_grouping_window: CalendarWindow | None = None
    as_of: int | None = None


class MeterUsageRow(msgspec.Struct, frozen=True, kw_only=True):
    """The value of one window, meter and group; `meter` is None where all are added up.

    The first and the last window are cut to the range that was asked for.
    """

    id: str
    starts_at: int
    ends_at: int
    meter: str | None
    value: Decimal
    dimensions: dict[str, str] | None


class MeterUsage(msgspec.Struct, frozen=True, kw_only=True):
    """The rows, and a moment up to which they count everything that was acknowledged."""

    refreshed_at: int
    rows: Sequence[MeterUsageRow]


def measure_usage(
    *,
    reader: UsageReader,
    meters: MeterStore,
    customers: CustomerStore,
    barrier: Barrier,
    clock: Clock,
    settings: Settings,
    environment: Environment,
    request: MeterUsageRequest,
) -> MeterUsage:
    """Return a customer's usage: newest window first, then meters as named, then dimensions.

    What has no usage has no row. Raises InvalidRequest for times, zones, dimensions and sizes that
    cannot be answered, and ResourceMissing for an unknown customer or meter.
    """
    cuts = _cuts(request, settings)
    if customers.get(environment.id, request.customer) is None:
        raise ResourceMissing(f"No such customer: '{request.customer}'", param="customer")
    if request.meters is None:
        selected = select_all(
            store=meters,
            environment=environment,
            meters_max=settings.meter_usage_all_meters_max,
        )
    else:
        selected = select(
            store=meters,
            environment=environment,
            selections=request.meters,
            meters_max=settings.meter_usage_meters_max,
        )
    if request.as_of is not None:
        settle(request.as_of, barrier=barrier, clock=clock)
    # Taken before the first read: what was acknowledged until then is in every figure.
    refreshed_at = now_s(clock) if request.as_of is None else request.as_of
    found: list[tuple[Selected, Total]] = []
    for one in selected:
        query = _query(one, request, cuts)
        if request.meters is None and not _is_used(reader, query):
            continue
        totals = reader.totals(query)
        found += ((one, total) for total in sorted(totals, key=lambda one: one.dimensions))
        if request.meters is None:
            found = _added_up(found)
        if len(found) > settings.meter_usage_rows_max:
            raise _too_many_rows(settings)
    # A stable sort: within a window the rows stay as they were found, meter by meter.
    found.sort(key=lambda one: -one[1].start_us)
    return MeterUsage(
        refreshed_at=refreshed_at,
        rows=[_row(environment, request, one, total) for one, total in found],
    )


def _cuts(request: MeterUsageRequest, settings: Settings) -> tuple[int, ...]:
    """Return the moments that divide the range into windows of the zone's calendar."""
    times = {"starts_at": request.starts_at, "ends_at": request.ends_at}
    check_range(times, step=MINUTE_SECONDS, boundary="minute")
    zone = find_zone(request.timezone)
    if zone is None:
        raise InvalidRequest(f"Invalid timezone: {not_a_zone(request.timezone)}", param="timezone")
    window = request.value_grouping_window
    if window is None:
        return ()
    most = settings.meter_usage_windows_max
    starts = window_starts(request.starts_at, request.ends_at, window=window, zone=zone)
    cuts = tuple(islice(starts, most))
    if len(cuts) == most:
        raise InvalidRequest(
            f"From starts_at to ends_at there are more than {most} windows of one {window}. Ask "
            "for a shorter range or longer windows, or raise TAXIMETER_METER_USAGE_WINDOWS_MAX.",
            param="ends_at",
        )
    return cuts


def _query(selected: Selected, request: MeterUsageRequest, cuts: tuple[int, ...]) -> UsageQuery:
    window = utc_window(request.value_grouping_window, request.starts_at, request.ends_at, cuts)
    return UsageQuery(
        meter=selected.meter,
        customer=request.customer,
        start_us=request.starts_at * MICROSECONDS,
        end_us=request.ends_at * MICROSECONDS,
        window=window,
        cuts_us=() if window else tuple(cut * MICROSECONDS for cut in cuts),
        dimension_filters=selected.dimension_filters,
        group_by=selected.group_by,
        as_of_us=None if request.as_of is None else request.as_of * MICROSECONDS,
    )


def _is_used(reader: UsageReader, query: UsageQuery) -> bool:
    """Say whether there is anything to divide into windows.

    Of all the meters of an environment a customer uses few, and to ask for one total costs a small
    part of what dividing the range does, also where there is nothing in it.
    """
    if query.window is None and not query.cuts_us:
        return True
    return bool(reader.totals(msgspec.structs.replace(query, window=None, cuts_us=())))


def _added_up(found: Sequence[tuple[Selected, Total]]) -> list[tuple[Selected, Total]]:
    """Add the totals of each window, whatever their meters' formulas."""
    windows: dict[int, tuple[Selected, Total]] = {}
    for selected, total in found:
        if (other := windows.get(total.start_us)) is not None:
            value = decimals.total((other[1].value, total.value))
            total = msgspec.structs.replace(total, value=value)
        windows[total.start_us] = (selected, total)
    return list(windows.values())


def _too_many_rows(settings: Settings) -> InvalidRequest:
    return InvalidRequest(
        f"The answer would have more than {settings.meter_usage_rows_max} rows. Ask for a shorter "
        "range, longer windows, fewer meters or fewer dimensions, or raise "
        "TAXIMETER_METER_USAGE_ROWS_MAX."
    )


def _row(
    environment: Environment, request: MeterUsageRequest, selected: Selected, total: Total
) -> MeterUsageRow:
    meter = None if request.meters is None else selected.meter.id
    starts_at, ends_at = total.start_us // MICROSECONDS, total.end_us // MICROSECONDS
    described = msgspec.json.encode(
        (
            request.customer,
            meter,
            sorted((key, sorted(values)) for key, values in selected.dimension_filters),
            selected.group_by,
            total.dimensions,
            starts_at,
            ends_at,
        )
    )
    digest = hashlib.blake2b(described, digest_size=18).digest()
    prefix = "mtrusgrow_" if environment.livemode else "mtrusgrow_test_"
    return MeterUsageRow(
        id=prefix + base64.urlsafe_b64encode(digest).decode(),
        starts_at=starts_at,
        ends_at=ends_at,
        meter=meter,
        value=total.value,
        dimensions=(
            dict(zip(selected.group_by, total.dimensions, strict=True))
            if selected.group_by
            else None
        ),
    )
