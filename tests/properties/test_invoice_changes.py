"""Prices that change in mid-period, and previews: still every event is billed once."""

from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from taximeter.invoicing.adjustment import Adjustment, adjusted, billed_usage, ended_usage
from taximeter.invoicing.invoice import InvoiceItem, Line
from taximeter.invoicing.items import item_lines
from taximeter.invoicing.renew import next_due, renew, usage_keys
from taximeter.invoicing.so_far import items_so_far
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.upcoming import upcoming
from taximeter.kit import decimals
from taximeter.kit.periods import DAY_SECONDS, Window
from taximeter.settings import Settings
from taximeter.subscriptions.items import ItemChange
from taximeter.subscriptions.subscription import Subscription
from taximeter.subscriptions.update import SubscriptionChange, update
from tests.invoicing.books import Happened, a_price, a_subscription, read, terms_of

START = 1_767_225_600  # 2026-01-01
MONTH = 28 * DAY_SECONDS
OLD = a_price()
NEW = msgspec.structs.replace(a_price(), id="price_9")

moments = st.integers(START, START + 3 * MONTH)
values = st.integers(-3, 9).map(Decimal)
events = st.lists(st.tuples(moments, values), max_size=20).map(
    lambda found: [Happened(at, at, value) for at, value in found]
)
windows: st.SearchStrategy[Window | None] = st.sampled_from([None, "hour", "day"])


def swapped(
    before: Subscription, terms: Terms, price: str, happened: list[Happened], at: int
) -> tuple[Subscription, list[InvoiceItem]]:
    """Change the price at a moment, as `invoicing.change` does."""
    change = SubscriptionChange(items=(ItemChange(id=before.items[0].id, price=price),))
    after = update(before, change, prices=terms.prices, now=at).subscription
    adjustment = Adjustment(
        before=before,
        after=after,
        new_period=False,
        behavior="create_prorations",
        at=at,
        now=at,
    )
    ended = ended_usage(adjustment, terms)
    keys = billed_usage(adjustment, ended)
    usage = read(keys.values(), happened, as_of=at + 1)
    return adjusted(adjustment, terms, ended), items_so_far(before, terms, keys, usage, now=at)


@given(events, windows, st.lists(moments, max_size=4, unique=True))
def test_price_changes_leave_no_usage_out_and_bill_none_twice(
    happened: list[Happened], window: Window | None, changes: list[int]
) -> None:
    terms = terms_of(OLD, NEW, window=window)
    subscription = a_subscription(OLD, anchor=START)
    pending: list[InvoiceItem] = []
    lines: list[Line] = []
    times = sorted(changes)
    while (due := next_due(subscription)) is not None and due.due_at <= START + 4 * MONTH:
        if times and times[0] < due.due_at:
            price = NEW.id if subscription.items[0].price == OLD.id else OLD.id
            at = times.pop(0)
            subscription, items = swapped(subscription, terms, price, happened, at)
            pending = [*reversed(items), *pending]
            continue
        keys = usage_keys(subscription, at=due.due_at, terms=terms)
        renewal = renew(
            subscription,
            at=due.due_at,
            now=due.due_at,
            terms=terms,
            usage=read(keys.values(), happened, as_of=due.due_at + 1),
            pending=pending,
            settings=Settings(),
        )
        assert renewal.invoice is not None
        lines += renewal.invoice.lines
        pending, subscription = [], renewal.subscription
    billed = decimals.total(line.usage.value for line in lines if line.usage is not None)
    end = subscription.items[0].usage_start
    assert billed == decimals.total(one.value for one in happened if one.at < end)


@given(events, windows, st.integers(0, 30 * DAY_SECONDS))
def test_a_preview_equals_the_invoice_when_nothing_comes_between(
    happened: list[Happened], window: Window | None, elapsed: int
) -> None:
    terms = terms_of(OLD, window=window)
    subscription = a_subscription(OLD, anchor=START)
    known = [one for one in happened if one.at <= START + elapsed]
    item = InvoiceItem(
        id="ii_1",
        environment=2,
        created=START,
        customer="cus_1",
        currency="usd",
        amount=7,
        description="Setup",
        period_start=START,
        period_end=START,
    )
    now = START + elapsed
    preview = upcoming(
        subscription,
        now=now,
        terms=terms,
        pending=[item],
        billed=(),
        read=lambda keys: read(keys, known, as_of=now + 1),
        settings=Settings(),
    )
    due = next_due(subscription)
    assert preview is not None
    assert due is not None
    keys = usage_keys(subscription, at=due.due_at, terms=terms)
    invoice = renew(
        subscription,
        at=due.due_at,
        now=due.due_at,
        terms=terms,
        usage=read(keys.values(), known, as_of=due.due_at),
        pending=[item],
        settings=Settings(),
    ).invoice
    assert invoice is not None
    assert _figures(preview.lines) == _figures(invoice.lines)
    assert (preview.total, preview.period_end) == (invoice.total, invoice.period_end)
    assert len(item_lines(item)) == 1


def _figures(lines: tuple[Line, ...]) -> list[tuple[str, int, Decimal, int, int]]:
    return [
        (one.description, one.amount, one.quantity, one.period_start, one.period_end)
        for one in lines
    ]
