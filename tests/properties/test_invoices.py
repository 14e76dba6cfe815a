"""Whatever happens when, consecutive invoices bill every event once."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.late import billed_quantities, late_usage
from taximeter.invoicing.refresh import refresh_keys, refreshed
from taximeter.invoicing.renew import next_due, renew, usage_keys
from taximeter.invoicing.terms import Terms
from taximeter.kit import decimals
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS, Window
from taximeter.pricing.price import Interval
from taximeter.pricing.rate import rate
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription
from tests.invoicing.books import Happened, a_price, a_subscription, read, terms_of

START = 1_767_225_600  # 2026-01-01
LONGEST = {"day": DAY_SECONDS, "week": 7 * DAY_SECONDS, "month": 31 * DAY_SECONDS}
PERIODS, FLUSHES = 4, 4
"""Usage happens and arrives within some periods; those that follow it must settle everything."""

Scheme = Literal["per_unit", "graduated", "volume"]
intervals: st.SearchStrategy[Interval] = st.sampled_from(["day", "week", "month"])
windows: st.SearchStrategy[Window | None] = st.sampled_from([None, "hour", "day"])
schemes: st.SearchStrategy[Scheme] = st.sampled_from(["per_unit", "graduated", "volume"])


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Subscription, Terms, list[Happened]]:
    interval = draw(intervals)
    length = LONGEST[interval]
    price = a_price(interval, scheme=draw(schemes))
    anchor = START + draw(st.integers(-31 * DAY_SECONDS, 31 * DAY_SECONDS))
    start = anchor + draw(st.integers(0, length - 1))
    subscription = a_subscription(price, anchor=anchor, start=start)
    moments = st.integers(0, PERIODS * length - 1)
    values = st.decimals(-5, 40, places=2).map(lambda one: Decimal(one))
    events = draw(st.lists(st.tuples(moments, st.integers(0, length), values), max_size=25))
    happened = [Happened(start + at, start + at + later, value) for at, later, value in events]
    return subscription, terms_of(price, window=draw(windows)), happened


def live(
    subscription: Subscription,
    terms: Terms,
    events: Sequence[Happened],
    *,
    boundaries: int,
    settings: Settings,
) -> list[Invoice]:
    """Live through boundaries, each draft finalized after its grace; return the invoices."""
    invoices: list[Invoice] = []
    for _ in range(boundaries):
        due = next_due(subscription)
        if due is None:
            break
        at = due.due_at
        invoices = [_finalized(one, terms, events, before=at) for one in invoices]
        late = []
        if settings.late_usage == "bill":
            late = [one for each in invoices for one in billed_quantities(each, invoices=invoices)]
        keys = {one.key for one in late}
        keys.update(usage_keys(subscription, at=at, terms=terms).values())
        usage = read(keys, events, as_of=at)
        adjustments = late_usage(late, usage=usage, terms=terms)
        renewal = renew(
            subscription,
            at=at,
            now=at,
            terms=terms,
            usage=usage,
            pending=(),
            settings=settings,
            late=[line for one in adjustments for line in one.lines],
        )
        subscription = renewal.subscription
        if renewal.invoice is not None:
            invoices.append(renewal.invoice)
    return [_finalized(one, terms, events, before=10**12) for one in invoices]


def _finalized(
    invoice: Invoice, terms: Terms, events: Sequence[Happened], *, before: int
) -> Invoice:
    at = invoice.automatically_finalizes_at
    if invoice.status != "draft" or at is None or at > before:
        return invoice
    usage = read(refresh_keys(invoice), events, as_of=at)
    return msgspec.structs.replace(refreshed(invoice, usage=usage, terms=terms), status="open")


def ranges(invoices: Sequence[Invoice]) -> list[tuple[int, int]]:
    """Return the ranges of usage that invoices bill, adjustments left out, in their order."""
    found = [
        (line.usage.start, line.usage.end)
        for invoice in invoices
        for line in invoice.lines
        if line.usage is not None and line.kind != "late_usage"
    ]
    return list(dict.fromkeys(found))


@given(worlds())
def test_consecutive_invoices_divide_time_without_gap_or_overlap(
    world: tuple[Subscription, Terms, list[Happened]],
) -> None:
    subscription, terms, events = world
    invoices = live(subscription, terms, events, boundaries=PERIODS, settings=Settings())
    found = ranges(invoices)
    assert found[0][0] == subscription.start_date
    assert [end for _, end in found[:-1]] == [start for start, _ in found[1:]]


@given(worlds(), st.integers(0, 72))
def test_with_late_usage_billed_every_event_is_paid_once(
    world: tuple[Subscription, Terms, list[Happened]], grace: int
) -> None:
    subscription, terms, events = world
    settings = msgspec.structs.replace(Settings(), grace_period_hours=grace, late_usage="bill")
    invoices = live(
        subscription, terms, events, boundaries=PERIODS + FLUSHES + 1, settings=settings
    )
    (price,) = terms.prices.values()
    expected = 0
    for start, end in ranges(invoices):
        everything = decimals.total(one.value for one in events if start <= one.at < end)
        charges = rate(price, currency="usd", quantity=max(Decimal(0), everything))
        expected += sum(charge.amount for charge in charges)
    assert sum(one.total for one in invoices) == expected


@given(worlds(), st.integers(0, 72))
def test_what_arrives_before_finalization_is_on_its_own_invoice(
    world: tuple[Subscription, Terms, list[Happened]], grace: int
) -> None:
    subscription, terms, events = world
    settings = msgspec.structs.replace(Settings(), grace_period_hours=grace)
    for invoice in live(subscription, terms, events, boundaries=PERIODS, settings=settings):
        at = invoice.automatically_finalizes_at
        assert at is not None
        assert 0 <= at - invoice.period_end <= grace * HOUR_SECONDS
        for line in invoice.lines:
            assert line.usage is not None
            start, end = line.usage.start, line.usage.end
            counted = [one for one in events if start <= one.at < end and one.arrives < at]
            assert line.usage.value == decimals.total(one.value for one in counted)


@given(worlds(), st.data())
def test_a_canceled_subscription_bills_all_up_to_its_end(
    world: tuple[Subscription, Terms, list[Happened]], data: st.DataObject
) -> None:
    subscription, terms, events = world
    cancel_at = subscription.start_date + data.draw(st.integers(1, 2 * 31 * DAY_SECONDS))
    subscription = msgspec.structs.replace(subscription, cancel_at=cancel_at)
    invoices = live(subscription, terms, events, boundaries=100, settings=Settings())
    found = ranges(invoices)
    assert (found[0][0], found[-1][1]) == (subscription.start_date, cancel_at)
    assert [end for _, end in found[:-1]] == [start for start, _ in found[1:]]
