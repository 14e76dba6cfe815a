"""What creating an alert takes, and the threshold that it means."""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

import msgspec

from taximeter.alerts.alert import (
    AlertType,
    CreditBalanceThreshold,
    Recurrence,
    SpendThreshold,
    UsageThreshold,
)
from taximeter.api.params import Params
from taximeter.errors import InvalidInteger, InvalidRequest, ParameterMissing, ParameterUnknown
from taximeter.kit import decimals
from taximeter.meters import Meter
from taximeter.pricing.draft import read_currency
from taximeter.pricing.price import DimensionFilters
from taximeter.usage.conditions import check_dimension

FILTERS_MAX = 20
_GTE_DIGITS_MAX = 15
_MINOR_UNITS_MAX = 99_999_999_999

Title = Annotated[str, msgspec.Meta(max_length=256)]
Currency = Annotated[str, msgspec.Meta(max_length=3)]
Text = Annotated[str, msgspec.Meta(max_length=500)]
Amount = Annotated[int, msgspec.Meta(ge=1, le=_MINOR_UNITS_MAX)]
Balance = Annotated[int, msgspec.Meta(ge=0, le=_MINOR_UNITS_MAX)]


class FilterParam(msgspec.Struct, frozen=True, kw_only=True):
    """A customer, or beyond Stripe a value of one of the meter's dimensions."""

    type: Literal["customer", "dimension"]
    customer: str | None = None
    dimension: str | None = None
    value: Text | None = None


class UsageThresholdParam(msgspec.Struct, frozen=True, kw_only=True):
    """Usage of a meter comes to a number."""

    gte: str
    meter: str
    recurrence: Recurrence
    filters: tuple[FilterParam, ...] = ()


class MoneyParam(msgspec.Struct, frozen=True, kw_only=True):
    """An amount that spend comes to, in the currency's minor unit."""

    currency: Currency
    value: Amount


class SpendGteParam(msgspec.Struct, frozen=True, kw_only=True):
    """What spend comes to."""

    type: Literal["amount"]
    amount: MoneyParam


class SpendThresholdParam(msgspec.Struct, frozen=True, kw_only=True):
    """Spend comes to an amount, as in Stripe's preview; `recurrence` is ours."""

    gte: SpendGteParam
    aggregation_period: Literal["billing"] = "billing"
    recurrence: Recurrence = "billing_period"
    filters: tuple[FilterParam, ...] = ()


class BalanceParam(msgspec.Struct, frozen=True, kw_only=True):
    """An amount that is left of credits, in the currency's minor unit."""

    currency: Currency
    value: Balance


class CreditLteParam(msgspec.Struct, frozen=True, kw_only=True):
    """What credits fall to."""

    balance_type: Literal["monetary"]
    monetary: BalanceParam


class CreditBalanceThresholdParam(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of credits falls to an amount, as in Stripe's preview."""

    lte: CreditLteParam
    filters: tuple[FilterParam, ...] = ()


class AlertCreate(Params, frozen=True, kw_only=True):
    """What creating an alert takes."""

    refused: ClassVar[dict[str, str]] = {
        "metadata": "Alerts have none, as on Stripe; put what you need into the title."
    }

    alert_type: AlertType
    title: Title
    usage_threshold: UsageThresholdParam | None = None
    spend_threshold: SpendThresholdParam | None = None
    credit_balance_threshold: CreditBalanceThresholdParam | None = None
    hard_limit: bool = False


def check_threshold(params: AlertCreate) -> None:
    """Hold the threshold that was sent against the type. Raises InvalidRequest."""
    kinds: tuple[AlertType, ...] = (
        "usage_threshold",
        "spend_threshold",
        "credit_balance_threshold",
    )
    for kind in kinds:
        sent = getattr(params, kind) is not None
        if sent and kind != params.alert_type:
            raise ParameterUnknown(
                f"Received unknown parameter: {kind}. An alert of type {params.alert_type} takes "
                f"only {params.alert_type}.",
                param=kind,
            )
    if getattr(params, params.alert_type) is None:
        raise ParameterMissing(
            f"Missing required param: {params.alert_type}.", param=params.alert_type
        )


def customer_of(filters: tuple[FilterParam, ...], path: str) -> str | None:
    """Return the customer that filters name, or None. Raises InvalidRequest."""
    if len(filters) > FILTERS_MAX:
        raise InvalidRequest(
            f"At most {FILTERS_MAX} filters can be sent.", param=f"{path}[filters]"
        )
    customer = None
    for index, one in enumerate(filters):
        param = f"{path}[filters][{index}]"
        if one.type != "customer":
            continue
        if customer is not None:
            raise InvalidRequest(
                "An alert can be limited to one customer; create one alert for each.", param=param
            )
        customer = _needed(one.customer, f"{param}[customer]")
        _only("customer", one, param)
    return customer


def usage_threshold(sent: UsageThresholdParam, meter: Meter) -> UsageThreshold:
    """Return the usage threshold that was sent. Raises InvalidRequest."""
    return UsageThreshold(
        meter=meter.id,
        gte=_gte(sent.gte),
        recurrence=sent.recurrence,
        dimension_filters=_segment(sent.filters, meter),
    )


def spend_threshold(sent: SpendThresholdParam) -> SpendThreshold:
    """Return the spend threshold that was sent. Raises InvalidRequest."""
    _check_no_segment(sent.filters, "spend_threshold")
    amount = sent.gte.amount
    currency = read_currency(amount.currency, "spend_threshold[gte][amount][currency]")
    return SpendThreshold(gte=amount.value, currency=currency, recurrence=sent.recurrence)


def credit_balance_threshold(sent: CreditBalanceThresholdParam) -> CreditBalanceThreshold:
    """Return the credit balance threshold that was sent. Raises InvalidRequest."""
    _check_no_segment(sent.filters, "credit_balance_threshold")
    amount = sent.lte.monetary
    currency = read_currency(amount.currency, "credit_balance_threshold[lte][monetary][currency]")
    return CreditBalanceThreshold(lte=amount.value, currency=currency)


def check_hard_limit(meter: Meter) -> None:
    """Refuse a hard limit where use cannot be held against it ahead. Raises InvalidRequest."""
    if meter.formula in {"sum", "count"} and meter.event_time_window is None:
        return
    kind = meter.formula if meter.event_time_window is None else "pre-aggregated"
    raise InvalidRequest(
        f"hard_limit needs a meter whose usage adds up, a sum or a count that is not "
        f"pre-aggregated; {meter.id} is {kind}. Leave hard_limit out to be told only.",
        param="hard_limit",
    )


def _gte(sent: str) -> Decimal:
    param = "usage_threshold[gte]"
    value = decimals.parse(sent)
    if value is None:
        raise InvalidInteger(f"Invalid integer: {sent[:100]}", param=param)
    if value <= 0:
        raise InvalidRequest(
            f"Invalid usage_threshold[gte]: {sent[:100]} must be greater than 0.", param=param
        )
    if decimals.decimal_places(value) > decimals.PLACES or (
        decimals.integer_digits(value) > _GTE_DIGITS_MAX
    ):
        raise InvalidRequest(
            f"Invalid usage_threshold[gte]: {sent[:100]} has more than {_GTE_DIGITS_MAX} digits "
            f"before the decimal point, or more than {decimals.PLACES} after it.",
            param=param,
        )
    return decimals.normal(value)


def _segment(filters: tuple[FilterParam, ...], meter: Meter) -> DimensionFilters:
    """Return the segment that filters name: values of one dimension are alternatives."""
    values: dict[str, list[str]] = {}
    for index, one in enumerate(filters):
        if one.type == "dimension":
            param = f"usage_threshold[filters][{index}]"
            key = _needed(one.dimension, f"{param}[dimension]")
            check_dimension(meter, key, f"{param}[dimension]")
            value = _needed(one.value, f"{param}[value]")
            _only("dimension", one, param)
            if value not in values.setdefault(key, []):
                values[key].append(value)
    return tuple((key, tuple(sorted(some))) for key, some in sorted(values.items()))


def _check_no_segment(filters: tuple[FilterParam, ...], path: str) -> None:
    for index, one in enumerate(filters):
        if one.type == "dimension":
            raise InvalidRequest(
                "Only usage has dimensions; limit this alert to a customer, or send a "
                "usage_threshold.",
                param=f"{path}[filters][{index}][type]",
            )


def _needed(sent: str | None, param: str) -> str:
    if sent is None:
        raise ParameterMissing(f"Missing required param: {param}.", param=param)
    return sent


def _only(type: str, sent: FilterParam, param: str) -> None:
    """Refuse what belongs to a filter of the other type."""
    others = ("dimension", "value") if type == "customer" else ("customer",)
    for name in others:
        if getattr(sent, name) is not None:
            raise ParameterUnknown(
                f"Received unknown parameter: {param}[{name}]. A filter of type {type} does not "
                "take it.",
                param=f"{param}[{name}]",
            )
