"""Credits that have expired and are still awaited by a draft."""

from taximeter.credits.grant import CreditGrant
from taximeter.invoicing.invoice import InvoiceFilter
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.paging import Cursor

_DRAFTS_MAX = 100


def draft_awaits(unit: BillingUnit, grant: CreditGrant) -> bool:
    """Say whether a draft may still use credits that expired after its period had ended."""
    if grant.expires_at is None:
        return False
    where = InvoiceFilter(customer=grant.customer, status="draft")
    drafts = unit.invoices.page(grant.environment, Cursor(limit=_DRAFTS_MAX), where)
    return any(
        draft.currency == grant.currency and draft.period_end < grant.expires_at
        for draft in drafts.data
    )
