"""One-time prices that come with a subscription, or with a change to it."""

from collections.abc import Sequence
from decimal import Decimal

from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.invoicing.invoice import InvoiceItem
from taximeter.invoicing.terms import Terms
from taximeter.kit.ids import new_id
from taximeter.metadata import merged_metadata
from taximeter.pricing.price import Price
from taximeter.pricing.rate import rate
from taximeter.subscriptions.added import AddedItem
from taximeter.subscriptions.subscription import Subscription


def added_items(
    subscription: Subscription, added: Sequence[AddedItem], terms: Terms, *, now: int
) -> list[InvoiceItem]:
    """Return what is added as invoice items. Raises ResourceMissing and InvalidRequest."""
    return [_item(subscription, one, terms, now) for one in added]


def _item(subscription: Subscription, added: AddedItem, terms: Terms, now: int) -> InvoiceItem:
    price = terms.prices.get(added.price)
    if price is None:
        raise ResourceMissing(f"No such price: '{added.price}'", param=f"{added.at}[price]")
    _check(price, subscription.currency, f"{added.at}[price]")
    quantity = Decimal(added.quantity)
    charges = rate(price, currency=subscription.currency, quantity=quantity)
    return InvoiceItem(
        id=new_id("ii"),
        environment=subscription.environment,
        created=now,
        customer=subscription.customer,
        test_clock=subscription.test_clock,
        currency=subscription.currency,
        amount=sum(charge.amount for charge in charges),
        description=price.nickname or terms.name(price.id),
        period_start=now,
        period_end=now,
        quantity=quantity,
        unit_amount=price.currency_options[subscription.currency].unit_amount,
        price=price.id,
        product=price.product,
        subscription=subscription.id,
        metadata=merged_metadata({}, added.metadata),
    )


def _check(price: Price, currency: str, param: str) -> None:
    if price.recurring is not None:
        raise InvalidRequest(
            f"The price '{price.id}' is set to `type=recurring` but this field only accepts prices "
            "with `type=one_time`.",
            param=param,
        )
    if not price.active:
        raise InvalidRequest(
            f"The price '{price.id}' is inactive. This field only accepts active prices.",
            param=param,
        )
    if currency not in price.currency_options:
        raise InvalidRequest(
            f"The price '{price.id}' does not have the subscription's currency, `{currency}`.",
            param=param,
        )
