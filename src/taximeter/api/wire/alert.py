"""`billing.alert`, what one told, and `billing.alert_triggered`, on the wire."""

from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.alerts.alert import (
    Alert,
    AlertNotification,
    AlertStatus,
    AlertType,
    CreditBalanceThreshold,
    Recurrence,
    SpendThreshold,
    UsageThreshold,
)
from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject, customer_object
from taximeter.api.wire.meter import MeterObject, meter_object
from taximeter.customers import Customer
from taximeter.environments import Environment
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter

Number = int | str
"""An integer where it is whole, as Stripe has it; else the decimal in text."""

Named = str | CustomerObject | DeletedCustomerObject


class AlertFilterObject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert is limited to: a customer, or beyond Stripe a value of a dimension."""

    customer: Named | None = None
    dimension: str | UnsetType = UNSET
    type: Literal["customer", "dimension"]
    value: str | UnsetType = UNSET


class UsageThresholdObject(msgspec.Struct, frozen=True, kw_only=True):
    """Usage of a meter comes to `gte`; decimals and `billing_period` are beyond Stripe."""

    filters: tuple[AlertFilterObject, ...] | None
    gte: Number
    meter: str | MeterObject
    recurrence: Recurrence


class MoneyObject(msgspec.Struct, frozen=True, kw_only=True):
    """An amount in a currency's minor unit."""

    currency: str
    value: int


class SpendGteObject(msgspec.Struct, frozen=True, kw_only=True):
    """What spend comes to."""

    amount: MoneyObject
    type: Literal["amount"] = "amount"


class SpendThresholdObject(msgspec.Struct, frozen=True, kw_only=True):
    """Spend comes to an amount, as in Stripe's preview; `recurrence` is ours."""

    aggregation_period: Literal["billing"] = "billing"
    filters: tuple[AlertFilterObject, ...] | None
    group_by: None = None
    gte: SpendGteObject
    recurrence: Recurrence


class CreditLteObject(msgspec.Struct, frozen=True, kw_only=True):
    """What credits fall to."""

    balance_type: Literal["monetary"] = "monetary"
    monetary: MoneyObject


class CreditBalanceThresholdObject(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of credits falls to an amount, as in Stripe's preview."""

    filters: tuple[AlertFilterObject, ...] | None
    lte: CreditLteObject


class AlertObject(msgspec.Struct, frozen=True, kw_only=True):
    """An alert; `hard_limit` and what is not of usage are beyond Stripe's general release."""

    id: str
    object: Literal["billing.alert"] = "billing.alert"
    alert_type: AlertType
    credit_balance_threshold: CreditBalanceThresholdObject | UnsetType = UNSET
    hard_limit: bool
    livemode: bool
    spend_threshold: SpendThresholdObject | UnsetType = UNSET
    status: AlertStatus
    title: str
    usage_threshold: UsageThresholdObject | None


class AlertTriggeredObject(msgspec.Struct, frozen=True, kw_only=True):
    """An alert has come to its threshold for a customer, or has recovered from it.

    `currency` is that of money, as in Stripe's preview; `period_start` is beyond Stripe.
    """

    object: Literal["billing.alert_triggered", "billing.alert_recovered"]
    alert: AlertObject
    created: int
    currency: str | UnsetType = UNSET
    customer: str
    livemode: bool
    period_start: int | UnsetType = UNSET
    value: Number


class AlertNotificationObject(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert told: of whom, at which number, and the event that says so."""

    id: str
    object: Literal["billing.alert_notification"] = "billing.alert_notification"
    alert: str
    created: int
    customer: str
    event: str
    livemode: bool
    period_start: int | None
    recovered: bool | UnsetType = UNSET
    value: Number


def alert_object(
    alert: Alert,
    environment: Environment,
    *,
    meter: Meter | None = None,
    customer: Customer | None = None,
) -> AlertObject:
    """Render an alert; its meter and its customer stand in full where they are given."""
    named: Named | None = alert.customer
    if customer is not None:
        named = customer_object(customer, environment)
    return AlertObject(
        id=alert.id,
        alert_type=alert.alert_type,
        credit_balance_threshold=_credit_balance(alert.credit_balance_threshold, named),
        hard_limit=alert.hard_limit,
        livemode=environment.livemode,
        spend_threshold=_spend(alert.spend_threshold, named),
        status=alert.status,
        title=alert.title,
        usage_threshold=_usage(
            alert.usage_threshold,
            named,
            None if meter is None else meter_object(meter, environment),
        ),
    )


def _usage(
    threshold: UsageThreshold | None, customer: Named | None, meter: MeterObject | None
) -> UsageThresholdObject | None:
    if threshold is None:
        return None
    segments = tuple(
        AlertFilterObject(type="dimension", dimension=key, value=value)
        for key, values in threshold.dimension_filters
        for value in values
    )
    return UsageThresholdObject(
        filters=(*(_customer(customer) or ()), *segments) or None,
        gte=number(threshold.gte),
        meter=meter or threshold.meter,
        recurrence=threshold.recurrence,
    )


def _spend(
    threshold: SpendThreshold | None, customer: Named | None
) -> SpendThresholdObject | UnsetType:
    if threshold is None:
        return UNSET
    return SpendThresholdObject(
        filters=_customer(customer),
        gte=SpendGteObject(amount=MoneyObject(currency=threshold.currency, value=threshold.gte)),
        recurrence=threshold.recurrence,
    )


def _credit_balance(
    threshold: CreditBalanceThreshold | None, customer: Named | None
) -> CreditBalanceThresholdObject | UnsetType:
    if threshold is None:
        return UNSET
    return CreditBalanceThresholdObject(
        filters=_customer(customer),
        lte=CreditLteObject(monetary=MoneyObject(currency=threshold.currency, value=threshold.lte)),
    )


def _customer(customer: Named | None) -> tuple[AlertFilterObject, ...] | None:
    return None if customer is None else (AlertFilterObject(type="customer", customer=customer),)


def triggered_object(
    alert: Alert, meter: Meter | None, told: AlertNotification, environment: Environment
) -> AlertTriggeredObject:
    """Render what is told of an alert, with its meter in full."""
    money = alert.spend_threshold or alert.credit_balance_threshold
    return AlertTriggeredObject(
        object="billing.alert_recovered" if told.recovered else "billing.alert_triggered",
        currency=UNSET if money is None else money.currency,
        alert=alert_object(alert, environment, meter=meter),
        created=told.created_us // MICROSECONDS,
        customer=told.customer,
        livemode=environment.livemode,
        period_start=_period_start(alert, told) or UNSET,
        value=number(told.value),
    )


def notification_object(
    told: AlertNotification, alert: Alert, environment: Environment
) -> AlertNotificationObject:
    """Render what an alert told."""
    return AlertNotificationObject(
        id=told.id,
        alert=told.alert,
        created=told.created_us // MICROSECONDS,
        customer=told.customer,
        event=told.event,
        livemode=environment.livemode,
        period_start=_period_start(alert, told),
        recovered=UNSET if alert.credit_balance_threshold is None else told.recovered,
        value=number(told.value),
    )


def _period_start(alert: Alert, told: AlertNotification) -> int | None:
    for threshold in (alert.usage_threshold, alert.spend_threshold):
        if threshold is not None and threshold.recurrence == "billing_period":
            return told.round // MICROSECONDS
    return None


def number(value: Decimal) -> Number:
    """Render a quantity."""
    whole = int(value)
    return whole if value == whole else decimals.text(value)
