"""What a new subscription owes at once."""

import pytest

from taximeter.errors import InvalidRequest
from tests.invoicing.changes import first, terms
from tests.subscriptions.examples import NOW, moment, seats, subscribe, tokens

TOKENS, SEATS = tokens(), seats()
KNOWN = terms(TOKENS, SEATS)
END = moment("2026-10-01T12:00")


def test_seats_are_paid_in_advance_and_tokens_are_not() -> None:
    assert first(subscribe(TOKENS, SEATS), KNOWN) == [(6_000, NOW, END)]


def test_tokens_alone_owe_nothing_and_a_line_of_nothing_in_classic_mode() -> None:
    assert first(subscribe(TOKENS), KNOWN) == []
    assert first(subscribe(TOKENS, billing_mode="classic"), KNOWN) == [(0, NOW, END)]


def test_a_trial_has_a_line_of_nothing_for_each_item() -> None:
    end = moment("2026-09-15T12:00")
    made = first(subscribe(TOKENS, SEATS, trial_period_days=14), KNOWN)
    assert made == [(0, NOW, end), (0, NOW, end)]


def test_a_period_cut_short_costs_its_share() -> None:
    # From 1 September 12:00 to the 16th 12:00: 15 days of the 31 from 16 August.
    anchor = moment("2026-09-16T12:00")
    made = subscribe(SEATS, billing_cycle_anchor=anchor)
    assert first(made, KNOWN) == [(round(6_000 * 15 / 31), NOW, anchor)]
    assert first(made, KNOWN, "none") == []


def test_a_backdated_start_is_billed_period_by_period() -> None:
    # Anchored now: 1 August to 1 September is whole, and what lies before it has 12 of 31 days.
    start, august = moment("2026-07-20T12:00"), moment("2026-08-01T12:00")
    made = subscribe(TOKENS, SEATS, backdate_start_date=start)
    assert first(made, KNOWN) == [
        (100, start, august),
        (100, august, NOW),
        (round(6_000 * 12 / 31), start, august),
        (6_000, august, NOW),
        (6_000, NOW, END),
    ]
    free = subscribe(TOKENS, SEATS, backdate_start_date=start, proration_behavior="none")
    assert first(free, KNOWN, "none") == [(6_000, NOW, END)]


def test_backdated_usage_waits_in_classic_mode() -> None:
    start = moment("2026-07-20T12:00")
    made = subscribe(TOKENS, backdate_start_date=start, billing_mode="classic")
    assert first(made, KNOWN) == [(0, NOW, END)]
    assert made.items[0].usage_start == start


def test_a_start_cannot_lie_further_back_than_an_invoice_is_long() -> None:
    daily = seats(id="price_daily", interval="day")
    made = subscribe(daily, backdate_start_date=moment("2025-01-01T12:00"))
    with pytest.raises(InvalidRequest, match="later backdate_start_date"):
        first(made, terms(daily))


def test_time_past_a_known_end_is_not_billed() -> None:
    cancel_at = moment("2026-09-11T12:00")
    made = subscribe(SEATS, cancel_at=cancel_at)
    assert first(made, KNOWN) == [(2_000, NOW, cancel_at)]
