"""Which events a change of a record makes: pure, from how it was to how it is.

An object that was there before and still is has `updated` first, and then what it has become; test
clocks and invoice items have no `updated` in Stripe's API. Whether anything that is shown has
changed is not decided here.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from taximeter.alerts.alert import Alert
from taximeter.changes import Change, ChangedKind
from taximeter.credits.grant import CreditBalanceTransaction, CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.invoice import Invoice, InvoiceItem
from taximeter.meters import Meter
from taximeter.pricing.price import Price
from taximeter.pricing.product import Product
from taximeter.subscriptions.subscription import Subscription
from taximeter.test_clocks import TestClock

_TRANSITIONS = {
    "finalized_at": "invoice.finalized",
    "paid_at": "invoice.paid",
    "marked_uncollectible_at": "invoice.marked_uncollectible",
    "voided_at": "invoice.voided",
}


def _happened(stem: str, before: object | None, after: object | None) -> str:
    if before is None:
        return f"{stem}.created"
    return f"{stem}.deleted" if after is None else f"{stem}.updated"


def _meter(before: Meter | None, after: Meter | None) -> list[str]:
    types = [_happened("billing.meter", before, after)]
    if before is not None and after is not None and before.status != after.status:
        done = "reactivated" if after.status == "active" else "deactivated"
        types.append(f"billing.meter.{done}")
    return types


def _customer(before: Customer | None, after: Customer | None) -> list[str]:
    return [_happened("customer", before, after)]


def _product(before: Product | None, after: Product | None) -> list[str]:
    return [_happened("product", before, after)]


def _price(before: Price | None, after: Price | None) -> list[str]:
    return [_happened("price", before, after)]


def _subscription(before: Subscription | None, after: Subscription | None) -> list[str]:
    ended = after is not None and after.status == "canceled"
    if ended and before is not None and before.status != "canceled":
        return ["customer.subscription.deleted"]
    types = [_happened("customer.subscription", before, after)]
    if ended and before is None:
        types.append("customer.subscription.deleted")
    return types


def _invoice(before: Invoice | None, after: Invoice | None) -> list[str]:
    types = [_happened("invoice", before, after)]
    if after is not None:
        types += [
            type
            for moment, type in _TRANSITIONS.items()
            if getattr(after, moment) is not None and getattr(before, moment, None) is None
        ]
    return types


def _invoice_item(before: InvoiceItem | None, after: InvoiceItem | None) -> list[str]:
    if before is not None and after is not None:
        return []
    return [_happened("invoiceitem", before, after)]


def _credit_grant(before: CreditGrant | None, after: CreditGrant | None) -> list[str]:
    return [_happened("billing.credit_grant", before, after)]


def _credit_balance_transaction(
    before: CreditBalanceTransaction | None, after: CreditBalanceTransaction | None
) -> list[str]:
    return [_happened("billing.credit_balance_transaction", before, after)]


def _test_clock(before: TestClock | None, after: TestClock | None) -> list[str]:
    stem = "test_helpers.test_clock"
    if before is None or after is None:
        return [_happened(stem, before, after)]
    return [] if before.status == after.status else [f"{stem}.{after.status}"]


def _alert(before: Alert | None, after: Alert | None) -> list[str]:
    return []  # Stripe has no event of what becomes of an alert, only of what it tells.


_OF: Mapping[ChangedKind, Callable[[Any, Any], list[str]]] = {
    "alert": _alert,
    "credit_balance_transaction": _credit_balance_transaction,
    "credit_grant": _credit_grant,
    "customer": _customer,
    "invoice": _invoice,
    "invoice_item": _invoice_item,
    "meter": _meter,
    "price": _price,
    "product": _product,
    "subscription": _subscription,
    "test_clock": _test_clock,
}


def present(change: Change) -> Change:
    """Return a change of what is there for a caller: a deleted customer is kept, and is not."""
    if change.kind != "customer":
        return change
    before, after = (
        None if isinstance(one, Customer) and one.deleted_at is not None else one
        for one in (change.before, change.after)
    )
    return msgspec.structs.replace(change, before=before, after=after)


def event_types(change: Change) -> list[str]:
    """Return the types of the events of a change, in the order in which they are told."""
    if change.before is None and change.after is None:
        return []
    return _OF[change.kind](change.before, change.after)
