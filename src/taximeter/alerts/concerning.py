"""Whom changes of the records concern: the customers whose numbers may be others now."""

from collections import defaultdict
from collections.abc import Iterable

from taximeter.changes import Change
from taximeter.credits.grant import CreditBalanceTransaction, CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.invoice import Invoice, InvoiceItem
from taximeter.subscriptions.subscription import Subscription


def customers_of(changes: Iterable[Change]) -> dict[int, set[str]]:
    """Return the customers that changes concern, by environment."""
    concerned: dict[int, set[str]] = defaultdict(set)
    for change in changes:
        for record in (change.before, change.after):
            match record:
                case Customer():
                    concerned[change.environment].add(record.id)
                case (
                    Subscription()
                    | Invoice()
                    | InvoiceItem()
                    | CreditGrant()
                    | CreditBalanceTransaction()
                ):
                    concerned[change.environment].add(record.customer)
                case _:
                    pass
    return concerned


def merged(some: Iterable[tuple[int, Iterable[str]]]) -> dict[int, set[str]]:
    """Put customers together by environment."""
    found: dict[int, set[str]] = defaultdict(set)
    for environment, customers in some:
        found[environment].update(customers)
    return found
