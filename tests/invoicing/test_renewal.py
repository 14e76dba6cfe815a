"""What each kind of boundary makes of a subscription."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from taximeter.invoicing.invoice import InvoiceItem
from taximeter.invoicing.renew import next_due, renew, usage_keys
from taximeter.invoicing.renewal import Renewal
from taximeter.invoicing.terms import Terms
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import PauseCollection, Subscription
from tests.invoicing.books import Happened, a_price, a_subscription, read, terms_of

JANUARY = 1_767_268_800  # 2026-01-01 12:00
FEBRUARY = JANUARY + 31 * DAY_SECONDS
MARCH = FEBRUARY + 28 * DAY_SECONDS
METERED, LICENSED = a_price(), a_price(metered=False)
EVENTS = [Happened(JANUARY, JANUARY, Decimal(4)), Happened(FEBRUARY - 1, FEBRUARY, Decimal(5))]


def renewed(
    subscription: Subscription,
    terms: Terms,
    *,
    events: Sequence[Happened] = EVENTS,
    **others: Any,
) -> Renewal:
    """Take a subscription past its next boundary, right when it comes."""
    due = next_due(subscription)
    assert due is not None
    keys = usage_keys(subscription, at=due.due_at, terms=terms)
    return renew(
        subscription,
        at=due.due_at,
        now=due.due_at,
        terms=terms,
        usage=read(keys.values(), events, as_of=due.due_at + 1),
        **{"pending": (), "settings": Settings(), **others},
    )


def lines(renewal: Renewal) -> list[tuple[str, int, int, int]]:
    """Return price, amount and period of each line."""
    assert renewal.invoice is not None
    return [
        (line.price or line.description, line.amount, line.period_start, line.period_end)
        for line in renewal.invoice.lines
    ]


def an_item(name: str, **fields: Any) -> InvoiceItem:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": JANUARY,
        "customer": "cus_1",
        "currency": "usd",
        "amount": 100,
        "description": name,
        "period_start": JANUARY,
        "period_end": JANUARY,
    }
    return InvoiceItem(id=f"ii_{name}", **{**plain, **fields})


def test_usage_is_billed_in_arrears_and_licences_in_advance_the_newest_item_first() -> None:
    subscription = a_subscription(METERED, LICENSED, anchor=JANUARY)
    renewal = renewed(subscription, terms_of(METERED, LICENSED))
    assert lines(renewal) == [
        ("price_2", 3, FEBRUARY, MARCH),
        ("price_1", 27, JANUARY, FEBRUARY),
    ]
    assert [item.usage_start for item in renewal.subscription.items] == [FEBRUARY, FEBRUARY]
    assert [work.kind for work in renewal.due] == ["subscription", "invoice", "upcoming_invoice"]
    assert renewal.due[0].due_at == MARCH
    assert renewal.due[1].due_at == FEBRUARY + HOUR_SECONDS


def test_pending_items_stand_first_and_are_on_the_invoice() -> None:
    pending = (an_item("b"), an_item("a"))
    subscription = a_subscription(METERED, anchor=JANUARY)
    renewal = renewed(subscription, terms_of(METERED), pending=pending)
    assert renewal.invoice is not None
    assert [line.description for line in renewal.invoice.lines][:2] == ["b", "a"]
    assert [item.invoice for item in renewal.items] == [renewal.invoice.id] * 2


def test_a_meter_of_whole_days_leaves_the_last_one_to_the_next_invoice() -> None:
    terms = terms_of(METERED, window="day")
    renewal = renewed(a_subscription(METERED, anchor=JANUARY), terms)
    midnight = FEBRUARY - 12 * HOUR_SECONDS
    assert lines(renewal) == [("price_1", 12, JANUARY, midnight)]
    assert renewal.subscription.items[0].usage_start == midnight
    following = renewed(renewal.subscription, terms)
    assert lines(following) == [("price_1", 15, midnight, MARCH - 12 * HOUR_SECONDS)]


def test_a_final_invoice_leaves_no_day_over() -> None:
    subscription = a_subscription(METERED, anchor=JANUARY, cancel_at_period_end=True)
    renewal = renewed(subscription, terms_of(METERED, window="day"))
    assert lines(renewal) == [("price_1", 27, JANUARY, FEBRUARY)]
    assert (renewal.subscription.status, renewal.subscription.ended_at) == ("canceled", FEBRUARY)
    assert [work.kind for work in renewal.due] == ["invoice"]


def test_an_end_in_mid_period_bills_up_to_there_and_no_licence_any_more() -> None:
    subscription = a_subscription(METERED, LICENSED, anchor=JANUARY, cancel_at=JANUARY + 60)
    renewal = renewed(subscription, terms_of(METERED, LICENSED))
    assert lines(renewal) == [("price_1", 12, JANUARY, JANUARY + 60)]


def test_a_licence_is_paid_only_up_to_an_end_that_is_known() -> None:
    end = FEBRUARY + 7 * DAY_SECONDS
    subscription = a_subscription(LICENSED, anchor=JANUARY, cancel_at=end)
    renewal = renewed(subscription, terms_of(LICENSED))
    assert lines(renewal) == [("price_2", 1, FEBRUARY, end)]
    assert renewal.subscription.items[0].billed_until == end


def test_a_trial_ends_in_a_first_period_and_its_usage_was_free() -> None:
    terms = terms_of(METERED, LICENSED)
    trial = a_subscription(
        METERED, LICENSED, anchor=FEBRUARY, start=JANUARY, status="trialing", trial_end=FEBRUARY
    )
    renewal = renewed(trial, terms)
    assert lines(renewal) == [("price_2", 3, FEBRUARY, MARCH)]
    assert renewal.subscription.status == "active"
    assert renewal.subscription.items[0].usage_start == FEBRUARY


def test_a_trial_of_usage_alone_brings_no_invoice() -> None:
    trial = a_subscription(
        METERED, anchor=FEBRUARY, start=JANUARY, status="trialing", trial_end=FEBRUARY
    )
    assert renewed(trial, terms_of(METERED)).invoice is None


@pytest.mark.parametrize(
    ("behavior", "finalizes"),
    [("keep_as_draft", False), ("mark_uncollectible", True), ("void", True)],
)
def test_a_pause_decides_about_the_invoices_of_its_time(behavior: Any, finalizes: bool) -> None:
    pause = PauseCollection(behavior=behavior)
    subscription = a_subscription(METERED, anchor=JANUARY, pause_collection=pause)
    invoice = renewed(subscription, terms_of(METERED)).invoice
    assert invoice is not None
    assert invoice.pause_behavior == behavior
    assert (invoice.automatically_finalizes_at is not None, invoice.auto_advance) == (
        finalizes,
        finalizes,
    )


def test_a_pause_ends_at_its_moment_and_the_period_goes_on() -> None:
    pause = PauseCollection(behavior="void", resumes_at=JANUARY + 60)
    subscription = a_subscription(METERED, anchor=JANUARY, pause_collection=pause)
    renewal = renewed(subscription, terms_of(METERED))
    assert (renewal.invoice, renewal.subscription.pause_collection) == (None, None)
    assert renewal.subscription == msgspec.structs.replace(
        subscription, pause_collection=None, revision=1
    )
    assert [work.due_at for work in renewal.due] == [FEBRUARY]


def test_tiers_go_on_where_an_invoice_at_a_threshold_stopped() -> None:
    price = a_price(scheme="graduated")
    subscription = a_subscription(price, anchor=JANUARY)
    item = msgspec.structs.replace(subscription.items[0], billed_before=Decimal(9))
    # Nine were billed by then, four have come late from before, and one is of the last second.
    events = [
        Happened(JANUARY, JANUARY, Decimal(9)),
        Happened(JANUARY, FEBRUARY, Decimal(4)),
        Happened(FEBRUARY - 1, FEBRUARY, Decimal(1)),
    ]
    billed = msgspec.structs.replace(subscription, items=(item,))
    renewal = renewed(billed, terms_of(price), events=events)
    assert renewal.invoice is not None
    assert [line.amount for line in renewal.invoice.lines] == [3, 2, 7]
    assert renewal.subscription.items[0].billed_before == 0
