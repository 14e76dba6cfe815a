"""What a change in mid-period comes to. September has 30 days; the tenth of them is over."""

from taximeter.subscriptions.items import ItemChange
from tests.invoicing.changes import change, meter, terms
from tests.pricing.examples import filtered
from tests.subscriptions.examples import NOW, moment, seats, subscribe, tokens

CENT, DIME = tokens(), tokens(id="price_dime", amount="10")
SEATS, ANNUAL = seats(), seats(id="price_annual", amount="36500", interval="year")
KNOWN = terms(CENT, DIME, SEATS, ANNUAL)
LATER = moment("2026-09-11T12:00")
END = moment("2026-10-01T12:00")


def test_more_seats_pay_for_what_is_left_of_the_period() -> None:
    before = subscribe(SEATS)
    more = (ItemChange(id=before.items[0].id, quantity=3),)
    assert change(before, KNOWN, now=LATER, items=more)[1] == [
        (-4_000, LATER, END),
        (6_000, LATER, END),
    ]
    assert change(before, KNOWN, now=LATER, items=more, proration_behavior="none")[1] == []


def test_prorations_can_be_dated_back() -> None:
    before = subscribe(SEATS)
    at = moment("2026-09-06T12:00")
    more = (ItemChange(id=before.items[0].id, quantity=4),)
    assert change(before, KNOWN, now=LATER, at=at, items=more)[1] == [
        (-5_000, at, END),
        (10_000, at, END),
    ]


def test_an_item_that_is_added_or_removed_is_prorated() -> None:
    before = subscribe(CENT)
    after, made = change(before, KNOWN, now=LATER, items=(ItemChange(price=SEATS.id),))
    assert made == [(2_000, LATER, END)]
    removed = (ItemChange(id=after.items[1].id, deleted=True),)
    assert change(after, KNOWN, now=LATER, items=removed)[1] == [(-2_000, LATER, END)]


def test_a_metered_price_that_goes_bills_its_usage_so_far() -> None:
    before = subscribe(CENT)
    swap = (ItemChange(id=before.items[0].id, price=DIME.id),)
    after, made = change(before, KNOWN, now=LATER, items=swap)
    assert (made, after.items[0].usage_start) == ([(100, NOW, LATER)], LATER)
    assert change(before, KNOWN, now=LATER, items=swap, proration_behavior="none")[1] == []


def test_classic_mode_drops_usage_before_a_swap() -> None:
    before = subscribe(CENT, billing_mode="classic")
    swap = (ItemChange(id=before.items[0].id, price=DIME.id),)
    after, made = change(before, KNOWN, now=LATER, items=swap)
    assert (made, after.items[0].usage_start) == ([], LATER)


def test_a_running_day_of_a_meter_of_days_waits_for_the_price_that_follows() -> None:
    known = terms(CENT, DIME, counts=meter(event_time_window="day", formula="last"))
    before = subscribe(CENT)
    swap = (ItemChange(id=before.items[0].id, price=DIME.id),)
    after, made = change(before, known, now=LATER, items=swap)
    midnight = moment("2026-09-11T00:00")
    assert (made, after.items[0].usage_start) == ([(100, NOW, midnight)], midnight)


def test_a_running_day_is_billed_where_the_price_that_follows_is_for_other_usage() -> None:
    other = filtered("price_other", model=("opus",))
    known = terms(CENT, other, counts=meter(event_time_window="day", dimension_keys=("model",)))
    before = subscribe(CENT)
    swap = (ItemChange(id=before.items[0].id, price=other.id),)
    after, made = change(before, known, now=LATER, items=swap)
    assert (made, after.items[0].usage_start) == ([(100, NOW, LATER)], LATER)


def test_an_anchor_of_now_bills_the_period_so_far_and_the_next_one() -> None:
    before = subscribe(CENT, SEATS)
    new_end = moment("2026-10-11T12:00")
    assert change(before, KNOWN, now=LATER, billing_cycle_anchor="now")[1] == [
        (-4_000, LATER, END),
        (100, NOW, LATER),
        (6_000, LATER, new_end),
    ]
    unprorated = change(
        before, KNOWN, now=LATER, billing_cycle_anchor="now", proration_behavior="none"
    )
    assert unprorated[1] == [(100, NOW, LATER), (6_000, LATER, new_end)]


def test_another_interval_pays_back_and_bills_a_whole_period() -> None:
    before = subscribe(SEATS)
    annual = (ItemChange(id=before.items[0].id, price=ANNUAL.id),)
    assert change(before, KNOWN, now=LATER, items=annual)[1] == [
        (-4_000, LATER, END),
        (73_000, LATER, moment("2027-09-11T12:00")),
    ]


def test_nothing_is_owed_for_changes_in_a_trial_and_all_of_a_period_at_its_end() -> None:
    before = subscribe(CENT, SEATS, trial_period_days=30)
    more = (ItemChange(id=before.items[1].id, quantity=5),)
    changed, made = change(before, KNOWN, now=LATER, items=more)
    assert made == []
    assert change(changed, KNOWN, now=LATER, trial_end="now")[1] == [
        (15_000, LATER, moment("2026-10-11T12:00"))
    ]


def test_a_trial_that_begins_pays_back_and_bills_usage_so_far() -> None:
    before = subscribe(CENT, SEATS)
    after, made = change(before, KNOWN, now=LATER, trial_end=moment("2026-12-01T00:00"))
    assert made == [(-4_000, LATER, END), (100, NOW, LATER)]
    assert after.items[0].usage_start == moment("2026-12-01T00:00")


def test_an_end_that_is_set_and_moved_is_paid_back_and_charged() -> None:
    before = subscribe(SEATS)
    early, later = moment("2026-09-16T12:00"), moment("2026-09-21T12:00")
    ending, paid_back = change(before, KNOWN, now=LATER, cancel_at=early)
    assert paid_back == [(-3_000, early, END)]
    moved, charged = change(ending, KNOWN, now=LATER, cancel_at=later)
    assert charged == [(1_000, early, later)]
    assert change(moved, KNOWN, now=LATER, cancel_at=None)[1] == [(2_000, later, END)]


def test_an_end_that_was_not_prorated_is_not_charged_when_it_goes() -> None:
    before = subscribe(SEATS)
    ending, made = change(
        before,
        KNOWN,
        now=LATER,
        cancel_at=moment("2026-09-16T12:00"),
        proration_behavior="none",
    )
    assert made == []
    assert change(ending, KNOWN, now=LATER, cancel_at=None)[1] == []
