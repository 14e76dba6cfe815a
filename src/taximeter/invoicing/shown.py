"""Drafts and previews as they are shown: with what credits and the balance would pay by now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.settlement import settle
from taximeter.invoicing.stores import BillingUnit


def shown(
    invoices: Sequence[Invoice],
    *,
    unit: BillingUnit,
    environment: int,
    customers: Mapping[str, Customer],
) -> list[Invoice]:
    """Return finalized invoices as they are, and each draft as if it were finalized next.

    Nothing is written, so two drafts may show the same credits; the one finalized first has them.
    """
    ids = {one.customer for one in invoices if one.status == "draft"}
    grants: dict[str, list[CreditGrant]] = defaultdict(list)
    for grant in unit.credit_grants.of_customers(environment, ids):
        grants[grant.customer].append(grant)
    balances = unit.credit_ledger.balances(
        environment, [grant.id for some in grants.values() for grant in some]
    )
    return [
        settle(
            one,
            customer=customers[one.customer],
            grants=grants[one.customer],
            balances=balances,
        ).invoice
        if one.status == "draft"
        else one
        for one in invoices
    ]
