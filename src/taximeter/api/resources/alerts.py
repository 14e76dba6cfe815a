"""`/v1/billing/alerts`, and what they told."""

from taximeter import customers, meters
from taximeter.alerts import manage
from taximeter.alerts.alert import Alert, AlertFilter, AlertType
from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.resources import alert_params
from taximeter.api.resources.alert_params import AlertCreate
from taximeter.api.services import Context
from taximeter.api.wire.alert import (
    AlertNotificationObject,
    AlertObject,
    alert_object,
    notification_object,
)
from taximeter.errors import NotFound, ResourceMissing
from taximeter.kit.ids import new_id
from taximeter.kit.paging import UnknownCursor
from taximeter.meters import Meter

_METER = "usage_threshold.meter"
_CUSTOMER = "usage_threshold.filters.customer"
EXPANDABLE = frozenset({_METER, _CUSTOMER})


class AlertList(ListParams, frozen=True, kw_only=True):
    """What listing alerts takes; `customer` is beyond Stripe's general release."""

    alert_type: AlertType | None = None
    customer: str | None = None
    meter: str | None = None


class NotificationList(ListParams, frozen=True, kw_only=True):
    """What listing the notifications of an alert takes."""

    customer: str | None = None


def create(context: Context, params: AlertCreate) -> AlertObject:
    """Make an alert; the dashboard's form does so too. Raises InvalidRequest."""
    alert_params.check_threshold(params)
    usage, spend = params.usage_threshold, params.spend_threshold
    credit_balance = params.credit_balance_threshold
    sent = usage or spend or credit_balance
    assert sent is not None, "the threshold of the type was sent"
    customer = alert_params.customer_of(sent.filters, params.alert_type)
    if customer is not None:
        _check_customer(context, customer, params.alert_type)
    meter = None if usage is None else _meter(context, usage.meter)
    if params.hard_limit and meter is not None:
        alert_params.check_hard_limit(meter)
    since = _since(context)
    alert = Alert(
        id=new_id("alrt" if context.environment.livemode else "alrt_test"),
        environment=context.environment.id,
        created=context.now(),
        title=params.title,
        alert_type=params.alert_type,
        active_since_us=since.us,
        after_seq=since.after_seq,
        customer=customer,
        usage_threshold=(
            None if usage is None or meter is None else alert_params.usage_threshold(usage, meter)
        ),
        spend_threshold=None if spend is None else alert_params.spend_threshold(spend),
        credit_balance_threshold=(
            None
            if credit_balance is None
            else alert_params.credit_balance_threshold(credit_balance)
        ),
        hard_limit=params.hard_limit,
    )
    created = manage.create_alert(
        store=context.unit.alerts, cursors=context.unit.cursors, alert=alert
    )
    return _rendered(context, created, params)


def _since(context: Context) -> manage.Since:
    return manage.since_now(context.services.writer, now_us=context.services.clock.now_us())


def _check_customer(context: Context, id: str, path: str) -> None:
    try:
        customers.retrieve_present(
            store=context.unit.customers, environment=context.environment, id=id
        )
    except NotFound:
        raise ResourceMissing(
            f"No such customer: '{id}'", param=f"{path}[filters][0][customer]"
        ) from None


def _meter(context: Context, id: str) -> Meter:
    try:
        return meters.retrieve(store=context.unit.meters, environment=context.environment, id=id)
    except NotFound:
        raise ResourceMissing(f"No such meter: '{id}'", param="usage_threshold[meter]") from None


def _rendered(context: Context, alert: Alert, params: Params) -> AlertObject:
    return _with(context, alert, expanded(params.expand, in_list=isinstance(params, ListParams)))


def _with(context: Context, alert: Alert, names: frozenset[str]) -> AlertObject:
    unit, environment = context.unit, context.environment
    meter, customer = None, None
    if _METER in names and alert.usage_threshold is not None:
        meter = unit.meters.get(environment.id, alert.usage_threshold.meter)
    if _CUSTOMER in names and alert.customer is not None:
        customer = unit.customers.get(environment.id, alert.customer)
    return alert_object(alert, environment, meter=meter, customer=customer)


def _found(context: Context) -> Alert:
    return manage.retrieve_alert(
        store=context.unit.alerts,
        environment=context.environment,
        id=context.path_params["id"],
    )


def _retrieve(context: Context, params: Params) -> AlertObject:
    return _rendered(context, _found(context), params)


def _activate(context: Context, params: Params) -> AlertObject:
    alert = manage.activate_alert(
        store=context.unit.alerts,
        cursors=context.unit.cursors,
        log=context.services.writer,
        now_us=context.services.clock.now_us(),
        alert=_found(context),
    )
    return _rendered(context, alert, params)


def _deactivate(context: Context, params: Params) -> AlertObject:
    alert = manage.deactivate_alert(store=context.unit.alerts, alert=_found(context))
    return _rendered(context, alert, params)


def _archive(context: Context, params: Params) -> AlertObject:
    alert = manage.archive_alert(store=context.unit.alerts, alert=_found(context))
    return _rendered(context, alert, params)


def _list(context: Context, params: AlertList) -> ListObject[AlertObject]:
    where = AlertFilter(alert_type=params.alert_type, meter=params.meter, customer=params.customer)
    try:
        page = context.unit.alerts.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "billing alert") from None
    return list_object(page, context.path, lambda alert: _rendered(context, alert, params))


def _notifications(
    context: Context, params: NotificationList
) -> ListObject[AlertNotificationObject]:
    alert = _found(context)
    try:
        page = context.unit.alert_notifications.page(
            context.environment.id, params.cursor(), alert=alert.id, customer=params.customer
        )
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "alert notification") from None
    return list_object(
        page, context.path, lambda told: notification_object(told, alert, context.environment)
    )


_ALL = "/v1/billing/alerts"
_ONE = "/v1/billing/alerts/{id}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=AlertCreate, run=create, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ALL, params=AlertList, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=EXPANDABLE),
    Endpoint(
        method="POST", path=_ONE + "/activate", params=Params, run=_activate, expandable=EXPANDABLE
    ),
    Endpoint(
        method="POST",
        path=_ONE + "/deactivate",
        params=Params,
        run=_deactivate,
        expandable=EXPANDABLE,
    ),
    Endpoint(
        method="POST", path=_ONE + "/archive", params=Params, run=_archive, expandable=EXPANDABLE
    ),
    Endpoint(
        method="GET", path=_ONE + "/notifications", params=NotificationList, run=_notifications
    ),
)
