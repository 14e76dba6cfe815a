"""What a customer has used and was not billed for yet, as the invoices that would follow.

Drafts with their quantities read anew, then what each subscription's next invoice would be if
nothing more arrived. Nothing is kept of it.
"""

from collections.abc import Mapping, Sequence

from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.errors import NotFound
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.finalize import refresh
from taximeter.invoicing.invoice import Invoice, InvoiceFilter
from taximeter.invoicing.preview import PreviewRequest, preview
from taximeter.invoicing.settlement import settle
from taximeter.kit.paging import Cursor
from taximeter.subscriptions.subscription import SubscriptionFilter

_AT_ONCE = Cursor(limit=100)
"""Of each kind, the newest of one customer."""


def unbilled_invoices(customer: Customer, *, billing: Billing) -> list[Invoice]:
    """Return what a customer's usage up to now comes to, what is finalized first coming first.

    Raises LogFailed.
    """
    unit, environment = billing.unit, billing.environment
    drafts = refresh(
        unit.invoices.page(
            environment, _AT_ONCE, InvoiceFilter(customer=customer.id, status="draft")
        ).data,
        unit=unit,
        environment=environment,
        reader=billing.reader,
        barrier=billing.barrier,
        clock=billing.clock,
    )
    subscribed = unit.subscriptions.page(
        environment, _AT_ONCE, SubscriptionFilter(customer=customer.id)
    ).data
    to_come = [one for each in subscribed if (one := _next(each.id, billing)) is not None]
    return [
        *sorted(drafts, key=lambda one: (one.automatically_finalizes_at or one.created, one.id)),
        *sorted(to_come, key=lambda one: one.period_end),
    ]


def _next(subscription: str, billing: Billing) -> Invoice | None:
    try:
        return preview(PreviewRequest(subscription=subscription), billing=billing)
    except NotFound:
        return None


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
