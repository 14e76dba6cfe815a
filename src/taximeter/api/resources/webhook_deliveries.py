"""`/v1/webhook_deliveries`: the log of deliveries, and delivering once more."""

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.webhook_delivery import WebhookDeliveryObject, webhook_delivery_object
from taximeter.kit.paging import UnknownCursor
from taximeter.webhooks.delivery import Delivery, DeliveryFilter, DeliveryStatus
from taximeter.webhooks.resend import resend, retrieve_delivery


class DeliveryList(ListParams, frozen=True, kw_only=True):
    """What listing deliveries takes."""

    event: str | None = None
    status: DeliveryStatus | None = None
    webhook_endpoint: str | None = None


def _list(context: Context, params: DeliveryList) -> ListObject[WebhookDeliveryObject]:
    where = DeliveryFilter(
        destination=params.webhook_endpoint, event=params.event, status=params.status
    )
    try:
        page = context.unit.deliveries.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "webhook delivery") from None
    return list_object(
        page, context.path, lambda one: webhook_delivery_object(one, context.environment)
    )


def _this(context: Context) -> Delivery:
    return retrieve_delivery(
        store=context.unit.deliveries,
        environment=context.environment,
        id=context.path_params["id"],
    )


def _shown(context: Context, delivery: Delivery) -> WebhookDeliveryObject:
    attempts = context.unit.deliveries.attempts(delivery.id)
    return webhook_delivery_object(delivery, context.environment, attempts=attempts)


def _retrieve(context: Context, params: Params) -> WebhookDeliveryObject:
    return _shown(context, _this(context))


def _resend(context: Context, params: Params) -> WebhookDeliveryObject:
    again = resend(
        unit=context.unit, delivery=_this(context), now_us=context.services.clock.now_us()
    )
    return _shown(context, again)


_ALL = "/v1/webhook_deliveries"
_ONE = "/v1/webhook_deliveries/{id}"

ENDPOINTS = (
    Endpoint(method="GET", path=_ALL, params=DeliveryList, run=_list),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve),
    Endpoint(method="POST", path=_ONE + "/resend", params=Params, run=_resend),
)
