"""What a customer has used and was not billed for yet, as the invoices that would follow.

Drafts with their quantities read anew, then what each subscription's next invoice would be if
nothing more arrived. Nothing is kept of it.
"""

from collections.abc import Mapping, Sequence

from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.settlement import settle
from taximeter.invoicing.standing import invoices_to_come, quantities_wanted, read_standings
from taximeter.invoicing.usage import read_usage, settled_now


def unbilled_invoices(customer: Customer, *, billing: Billing) -> list[Invoice]:
    """Return what a customer's usage up to now comes to, what is finalized first coming first.

    Raises LogFailed.
    """
    standing = read_standings(
        [customer.id],
        unit=billing.unit,
        environment=billing.environment,
        clock=billing.clock,
        settings=billing.settings,
    )[customer.id]
    usage = read_usage(
        quantities_wanted(standing),
        environment=billing.environment,
        meters=standing.terms.meters,
        reader=billing.reader,
        as_of_us=settled_now(barrier=billing.barrier, clock=billing.clock),
    )
    return invoices_to_come(standing, lambda asked: {key: usage[key] for key in asked})


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
