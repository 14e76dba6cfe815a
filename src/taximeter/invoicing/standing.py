"""How customers stand: all that says what their usage is priced at and leaves of their credits.

It is read in a few queries for one customer or for many. Given quantities, the invoices that are to
come follow from it by the functions that bill, without another look at the records.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

import msgspec

from taximeter import test_clocks
from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.invoice import Invoice, InvoiceItem, MeteredUsage
from taximeter.invoicing.items import items_for
from taximeter.invoicing.late import Billed
from taximeter.invoicing.late_invoices import billed_lately
from taximeter.invoicing.refresh import refresh_keys, refreshed
from taximeter.invoicing.stores import BillingUnit
from taximeter.invoicing.terms import Terms, read_terms
from taximeter.invoicing.upcoming import Read, upcoming
from taximeter.invoicing.usage import UsageKey
from taximeter.kit.clock import Clock, now_s
from taximeter.kit.decimals import ZERO
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription

Quantities = Mapping[UsageKey, Decimal]
"""What a customer has used, by what is to be read: see `quantities_wanted`."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's subscriptions, drafts and credits as they stood at `now`, in Unix seconds.

    `billed` are the quantities of each subscription that late usage may have changed since they
    were billed; `balances` is what the ledger says is left of each grant.
    """

    customer: Customer
    now: int
    subscriptions: tuple[Subscription, ...] = ()
    drafts: tuple[Invoice, ...] = ()
    pending: tuple[InvoiceItem, ...] = ()
    billed: dict[str, tuple[Billed, ...]] = {}
    grants: tuple[CreditGrant, ...] = ()
    balances: dict[str, int] = {}
    terms: Terms
    settings: Settings

    @property
    def changes_at(self) -> int | None:
        """Return when it is next another by time alone: credits come into effect, or expire."""
        moments = [
            moment
            for grant in self.grants
            for moment in (grant.effective_at, grant.expires_at)
            if moment is not None and moment > self.now
        ]
        return min(moments, default=None)


def read_standings(
    customers: Collection[str],
    *,
    unit: BillingUnit,
    environment: int,
    clock: Clock,
    settings: Settings,
) -> dict[str, Standing]:
    """Return how each of the customers stands that exist; the deleted may still have drafts.

    The number of queries does not grow with that of customers, but by the thousand.
    """
    found = unit.customers.many(environment, customers)
    subscriptions: dict[str, list[Subscription]] = defaultdict(list)
    for subscription in unit.subscriptions.of_customers(environment, found):
        if next_due(subscription) is not None:
            subscriptions[subscription.customer].append(subscription)
    drafts: dict[str, list[Invoice]] = defaultdict(list)
    for draft in unit.invoices.drafts_of(environment, found):
        drafts[draft.customer].append(draft)
    pending: dict[str, list[InvoiceItem]] = defaultdict(list)
    for item in unit.invoice_items.pending(environment, found):
        pending[item.customer].append(item)
    grants: dict[str, list[CreditGrant]] = defaultdict(list)
    for grant in unit.credit_grants.of_customers(environment, found, ended=True):
        grants[grant.customer].append(grant)
    ids = [grant.id for some in grants.values() for grant in some]
    balances = unit.credit_ledger.balances(environment, ids)
    # A deleted customer's test clock may be gone; nothing is to come of it that needs the time.
    present = dict.fromkeys((one.test_clock for one in found.values()), now_s(clock))
    for test_clock in {one.test_clock for one in found.values() if one.deleted_at is None}:
        present[test_clock] = test_clocks.present(
            store=unit.test_clocks, environment=environment, test_clock=test_clock, clock=clock
        )
    billed = {
        id: quantities
        for test_clock, now in present.items()
        for id, quantities in billed_lately(
            unit,
            environment,
            [
                subscription.id
                for some in subscriptions.values()
                for subscription in some
                if subscription.test_clock == test_clock
            ],
            settings=settings,
            now=now,
        ).items()
    }
    terms = read_terms(unit, environment, _prices(subscriptions, drafts, billed))
    return {
        id: Standing(
            customer=customer,
            now=present[customer.test_clock],
            subscriptions=tuple(subscriptions[id]),
            drafts=tuple(drafts[id]),
            pending=tuple(pending[id]),
            billed={one.id: billed[one.id] for one in subscriptions[id] if one.id in billed},
            grants=tuple(grants[id]),
            balances={grant.id: balances[grant.id] for grant in grants[id]},
            terms=terms,
            settings=settings,
        )
        for id, customer in found.items()
    }


def _prices(
    subscriptions: Mapping[str, list[Subscription]],
    drafts: Mapping[str, list[Invoice]],
    billed: Mapping[str, tuple[Billed, ...]],
) -> set[str]:
    prices = {item.price for some in subscriptions.values() for one in some for item in one.items}
    lines = [line for some in drafts.values() for one in some for line in one.lines]
    lines += [line for some in billed.values() for one in some for line in one.lines]
    return prices | {line.price for line in lines if line.price is not None}


def quantities_wanted(standing: Standing) -> frozenset[UsageKey]:
    """Return which quantities say how a customer stands: those that its next invoices bill."""
    keys = {key for draft in standing.drafts for key in refresh_keys(draft)}
    for subscription in standing.subscriptions:
        # As long as nothing came late, the invoice is that of the period.
        unchanged = {one.key: one.usage for one in standing.billed.get(subscription.id, ())}

        def read(
            asked: Collection[UsageKey], known: Mapping[UsageKey, MeteredUsage] = unchanged
        ) -> dict[UsageKey, MeteredUsage]:
            keys.update(asked)
            return {key: known.get(key) or _measured(key, ZERO) for key in asked}

        next_invoice(standing, subscription, read)
    return frozenset(keys)


def to_come(standing: Standing, quantities: Quantities) -> list[Invoice]:
    """Return the invoices that quantities bring: see `invoices_to_come`."""
    return invoices_to_come(
        standing, lambda asked: {key: _measured(key, quantities[key]) for key in asked}
    )


def invoices_to_come(standing: Standing, read: Read) -> list[Invoice]:
    """Return the invoices that usage so far brings, those that are finalized first coming first.

    Drafts with the quantities that are read, then what each subscription's next invoice is with
    them.
    """
    drafts = [
        refreshed(draft, usage=read(refresh_keys(draft)), terms=standing.terms)
        for draft in standing.drafts
    ]
    following = [
        invoice
        for one in standing.subscriptions
        if (invoice := next_invoice(standing, one, read)) is not None
    ]
    return [
        *sorted(drafts, key=lambda one: (one.automatically_finalizes_at or one.created, one.id)),
        *sorted(following, key=lambda one: one.period_end),
    ]


def next_invoice(standing: Standing, subscription: Subscription, read: Read) -> Invoice | None:
    """Return what a subscription's next invoice is with quantities, or None where none comes."""
    return upcoming(
        subscription,
        now=standing.now,
        terms=standing.terms,
        pending=items_for(
            standing.pending,
            customer=subscription.customer,
            currency=subscription.currency,
            subscription=subscription.id,
        ),
        billed=standing.billed.get(subscription.id, ()),
        read=read,
        settings=standing.settings,
    )


def _measured(key: UsageKey, value: Decimal) -> MeteredUsage:
    return MeteredUsage(
        meter=key.meter,
        start=key.start,
        end=key.end,
        dimension_filters=key.dimension_filters,
        as_of_us=0,
        value=value,
    )
