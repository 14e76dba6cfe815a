"""Drafts and previews as they are shown: with what credits and the balance would pay by now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.settlement import settle
from taximeter.invoicing.stores import BillingUnit


class Credits(msgspec.Struct, frozen=True, kw_only=True):
    """The grants of customers that can still pay, the older ones first, and what is left of each.

    A customer without any may be left out.
    """

    grants: Mapping[str, Sequence[CreditGrant]]
    balances: Mapping[str, int]


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
    paying = Credits(grants=grants, balances=balances)
    return shown_with(invoices, customers=customers, paying=paying)


def shown_with(
    invoices: Sequence[Invoice], *, customers: Mapping[str, Customer], paying: Credits
) -> list[Invoice]:
    """Return the same, from what the customers are `paying` with."""
    return [
        settle(
            one,
            customer=customers[one.customer],
            grants=paying.grants.get(one.customer, ()),
            balances=paying.balances,
        ).invoice
        if one.status == "draft"
        else one
        for one in invoices
    ]
