"""What pending invoice items become when they are put on an invoice."""

from collections.abc import Sequence

import msgspec

from taximeter.invoicing.invoice import InvoiceItem, Line
from taximeter.kit.ids import new_id


def item_lines(item: InvoiceItem) -> tuple[Line, ...]:
    """Return the lines of an item: its own, or one that says what the item says."""
    if item.lines:
        return tuple(msgspec.structs.replace(line, invoice_item=item.id) for line in item.lines)
    return (
        Line(
            id=new_id("il"),
            kind="proration" if item.proration else "invoice_item",
            amount=item.amount,
            currency=item.currency,
            description=item.description or "",
            period_start=item.period_start,
            period_end=item.period_end,
            quantity=item.quantity,
            unit_amount=item.unit_amount,
            price=item.price,
            product=item.product,
            subscription=item.subscription,
            subscription_item=item.subscription_item,
            invoice_item=item.id,
            discountable=item.discountable,
            usage=item.usage,
            metadata=item.metadata,
        ),
    )


def items_for(
    pending: Sequence[InvoiceItem], *, customer: str, currency: str, subscription: str | None
) -> tuple[InvoiceItem, ...]:
    """Return which of the pending items belong on an invoice, in the order given.

    Those of the customer and currency that are the subscription's, or no subscription's.
    """
    return tuple(
        item
        for item in pending
        if item.invoice is None
        and item.customer == customer
        and item.currency == currency
        and item.subscription in (None, subscription)
    )
