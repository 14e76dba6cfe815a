"""`/v1/billing/meters/{id}/event_summaries`."""

from typing import Any

from taximeter import meters
from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, UnixTime, list_object
from taximeter.api.services import Context
from taximeter.api.wire.summary import SummaryObject, summary_object
from taximeter.kit.periods import Window
from taximeter.usage.summary import SummaryRequest, summarize


class SummaryList(ListParams, frozen=True, kw_only=True):
    """What listing summaries takes; `as_of` and the dimensions are beyond Stripe's release."""

    customer: str
    start_time: UnixTime
    end_time: UnixTime
    value_grouping_window: Window | None = None
    dimension_filters: dict[str, str] = {}
    dimension_group_by_keys: tuple[str, ...] = ()
    as_of: UnixTime | None = None


def _list(context: Context, params: SummaryList) -> ListObject[SummaryObject]:
    services = context.services
    meter = meters.retrieve(
        store=context.unit.meters,
        environment=context.environment,
        id=context.path_params["id"],
    )
    page = summarize(
        reader=services.reader,
        customers=context.unit.customers,
        barrier=services.writer,
        clock=services.clock,
        environment=context.environment,
        meter=meter,
        request=_request(params),
        cursor=params.cursor(),
    )
    return list_object(
        page, context.path, lambda one: summary_object(one, meter.id, context.environment)
    )


def _request(params: SummaryList) -> SummaryRequest:
    asked: dict[str, Any] = {
        name: getattr(params, name) for name in SummaryRequest.__struct_fields__
    }
    return SummaryRequest(**asked)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/meters/{id}/event_summaries",
        params=SummaryList,
        run=_list,
    ),
)
