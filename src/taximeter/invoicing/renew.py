"""The use case of renewing: subscriptions at a boundary, hundreds at a time.

What is needed is read in one transaction, computed outside of any, and written in a short one,
which leaves alone what has changed meanwhile: its work stays due, and is done from the new state.
"""

from collections.abc import Sequence

import msgspec

from taximeter import test_clocks
from taximeter.due import Due, by_environment
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.invoice import InvoiceItem
from taximeter.invoicing.items import items_for
from taximeter.invoicing.late import Billed, late_usage
from taximeter.invoicing.late_invoices import billed_lately
from taximeter.invoicing.renewal import Renewal, renew, usage_keys
from taximeter.invoicing.stores import BillingRecords, BillingUnit
from taximeter.invoicing.terms import Terms, read_terms
from taximeter.invoicing.usage import UsageKey, read_usage, settled_now
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader

__all__ = ["Renewals", "next_due", "renew", "usage_keys"]


class _Boundary(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription at a boundary, with all that belongs on its invoice but usage."""

    subscription: Subscription
    at: int
    now: int
    pending: tuple[InvoiceItem, ...]
    billed: tuple[Billed, ...]


class Renewals:
    """Takes subscriptions past boundaries that have come; one step for each piece of work."""

    def __init__(
        self,
        *,
        records: BillingRecords,
        reader: UsageReader,
        barrier: Barrier,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Use the running parts of one server."""
        self._records = records
        self._reader = reader
        self._barrier = barrier
        self._clock = clock
        self._settings = settings

    def run(self, works: Sequence[Due]) -> None:
        """Renew the subscriptions that are due, and write what follows in place of the work.

        Work of subscriptions that changed meanwhile stays as it is. Raises LogFailed and
        StorageFailed, and then nothing was written.
        """
        for environment, some in by_environment(works).items():
            self._run(environment, some)

    def _run(self, environment: int, works: Sequence[Due]) -> None:
        ids = [work.subject for work in works]
        with self._records.reading() as unit:
            found = unit.subscriptions.many(environment, ids)
            prices = {item.price for one in found.values() for item in one.items}
            boundaries = self._boundaries(unit, environment, works, found)
            late = {
                line.price for one in boundaries for billed in one.billed for line in billed.lines
            }
            terms = read_terms(unit, environment, prices | {id for id in late if id is not None})
        renewals = self._renewals(environment, boundaries, terms)
        with self._records.writing() as unit:
            _write(unit, environment, works, renewals)

    def _boundaries(
        self,
        unit: BillingUnit,
        environment: int,
        works: Sequence[Due],
        found: dict[str, Subscription],
    ) -> list[_Boundary]:
        """Return what is at a boundary; work that came too early, or for nothing, has none."""
        customers = {one.customer for one in found.values()}
        pending = list(unit.invoice_items.pending(environment, customers))
        latest = max(work.due_at for work in works)
        billed = billed_lately(unit, environment, found, settings=self._settings, now=latest)
        presents: dict[str | None, int] = {}
        boundaries = []
        for work in works:
            one = found.get(work.subject)
            due = None if one is None else next_due(one)
            if one is None or due is None or due.due_at > work.due_at:
                continue
            if one.test_clock not in presents:
                presents[one.test_clock] = test_clocks.present(
                    store=unit.test_clocks,
                    environment=environment,
                    test_clock=one.test_clock,
                    clock=self._clock,
                )
            now = max(work.due_at, presents[one.test_clock])
            items = items_for(
                pending, customer=one.customer, currency=one.currency, subscription=one.id
            )
            boundaries.append(
                _Boundary(
                    subscription=one,
                    at=due.due_at,
                    now=now,
                    pending=items,
                    billed=billed.get(one.id, ()),
                )
            )
        return boundaries

    def _renewals(
        self, environment: int, boundaries: Sequence[_Boundary], terms: Terms
    ) -> list[Renewal]:
        keys: set[UsageKey] = set()
        for one in boundaries:
            keys.update(usage_keys(one.subscription, at=one.at, terms=terms).values())
            keys.update(billed.key for billed in one.billed)
        as_of_us = settled_now(barrier=self._barrier, clock=self._clock)
        usage = read_usage(
            keys,
            environment=environment,
            meters=terms.meters,
            reader=self._reader,
            as_of_us=as_of_us,
        )
        renewals = []
        taken: set[str] = set()
        for one in boundaries:
            # Items of no subscription go on the first of a customer's invoices.
            pending = [item for item in one.pending if item.id not in taken]
            renewal = renew(
                one.subscription,
                at=one.at,
                now=one.now,
                terms=terms,
                usage=usage,
                pending=pending,
                settings=self._settings,
                late=[
                    line
                    for late in late_usage(one.billed, usage=usage, terms=terms)
                    for line in late.lines
                ],
            )
            taken.update(item.id for item in renewal.items)
            renewals.append(renewal)
        return renewals


def _write(
    unit: BillingUnit, environment: int, works: Sequence[Due], renewals: Sequence[Renewal]
) -> None:
    """Write what still stands, and move or drop its work."""
    current = unit.subscriptions.many(environment, [work.subject for work in works])
    customers = {item.customer for one in renewals for item in one.items}
    pending = {item.id: item for item in unit.invoice_items.pending(environment, customers)}
    by_id = {one.subscription.id: one for one in renewals}
    kept: list[Renewal] = []
    over: list[Due] = []
    moved: list[Due] = []
    for work in works:
        renewal, subscription = by_id.get(work.subject), current.get(work.subject)
        if renewal is not None and subscription is not None:
            if _stands(renewal, subscription, pending):
                kept.append(renewal)
                moved += renewal.due
                if next_due(renewal.subscription) is None:
                    over.append(work)
            continue
        due = None if subscription is None else next_due(subscription)
        if due is None:
            over.append(work)
        elif due.due_at > work.due_at:
            moved.append(due)
    unit.subscriptions.save([one.subscription for one in kept])
    unit.invoices.add([one.invoice for one in kept if one.invoice is not None])
    unit.invoice_items.save([item for one in kept for item in one.items])
    unit.due.drop(over)
    unit.due.schedule(moved)


def _stands(renewal: Renewal, subscription: Subscription, pending: dict[str, InvoiceItem]) -> bool:
    """Say whether nothing that a renewal was computed from has changed."""
    if subscription.revision + 1 != renewal.subscription.revision:
        return False
    return all(
        pending.get(item.id) == msgspec.structs.replace(item, invoice=None)
        for item in renewal.items
    )
