"""`/v1/billing/analytics/meter_usage`."""

from typing import Annotated, ClassVar

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.meter_usage import MeterUsageObject, meter_usage_object
from taximeter.kit.calendar import MOMENT_MAX, CalendarWindow
from taximeter.kit.zones import NAME_CHARACTERS_MAX, UTC
from taximeter.usage.meter_usage import MeterUsageRequest, measure_usage
from taximeter.usage.selection import MeterSelection

CalendarTime = Annotated[int, msgspec.Meta(ge=0, le=MOMENT_MAX)]
"""Unix seconds up to where every zone's calendar ends."""

_NO_TENANTS = "There are no tenants here: divide the usage by a dimension of the meter instead."


class MeterParam(msgspec.Struct, frozen=True, kw_only=True):
    """A meter, and what of its usage counts."""

    refused: ClassVar[dict[str, str]] = {
        "tenant_filters": _NO_TENANTS,
        "tenant_group_by_keys": _NO_TENANTS,
    }

    meter: str
    dimension_filters: dict[str, tuple[str, ...]] = {}
    dimension_group_by_keys: tuple[str, ...] = ()


class MeterUsageRetrieve(Params, frozen=True, kw_only=True):
    """What reading usage takes; `as_of` is beyond Stripe's preview."""

    customer: str
    starts_at: CalendarTime
    ends_at: CalendarTime
    meters: tuple[MeterParam, ...] | None = None
    timezone: Annotated[str, msgspec.Meta(max_length=NAME_CHARACTERS_MAX)] = UTC
    value_grouping_window: CalendarWindow | None = None
    as_of: CalendarTime | None = None


def _retrieve(context: Context, params: MeterUsageRetrieve) -> MeterUsageObject:
    services = context.services
    usage = measure_usage(
        reader=services.reader,
        meters=context.unit.meters,
        customers=context.unit.customers,
        barrier=services.writer,
        clock=services.clock,
        settings=services.settings,
        environment=context.environment,
        request=MeterUsageRequest(
            customer=params.customer,
            starts_at=params.starts_at,
            ends_at=params.ends_at,
            meters=None if params.meters is None else [_selection(one) for one in params.meters],
            timezone=params.timezone,
            value_grouping_window=params.value_grouping_window,
            as_of=params.as_of,
        ),
    )
    return meter_usage_object(usage, context.environment, context.path)


def _selection(param: MeterParam) -> MeterSelection:
    return MeterSelection(
        meter=param.meter,
        dimension_filters=param.dimension_filters,
        dimension_group_by_keys=param.dimension_group_by_keys,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/analytics/meter_usage",
        params=MeterUsageRetrieve,
        run=_retrieve,
    ),
)
