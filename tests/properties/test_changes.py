"""Whatever is changed and whenever: usage is billed once, and licensed time is paid once."""

from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from taximeter.invoicing.adjustment import (
    Adjustment,
    adjusted,
    billed_usage,
    ended_usage,
    opening_lines,
    prorations,
)
from taximeter.invoicing.boundary import next_due
from taximeter.invoicing.first import begun, first_lines, past_usage
from taximeter.invoicing.renewal import renew, usage_keys
from taximeter.settings import Settings
from taximeter.subscriptions.items import ItemChange
from taximeter.subscriptions.subscription import Subscription
from taximeter.subscriptions.update import SubscriptionChange, update
from tests.invoicing.changes import meter, terms, used
from tests.subscriptions.examples import NOW, seats, subscribe, tokens

HOUR, DAY = 3_600, 86_400
CENT, DIME = tokens(), tokens(id="price_dime", amount="10")
# A week's seat costs a cent a second, so that amounts count the seconds that were paid.
SEATS = seats(amount=str(7 * DAY), interval="week")
WEEKLY = [tokens(id="price_a", interval="week"), tokens(id="price_b", interval="week")]

steps = st.tuples(
    st.integers(0, 20 * DAY),
    st.sampled_from(["swap", "anchor", "trial", "trial now", "quantity", "end", "no end"]),
)


class Life:
    """A subscription through renewals and changes, with what each of its items was billed for."""

    def __init__(self, subscription: Subscription, known: Any) -> None:
        self.known = known
        self.spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self.paid = 0
        past = past_usage(subscription, known)
        self.note({key.start: key for some in past.values() for key in some}, subscription)
        usage = used({key: key for some in past.values() for key in some})
        lines = first_lines(
            subscription, known, behavior="create_prorations", past=past, usage=usage
        )
        self.pay(lines)
        self.subscription = begun(subscription, past)

    def note(self, keys: Any, subscription: Subscription) -> None:
        """Note which spans of an item's usage are billed."""
        for id, key in keys.items():
            self.spans[id].append((key.start, key.end))

    def pay(self, lines: Any) -> None:
        """Count what is paid for seats."""
        self.paid += sum(line.amount for line in lines if line.price == SEATS.id)

    def go_to(self, moment: int) -> None:
        """Renew at each boundary up to a moment."""
        while (due := next_due(self.subscription)) is not None and due.due_at <= moment:
            keys = usage_keys(self.subscription, at=due.due_at, terms=self.known)
            self.note(keys, self.subscription)
            renewal = renew(
                self.subscription,
                at=due.due_at,
                now=due.due_at,
                terms=self.known,
                usage=used(keys),
                pending=(),
                settings=Settings(),
            )
            self.pay(renewal.invoice.lines if renewal.invoice is not None else ())
            self.subscription = renewal.subscription

    def change(self, asked: SubscriptionChange, now: int) -> None:
        """Change the subscription and bill what that comes to."""
        updated = update(self.subscription, asked, prices=self.known.prices, now=now)
        adjustment = Adjustment(
            before=self.subscription,
            after=updated.subscription,
            new_period=updated.new_period,
            behavior="create_prorations",
            at=now,
            now=now,
        )
        ended = ended_usage(adjustment, self.known)
        assert billed_usage(adjustment, ended) == ended
        self.note(ended, self.subscription)
        self.pay([*prorations(adjustment, self.known), *opening_lines(adjustment, self.known)])
        self.subscription = adjusted(adjustment, self.known, ended)


def asked(life: Life, what: str, now: int) -> SubscriptionChange | None:
    item = life.subscription.items[0]
    trialing = life.subscription.status == "trialing"
    match what:
        case "swap" if item.price != SEATS.id:
            other = next(one.id for one in WEEKLY if one.id != item.price)
            return SubscriptionChange(items=(ItemChange(id=item.id, price=other),))
        case "quantity" if item.price == SEATS.id:
            quantity = 3 - (item.quantity or 1)
            return SubscriptionChange(items=(ItemChange(id=item.id, quantity=quantity),))
        case "anchor" if not trialing:
            return SubscriptionChange(billing_cycle_anchor="now")
        case "trial":
            return SubscriptionChange(trial_end=now + 3 * DAY + 5)
        case "trial now" if trialing:
            return SubscriptionChange(trial_end="now")
        case "end":
            return SubscriptionChange(cancel_at=now + 30 * HOUR)
        case "no end":
            return SubscriptionChange(cancel_at=None)
        case _:
            return None


def lived(life: Life, walk: list[tuple[int, str]]) -> list[tuple[int, int]]:
    """Walk through a life, and return its trials up to its end."""
    now, trials = NOW, []
    for seconds, what in walk:
        now += seconds
        life.go_to(now)
        if life.subscription.status == "canceled":
            break
        change = asked(life, what, now)
        if change is None:
            continue
        before = life.subscription
        life.change(change, now)
        if life.subscription.trial_end != before.trial_end:
            trials.append((now, life.subscription.trial_end or now))
    life.go_to(now + 60 * DAY)
    return trials


@given(walk=st.lists(steps, max_size=8), window=st.sampled_from([None, "hour", "day"]))
def test_usage_of_an_item_is_billed_without_gap_or_overlap_but_for_trials(
    walk: list[tuple[int, str]], window: Any
) -> None:
    life = Life(subscribe(WEEKLY[0]), terms(*WEEKLY, counts=meter(event_time_window=window)))
    trials = lived(life, walk)
    (item,) = life.subscription.items
    reached = NOW
    for start, end in life.spans[item.id]:
        assert start <= end
        gap_is_trial = any(begun_at <= start and reached <= start for begun_at, _ in trials)
        assert start == reached or (start > reached and gap_is_trial)
        reached = end
    assert item.usage_start >= reached


@given(walk=st.lists(steps, max_size=8))
def test_seats_are_paid_for_each_second_they_are_had_and_for_no_other(
    walk: list[tuple[int, str]],
) -> None:
    life = Life(subscribe(SEATS), terms(SEATS))
    expected, now, quantity = 0, NOW, 2
    for seconds, what in walk:
        reached = now + seconds
        expected += owed(life, now, reached, quantity)
        life.go_to(reached)
        now = reached
        if life.subscription.status == "canceled":
            break
        change = asked(life, what, now)
        if change is not None:
            life.change(change, now)
            quantity = life.subscription.items[0].quantity or 1
    subscription = life.subscription
    if subscription.status == "active":
        expected += quantity * (subscription.serves_until - now)
    assert abs(life.paid - expected) <= 60, "a cent for each rounding"


def owed(life: Life, start: int, end: int, quantity: int) -> int:
    """Return what the seconds between two moments cost, of which a trial's cost nothing."""
    subscription = life.subscription
    if subscription.status == "trialing":
        start = min(end, max(start, subscription.current_period_end))
    if subscription.cancel_at is not None:
        end = max(start, min(end, subscription.cancel_at))
    return quantity * (end - start)
