"""The form that describes an alert, and what can be chosen in it."""

from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.pages.meter_create import Choice
from taximeter.kit import decimals, money

Kind = Literal["usage_threshold", "spend_threshold", "credit_balance_threshold"]


_DIGITS_MAX = 18
"""How far from the point a number's first digit may stand; whoever makes alerts is stricter."""

KINDS = (
    Choice(
        value="usage_threshold",
        label="Usage",
        says="What a customer used of a meter, or of a part of it, comes to a number.",
    ),
    Choice(
        value="spend_threshold",
        label="Spend",
        says="What their usage of the running period is priced at comes to an amount.",
    ),
    Choice(
        value="credit_balance_threshold",
        label="Credits",
        says="What is left of their credits, usage so far taken off, falls to an amount.",
    ),
)
RECURRENCES = (
    Choice(value="one_time", label="Once", says="For each customer, ever."),
    Choice(
        value="billing_period",
        label="Once in each billing period",
        says="The count begins anew with each period: that of the customer's subscription, or "
        "else the calendar month.",
    ),
)


class AlertForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form as it is sent, and the query of the page that it stands on.

    `gte` is a quantity of the meter, `amount` money in the currency's major unit, `filters` are
    lines such as `model=large`.
    """

    title: Annotated[str, msgspec.Meta(max_length=256)] = ""
    kind: Kind = "usage_threshold"
    meter: str = ""
    filters: str = ""
    gte: str = ""
    amount: str = ""
    currency: str = "usd"
    recurrence: Literal["one_time", "billing_period"] = "one_time"
    customer: Annotated[str, msgspec.Meta(max_length=255)] = ""
    hard_limit: bool = False


def typed_quantity(text: str, *, field: str) -> Decimal:
    """Return a quantity above 0, with or without commas. Raises FieldErrors."""
    value = decimals.parse(text.replace(",", ""))
    if value is None or abs(value.adjusted()) > _DIGITS_MAX:
        raise FieldErrors({field: "Write a number such as 1,000,000."})
    if value <= 0:
        raise FieldErrors({field: "Write a number above 0."})
    return value


def typed_money(text: str, currency: str, *, field: str) -> int:
    """Return an amount of the major unit in the minor one. Raises FieldErrors."""
    if not money.is_currency(currency):
        raise FieldErrors({"currency": "A currency is a three-letter code, such as USD."})
    value = decimals.parse(text.replace(",", ""))
    if value is None or value < 0 or abs(value.adjusted()) > _DIGITS_MAX:
        raise FieldErrors({field: "Write an amount such as 500.00."})
    minor = money.minor(value, currency)
    if minor != minor.to_integral_value():
        raise FieldErrors({field: f"{currency.upper()} has no such fraction."})
    return int(minor)
