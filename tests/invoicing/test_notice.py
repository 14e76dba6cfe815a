"""When notice is given: pure, from a subscription or an invoice and the settings."""

from typing import Any

import msgspec
import pytest

from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.notice import invoice_notices, subscription_notices
from taximeter.kit.periods import DAY_SECONDS as DAY
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription
from tests.invoicing.books import a_price, a_subscription

JANUARY = 1_767_225_600
FEBRUARY = JANUARY + 31 * DAY
END = FEBRUARY
PRICE = a_price()


def monthly(**fields: Any) -> Subscription:
    return a_subscription(PRICE, anchor=JANUARY, **fields)


def trialing(days: int, **fields: Any) -> Subscription:
    end = JANUARY + days * DAY
    made = monthly(status="trialing", trial_start=JANUARY, trial_end=end, **fields)
    items = [msgspec.structs.replace(one, current_period_end=end) for one in made.items]
    return msgspec.structs.replace(made, items=tuple(items))


def notices(
    after: Subscription,
    before: Subscription | None = None,
    *,
    now: int = JANUARY,
    **settings: Any,
) -> dict[str, float]:
    """In how many days of January each notice is given."""
    made = subscription_notices(after, before=before, now=now, settings=Settings(**settings))
    return {one.kind: (one.due_at - JANUARY) / DAY for one in made}


@pytest.mark.parametrize(
    ("subscription", "settings", "expected"),
    [
        pytest.param(monthly(), {}, {"upcoming_invoice": 24}, id="a week before the end"),
        pytest.param(
            monthly(), {"upcoming_invoice_days": 30}, {"upcoming_invoice": 1}, id="other days"
        ),
        pytest.param(
            monthly(), {"upcoming_invoice_days": 32}, {"upcoming_invoice": 0}, id="short period"
        ),
        pytest.param(monthly(), {"upcoming_invoice_days": 0}, {}, id="none is wanted"),
        pytest.param(
            monthly(cancel_at=JANUARY + 20 * DAY), {}, {"upcoming_invoice": 13}, id="ends earlier"
        ),
        pytest.param(
            monthly(cancel_at_period_end=True), {}, {"upcoming_invoice": 24}, id="last invoice"
        ),
        pytest.param(monthly(status="canceled"), {}, {}, id="over"),
        pytest.param(
            trialing(14), {}, {"upcoming_invoice": 7, "trial_will_end": 11}, id="a long trial"
        ),
        pytest.param(
            trialing(2), {}, {"upcoming_invoice": 0, "trial_will_end": 0}, id="a short trial"
        ),
    ],
)
def test_a_new_subscription_calls_for_notice(
    subscription: Subscription, settings: dict[str, Any], expected: dict[str, float]
) -> None:
    assert notices(subscription, **settings) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(monthly(), monthly(description="x"), {}, id="nothing of the kind"),
        pytest.param(monthly(), monthly(cancel_at_period_end=True), {}, id="the same end"),
        pytest.param(
            monthly(),
            monthly(cancel_at=JANUARY + 28 * DAY),
            {"upcoming_invoice": 25},
            id="an earlier end, and the moment gone by",
        ),
        pytest.param(
            trialing(14),
            trialing(40),
            {"upcoming_invoice": 33, "trial_will_end": 37},
            id="a trial made longer",
        ),
        pytest.param(
            trialing(27),
            msgspec.structs.replace(monthly(), trial_start=JANUARY, trial_end=JANUARY + 25 * DAY),
            {"upcoming_invoice": 25, "trial_will_end": 25},
            id="a trial ended at once",
        ),
    ],
)
def test_a_change_calls_for_notice_of_what_is_another(
    before: Subscription, after: Subscription, expected: dict[str, float]
) -> None:
    assert notices(after, before, now=JANUARY + 25 * DAY) == expected


def an_invoice(**fields: Any) -> Invoice:
    plain: dict[str, Any] = {
        "id": "in_1",
        "environment": 2,
        "created": JANUARY,
        "customer": "cus_1",
        "currency": "usd",
        "billing_reason": "subscription_cycle",
        "period_start": JANUARY,
        "period_end": JANUARY,
        "status": "open",
        "finalized_at": JANUARY,
        "due_date": JANUARY + 10 * DAY,
    }
    return Invoice(**{**plain, **fields})


@pytest.mark.parametrize(
    ("invoice", "settings", "expected"),
    [
        pytest.param(
            an_invoice(), {}, [("invoice.will_be_due", 7), ("invoice.overdue", 10)], id="both"
        ),
        pytest.param(
            an_invoice(due_date=JANUARY + 3 * DAY), {}, [("invoice.overdue", 3)], id="due too soon"
        ),
        pytest.param(an_invoice(due_date=JANUARY), {}, [("invoice.overdue", 0)], id="due at once"),
        pytest.param(
            an_invoice(due_date=JANUARY - DAY), {}, [("invoice.overdue", 0)], id="due long ago"
        ),
        pytest.param(
            an_invoice(),
            {"invoice_due_notice_days": 0},
            [("invoice.overdue", 10)],
            id="no word before",
        ),
        pytest.param(an_invoice(due_date=None), {}, [], id="charged automatically"),
        pytest.param(an_invoice(status="paid"), {}, [], id="paid"),
        pytest.param(an_invoice(status="void"), {}, [], id="taken back"),
        pytest.param(an_invoice(status="uncollectible"), {}, [], id="written off"),
        pytest.param(an_invoice(status="draft", finalized_at=None), {}, [], id="a draft"),
    ],
)
def test_an_unpaid_invoice_calls_for_notice(
    invoice: Invoice, settings: dict[str, Any], expected: list[tuple[str, float]]
) -> None:
    made = invoice_notices(invoice, settings=Settings(**settings))
    assert [(type, (due.due_at - JANUARY) / DAY) for type, due in made] == expected
