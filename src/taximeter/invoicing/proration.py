"""Prorations: what a part of a licensed item's period costs, to the second.

A period's price is multiplied with the share of the period, exactly, and rounded once. The whole
is always the period that the billing cycle anchor gives, also where the first one is cut short.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from taximeter.invoicing.invoice import InvoiceItem, Line
from taximeter.invoicing.lines import licensed_lines
from taximeter.invoicing.terms import Terms
from taximeter.kit import decimals, money
from taximeter.kit.ids import new_id
from taximeter.pricing.price import Price
from taximeter.pricing.rate import rate
from taximeter.subscriptions.periods import period_holding
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem, interval_of


def share(
    subscription: Subscription, item: SubscriptionItem, price: Price, *, start: int, end: int
) -> int:
    """Return what an item costs from `start` to `end`, within one period, in the minor unit."""
    whole_start, whole_end = period_holding(
        subscription.billing_cycle_anchor, *interval_of(price), start
    )
    assert start <= end <= whole_end, "a proration lies within one period"
    charges = rate(price, currency=subscription.currency, quantity=_quantity(item))
    exact = decimals.product(
        decimals.total(charge.exact for charge in charges), Decimal(end - start)
    )
    return money.rounded(
        decimals.quotient(exact, Decimal(whole_end - whole_start)), subscription.currency
    )


def lines_for_time(
    subscription: Subscription, item: SubscriptionItem, terms: Terms, *, start: int, end: int
) -> tuple[Line, ...]:
    """Bill a licensed item in advance from `start` to `end`: a whole period, or its share of one.

    Nothing for no time.
    """
    price, name = terms.prices[item.price], terms.name(item.price)
    if start >= end:
        return ()
    whole = period_holding(subscription.billing_cycle_anchor, *interval_of(price), start)
    if (start, end) == whole:
        return licensed_lines(subscription, item, price, start=start, end=end, name=name)
    return (
        Line(
            id=new_id("il"),
            kind="proration",
            amount=share(subscription, item, price, start=start, end=end),
            currency=subscription.currency,
            description=f"{decimals.text(_quantity(item))} × {price.nickname or name} (prorated)",
            period_start=start,
            period_end=end,
            quantity=_quantity(item),
            price=price.id,
            product=price.product,
            subscription=subscription.id,
            subscription_item=item.id,
        ),
    )


def proration(
    subscription: Subscription,
    item: SubscriptionItem,
    terms: Terms,
    *,
    kind: Literal["unused", "remaining"],
    start: int,
    end: int,
    now: int,
) -> InvoiceItem | None:
    """Return the time of a licensed item as an invoice item: unused time is paid back.

    `subscription` is the one whose period it is a share of. None for no time.
    """
    if start >= end:
        return None
    price = terms.prices[item.price]
    amount = share(subscription, item, price, start=start, end=end)
    what = "Unused" if kind == "unused" else "Remaining"
    name = f"{decimals.text(_quantity(item))} × {price.nickname or terms.name(item.price)}"
    return InvoiceItem(
        id=new_id("ii"),
        environment=subscription.environment,
        created=now,
        customer=subscription.customer,
        test_clock=subscription.test_clock,
        currency=subscription.currency,
        amount=-amount if kind == "unused" else amount,
        description=f"{what} time on {name} after {_day(start)}",
        period_start=start,
        period_end=end,
        quantity=_quantity(item),
        price=price.id,
        product=price.product,
        subscription=subscription.id,
        subscription_item=item.id,
        proration=True,
        discountable=False,
    )


def _quantity(item: SubscriptionItem) -> Decimal:
    return Decimal(1 if item.quantity is None else item.quantity)


def _day(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%d %b %Y}"
