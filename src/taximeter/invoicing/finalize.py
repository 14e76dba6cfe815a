"""The use case of finalizing: drafts become invoices that are numbered, settled and never change.

In this order: metered lines are read anew, credits pay for them, then the customer's balance; the
invoice takes the customer's next number, and is open, or paid where nothing is left to pay.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from taximeter import test_clocks
from taximeter.credits.grant import CreditGrant
from taximeter.credits.ledger import Entries, applied
from taximeter.customers import Customer
from taximeter.due import Due, by_environment
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.notice import invoice_notices
from taximeter.invoicing.number import numbered
from taximeter.invoicing.refresh import refresh_keys, refreshed
from taximeter.invoicing.renewal import finalization
from taximeter.invoicing.settlement import Settlement, settle, with_credits
from taximeter.invoicing.stores import BillingRecords, BillingUnit
from taximeter.invoicing.terms import read_terms
from taximeter.invoicing.usage import read_usage, settled_now
from taximeter.kit.clock import Clock
from taximeter.kit.periods import DAY_SECONDS
from taximeter.settings import Settings
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader


class Finalizations:
    """Finalizes the drafts that are due."""

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
        """Finalize, and drop the work in the same transaction.

        A draft that was changed meanwhile stays due; what is no draft any more, or waits for
        somebody, is left alone. Raises LogFailed and StorageFailed, and then nothing was written.
        """
        for environment, some in by_environment(works).items():
            self._run(environment, some)

    def _run(self, environment: int, works: Sequence[Due]) -> None:
        ids = [work.subject for work in works]
        with self._records.reading() as unit:
            read = unit.invoices.many(environment, ids)
            due = [one for work in works if (one := _due(read.get(work.subject), work)) is not None]
            fresh = self._refreshed(unit, environment, due)
            nows = {one.id: self._present(unit, one) for one in due}
        with self._records.writing() as unit:
            stored = unit.invoices.many(environment, ids)
            same = [one.id for one in due if stored.get(one.id) == one]
            drafts = [(fresh[id], nows[id]) for id in same]
            _finalize(unit, environment, drafts, settings=self._settings)
            moved, over = [], []
            for work in works:
                current = stored.get(work.subject)
                following = None if current is None else finalization(current)
                if following is None or work.subject in same:
                    over.append(work)
                elif following.due_at > work.due_at:
                    moved.append(following)
            unit.due.drop(over)
            unit.due.schedule(moved)

    def _refreshed(
        self, unit: BillingUnit, environment: int, invoices: Sequence[Invoice]
    ) -> dict[str, Invoice]:
        return {
            one.id: one
            for one in refresh(
                invoices,
                unit=unit,
                environment=environment,
                reader=self._reader,
                barrier=self._barrier,
                clock=self._clock,
            )
        }

    def _present(self, unit: BillingUnit, invoice: Invoice) -> int:
        due_at = invoice.automatically_finalizes_at
        assert due_at is not None, "only what is to be finalized by itself is due"
        present = test_clocks.present(
            store=unit.test_clocks,
            environment=invoice.environment,
            test_clock=invoice.test_clock,
            clock=self._clock,
        )
        return max(due_at, present)


def _due(invoice: Invoice | None, work: Due) -> Invoice | None:
    following = None if invoice is None else finalization(invoice)
    return invoice if following is not None and following.due_at <= work.due_at else None


def refresh(
    invoices: Sequence[Invoice],
    *,
    unit: BillingUnit,
    environment: int,
    reader: UsageReader,
    barrier: Barrier,
    clock: Clock,
) -> list[Invoice]:
    """Read the quantities of drafts anew, as of now. Raises LogFailed."""
    keys = {key for one in invoices for key in refresh_keys(one)}
    if not keys:
        return list(invoices)
    prices = {line.price for one in invoices for line in one.lines}
    terms = read_terms(unit, environment, {id for id in prices if id is not None})
    usage = read_usage(
        keys,
        environment=environment,
        meters=terms.meters,
        reader=reader,
        as_of_us=settled_now(barrier=barrier, clock=clock),
    )
    return [refreshed(one, usage=usage, terms=terms) for one in invoices]


def finalize_now(
    invoice: Invoice,
    *,
    unit: BillingUnit,
    now: int,
    reader: UsageReader,
    barrier: Barrier,
    clock: Clock,
    settings: Settings,
) -> Invoice:
    """Finalize a draft that is kept already, at a moment of its customer's time; return it.

    Saves the invoice, the ledger's entries and the customer; drops the work that waits for it, and
    schedules notice of its due date.
    """
    assert invoice.status == "draft", "whoever finalizes has looked at the status"
    work = Due(
        kind="invoice",
        subject=invoice.id,
        environment=invoice.environment,
        test_clock=invoice.test_clock,
        due_at=now,
    )
    (fresh,) = refresh(
        [invoice],
        unit=unit,
        environment=invoice.environment,
        reader=reader,
        barrier=barrier,
        clock=clock,
    )
    (done,) = _finalize(unit, invoice.environment, [(fresh, now)], settings=settings)
    unit.due.drop([work])
    return done


def _finalize(
    unit: BillingUnit,
    environment: int,
    drafts: Sequence[tuple[Invoice, int]],
    *,
    settings: Settings,
) -> list[Invoice]:
    """Settle and number drafts, each at its moment, and save all that changes."""
    ids = {invoice.customer for invoice, _ in drafts}
    customers = unit.customers.many(environment, ids)
    grants: dict[str, list[CreditGrant]] = defaultdict(list)
    for grant in unit.credit_grants.of_customers(environment, ids):
        grants[grant.customer].append(grant)
    known = {grant.id: grant for some in grants.values() for grant in some}
    balances = dict(unit.credit_ledger.balances(environment, known))
    done: list[Invoice] = []
    entries: list[Entries] = []
    for invoice, now in drafts:
        if invoice.pause_behavior == "void":
            customer, invoice = numbered(customers[invoice.customer], invoice)
            customers[customer.id] = customer
            closed = _closed(invoice, customer, now)
            done.append(msgspec.structs.replace(closed, status="void", voided_at=now))
            continue
        settlement = settle(
            invoice,
            customer=customers[invoice.customer],
            grants=grants[invoice.customer],
            balances=balances,
        )
        for application in settlement.applications:
            balances[application.credit_grant] -= application.amount
        new = applied(settlement.applications, grants=known, invoice=invoice.id, now=now)
        entries.append(new)
        customer, invoice = numbered(settlement.customer, _paid_by(settlement, new))
        customers[customer.id] = customer
        done.append(_opened(_closed(invoice, customer, now), now))
    unit.invoices.save(done)
    unit.credit_ledger.add([entry for some in entries for entry in some])
    unit.customers.save_many([customers[id] for id in _touched(done)])
    notices = (invoice_notices(one, settings=settings)[:1] for one in done)
    unit.due.schedule([work for first in notices for _, work in first])
    return done


def _touched(invoices: Iterable[Invoice]) -> list[str]:
    return sorted({invoice.customer for invoice in invoices})


def _paid_by(settlement: Settlement, entries: Entries) -> Invoice:
    """Name the ledger's entries on the lines that they pay for."""
    invoice = settlement.invoice
    lines = with_credits(invoice.lines, settlement.applications, [one.id for one in entries])
    return msgspec.structs.replace(invoice, lines=lines)


def _closed(invoice: Invoice, customer: Customer, now: int) -> Invoice:
    due_date = invoice.due_date
    if due_date is None and invoice.days_until_due is not None:
        due_date = now + invoice.days_until_due * DAY_SECONDS
    if invoice.collection_method != "send_invoice":
        due_date = None
    return msgspec.structs.replace(
        invoice,
        finalized_at=now,
        automatically_finalizes_at=None,
        due_date=due_date,
        billed_to=msgspec.structs.replace(customer.details, metadata={}),
    )


def _opened(invoice: Invoice, now: int) -> Invoice:
    if invoice.amount_due == 0:
        return msgspec.structs.replace(invoice, status="paid", paid_at=now)
    if invoice.pause_behavior == "mark_uncollectible":
        return msgspec.structs.replace(invoice, status="uncollectible", marked_uncollectible_at=now)
    return msgspec.structs.replace(invoice, status="open")
