"""What a customer has used and was not billed for yet, as the invoices that would follow.

Drafts with their quantities read anew, then what each subscription's next boundary would bring if
nothing more arrived. Nothing is kept of it.
"""

from collections.abc import Mapping, Sequence

from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.finalize import refresh
from taximeter.invoicing.invoice import Invoice, InvoiceFilter
from taximeter.invoicing.items import items_for
from taximeter.invoicing.renewal import renew, usage_keys
from taximeter.invoicing.settlement import settle
from taximeter.invoicing.stores import BillingUnit
from taximeter.invoicing.terms import read_terms
from taximeter.invoicing.usage import read_usage, settled_now
from taximeter.kit.clock import Clock
from taximeter.kit.paging import Cursor
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import SubscriptionFilter
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader

_AT_ONCE = Cursor(limit=100)
"""Of each kind, the newest of one customer."""


def unbilled_invoices(
    customer: Customer,
    *,
    unit: BillingUnit,
    reader: UsageReader,
    barrier: Barrier,
    clock: Clock,
    settings: Settings,
) -> list[Invoice]:
    """Return what a customer's usage up to now comes to, what is finalized first coming first.

    Raises LogFailed.
    """
    where = InvoiceFilter(customer=customer.id, status="draft")
    drafts = refresh(
        unit.invoices.page(customer.environment, _AT_ONCE, where).data,
        unit=unit,
        environment=customer.environment,
        reader=reader,
        barrier=barrier,
        clock=clock,
    )
    to_come = _to_come(
        customer, unit=unit, reader=reader, barrier=barrier, clock=clock, settings=settings
    )
    return [
        *sorted(drafts, key=lambda one: (one.automatically_finalizes_at or one.created, one.id)),
        *sorted(to_come, key=lambda one: one.period_end),
    ]


def _to_come(
    customer: Customer,
    *,
    unit: BillingUnit,
    reader: UsageReader,
    barrier: Barrier,
    clock: Clock,
    settings: Settings,
) -> list[Invoice]:
    environment = customer.environment
    where = SubscriptionFilter(customer=customer.id)
    found = unit.subscriptions.page(environment, _AT_ONCE, where).data
    due = {one.id: work for one in found if (work := next_due(one)) is not None}
    running = [one for one in found if one.id in due]
    terms = read_terms(unit, environment, {item.price for one in running for item in one.items})
    keys = {
        key
        for one in running
        for key in usage_keys(one, at=due[one.id].due_at, terms=terms).values()
    }
    usage = read_usage(
        keys,
        environment=environment,
        meters=terms.meters,
        reader=reader,
        as_of_us=settled_now(barrier=barrier, clock=clock),
    )
    pending = list(unit.invoice_items.pending(environment, (customer.id,)))
    invoices = []
    for one in running:
        at = due[one.id].due_at
        items = items_for(pending, customer=customer.id, currency=one.currency, subscription=one.id)
        renewal = renew(
            one, at=at, now=at, terms=terms, usage=usage, pending=items, settings=settings
        )
        if renewal.invoice is not None:
            invoices.append(renewal.invoice)
            pending = [item for item in pending if item not in items]
    return invoices


def credits_left(
    invoices: Sequence[Invoice],
    *,
    customer: Customer,
    grants: Sequence[CreditGrant],
    balances: Mapping[str, int],
) -> dict[str, int]:
    """Return what invoices would leave of each grant, if they were finalized in this order."""
    left = dict(balances)
    for invoice in invoices:
        settlement = settle(invoice, customer=customer, grants=grants, balances=left)
        for application in settlement.applications:
            left[application.credit_grant] -= application.amount
    return left
