"""Where late usage may have come: the recent invoices of subscriptions, read many at once."""

from collections import defaultdict
from collections.abc import Collection

from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.late import Billed, billed_quantities, changes_since
from taximeter.invoicing.stores import BillingUnit
from taximeter.settings import Settings


def billed_lately(
    unit: BillingUnit,
    environment: int,
    subscriptions: Collection[str],
    *,
    settings: Settings,
    now: int,
) -> dict[str, tuple[Billed, ...]]:
    """Return which quantities of each subscription may have changed since they were billed.

    None unless late usage is put on the next invoice: then nobody needs to know.
    """
    if settings.late_usage != "bill":
        return {}
    since = changes_since(settings, now=now)
    earlier: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in unit.invoices.recent(environment, subscriptions, period_end_gt=since):
        if invoice.subscription is not None:
            earlier[invoice.subscription].append(invoice)
    return {
        id: tuple(
            billed
            for invoice in invoices
            for billed in billed_quantities(invoice, invoices=invoices, ends_after=since)
        )
        for id, invoices in earlier.items()
    }
