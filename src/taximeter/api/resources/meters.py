"""`/v1/billing/meters`."""

from typing import Annotated, Literal

import msgspec

from taximeter import meters
from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.meter import MeterObject, meter_object
from taximeter.errors import InvalidRequest
from taximeter.kit.paging import UnknownCursor
from taximeter.kit.periods import Window
from taximeter.meters import FormulaName, MeterStatus

PayloadKey = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
DisplayName = Annotated[str, msgspec.Meta(max_length=250)]

DIMENSIONS_MAX = 20
_FIXED = (
    "Only display_name can be changed after a meter is created; create a new meter for anything "
    "else."
)


class CustomerMappingParam(msgspec.Struct, frozen=True, kw_only=True):
    """Which payload key holds the customer."""

    type: Literal["by_id"]
    event_payload_key: PayloadKey


class AggregationParam(msgspec.Struct, frozen=True, kw_only=True):
    """How values add up."""

    formula: FormulaName


class ValueSettingsParam(msgspec.Struct, frozen=True, kw_only=True):
    """Which payload key holds the value."""

    event_payload_key: PayloadKey


class MeterCreate(Params, frozen=True, kw_only=True):
    """What creating a meter takes."""

    display_name: DisplayName
    event_name: Annotated[str, msgspec.Meta(max_length=100)]
    default_aggregation: AggregationParam
    customer_mapping: CustomerMappingParam | None = None
    dimension_payload_keys: tuple[PayloadKey, ...] = ()
    event_time_window: Window | None = None
    value_settings: ValueSettingsParam | None = None


class MeterUpdate(Params, frozen=True, kw_only=True):
    """What changing a meter takes."""

    refused = {
        name: _FIXED
        for name in MeterCreate.__struct_fields__
        if name not in {"display_name", "expand"}
    }

    display_name: DisplayName | None = None


class MeterList(ListParams, frozen=True, kw_only=True):
    """What listing meters takes."""

    status: MeterStatus | None = None


def _create(context: Context, params: MeterCreate) -> MeterObject:
    if len(params.dimension_payload_keys) > DIMENSIONS_MAX:
        raise InvalidRequest(
            f"A meter can have at most {DIMENSIONS_MAX} dimensions.",
            param="dimension_payload_keys",
        )
    mapping, value = params.customer_mapping, params.value_settings
    meter = meters.create(
        store=context.unit.meters,
        environment=context.environment,
        now=context.now(),
        display_name=params.display_name,
        event_name=params.event_name,
        formula=params.default_aggregation.formula,
        event_time_window=params.event_time_window,
        customer_key=mapping.event_payload_key if mapping else meters.DEFAULT_CUSTOMER_KEY,
        value_key=value.event_payload_key if value else meters.DEFAULT_VALUE_KEY,
        dimension_keys=params.dimension_payload_keys,
    )
    return meter_object(meter, context.environment)


def _retrieve(context: Context, params: Params) -> MeterObject:
    meter = meters.retrieve(
        store=context.unit.meters,
        environment=context.environment,
        id=context.path_params["id"],
    )
    return meter_object(meter, context.environment)


def _update(context: Context, params: MeterUpdate) -> MeterObject:
    if params.display_name is None:
        return _retrieve(context, params)
    meter = meters.rename(
        store=context.unit.meters,
        environment=context.environment,
        id=context.path_params["id"],
        now=context.now(),
        display_name=params.display_name,
    )
    return meter_object(meter, context.environment)


def _deactivate(context: Context, params: Params) -> MeterObject:
    meter = meters.deactivate(
        store=context.unit.meters,
        environment=context.environment,
        id=context.path_params["id"],
        now=context.now(),
    )
    return meter_object(meter, context.environment)


def _reactivate(context: Context, params: Params) -> MeterObject:
    meter = meters.reactivate(
        store=context.unit.meters,
        environment=context.environment,
        id=context.path_params["id"],
        now=context.now(),
    )
    return meter_object(meter, context.environment)


def _list(context: Context, params: MeterList) -> ListObject[MeterObject]:
    try:
        page = context.unit.meters.page(context.environment.id, params.cursor(), params.status)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "meter") from None
    return list_object(page, context.path, lambda meter: meter_object(meter, context.environment))


_ALL = "/v1/billing/meters"
_ONE = "/v1/billing/meters/{id}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=MeterCreate, run=_create, changes_directory=True),
    Endpoint(method="GET", path=_ALL, params=MeterList, run=_list),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve),
    Endpoint(method="POST", path=_ONE, params=MeterUpdate, run=_update, changes_directory=True),
    Endpoint(
        method="POST",
        path=_ONE + "/deactivate",
        params=Params,
        run=_deactivate,
        changes_directory=True,
    ),
    Endpoint(
        method="POST",
        path=_ONE + "/reactivate",
        params=Params,
        run=_reactivate,
        changes_directory=True,
    ),
)
