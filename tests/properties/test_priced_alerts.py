"""Alerts on money fire with the row that a scan finds which prices everything after every row."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from taximeter.alerts.alert import Alert, CreditBalanceThreshold, SpendThreshold
from taximeter.alerts.credit_balance import CreditBalanceCondition
from taximeter.alerts.priced import Followed, followed
from taximeter.alerts.spend import SpendCondition, gte
from taximeter.alerts.watches import Condition, Row, Series
from taximeter.invoicing.credit_left import credit_left
from taximeter.invoicing.spend import running, spend
from taximeter.invoicing.standing import Quantities, Standing, quantities_wanted
from taximeter.kit import decimals
from tests.invoicing.changes import meter
from tests.properties.test_standing import standings
from tests.subscriptions.examples import NOW

Batch = list[tuple[int, Decimal]]
"""Rows: which quantity, and what is added to it."""

SPEND: Followed = {("mtr_test_tokens", ()): Series(lane="spend", meter=meter())}
CREDITS: Followed = {("mtr_test_tokens", ()): Series(lane="credit_balance", meter=meter())}
RECEIVED = (NOW + 3_600) * 1_000_000
batches = st.lists(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 9).map(Decimal) | st.decimals(-3, 9, places=2)),
        min_size=1,
        max_size=3,
    ),
    min_size=3,
    max_size=20,
)
shares = st.integers(1, 100)
"""How much of the way from the first number to the last a threshold lies, in per cent."""


def a_row(seq: int, delta: Decimal) -> Row:
    return Row(
        seq=seq,
        received_at_us=RECEIVED + seq,
        canceled=delta < 0,
        timestamp_us=RECEIVED,
        value=abs(delta),
        value_text=None,
    )


def fired(condition: Condition, batches: Sequence[Batch]) -> dict[str, tuple[int, Decimal]]:
    """Evaluate in batches as evaluation does: looking only where a total could come to a number."""
    count = len(condition.quantities)
    totals = [Decimal(0)] * count
    found: dict[str, tuple[int, Decimal]] = {}
    looks = condition.look_at(totals)
    seq = 0
    for batch in batches:
        rows = [(place % count, delta) for place, delta in batch] if count else []
        plus: dict[int, Decimal] = defaultdict(Decimal)
        for place, delta in rows:
            plus[place] += max(Decimal(0), delta)
        could = any(
            (look := looks[place]) is not None and totals[place] + added >= look
            for place, added in plus.items()
        )
        for place, delta in rows:
            seq += 1
            totals[place] = decimals.total((totals[place], delta))
            if could:
                for one in condition.crossings(totals, a_row(seq, delta)):
                    assert one.alert not in found
                    found[one.alert] = (one.row.seq, one.value)
        if could:
            looks = condition.look_at(totals)
    return found


def scanned(
    number: Any, holds: Any, keys: Sequence[Any], standing: Standing, batches: Sequence[Batch]
) -> tuple[int, Decimal] | None:
    totals: Quantities = dict.fromkeys(quantities_wanted(standing), Decimal(0))
    if not keys:
        return None
    rows = [one for batch in batches for one in batch]
    for seq, (place, delta) in enumerate(rows, start=1):
        key = keys[place % len(keys)]
        totals = {**totals, key: decimals.total((totals[key], delta))}
        value = number(standing, totals, "usd")
        if holds(value):
            return seq, Decimal(value)
    return None


def an_alert(id: str, **fields: Any) -> Alert:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": NOW,
        "title": "An alert",
        "active_since_us": RECEIVED,
        "after_seq": 0,
    }
    return Alert(id=id, **{**plain, **fields})


def on_spend(id: str, gte: int, **fields: Any) -> Alert:
    threshold = SpendThreshold(gte=gte, currency="usd", recurrence="billing_period")
    return an_alert(id, alert_type="spend_threshold", spend_threshold=threshold, **fields)


def on_credits(lte: int, **fields: Any) -> Alert:
    threshold = CreditBalanceThreshold(lte=lte, currency="usd")
    return an_alert(
        "alrt_1",
        alert_type="credit_balance_threshold",
        credit_balance_threshold=threshold,
        **fields,
    )


def at_the_end(
    number: Any, keys: Sequence[Any], standing: Standing, batches: Sequence[Batch]
) -> tuple[int, int]:
    """The number before the first row and after the last."""
    totals = dict.fromkeys(quantities_wanted(standing), Decimal(0))
    before = number(standing, totals, "usd")
    for place, delta in [one for batch in batches for one in batch] if keys else ():
        totals[keys[place % len(keys)]] += delta
    return before, number(standing, totals, "usd")


@settings(max_examples=200)
@given(standings(), st.lists(shares, min_size=1, max_size=3), batches)
def test_spend_fires_with_the_row_that_a_scan_finds(
    standing: Standing, thresholds: list[int], batches: list[Batch]
) -> None:
    keys = followed((one.key for one in running(standing, "usd")), SPEND)
    first, last = at_the_end(spend, keys, standing, batches)
    alerts = [
        on_spend(f"alrt_{place}", max(1, first + (last - first) * share // 100))
        for place, share in enumerate(thresholds)
    ]
    condition = SpendCondition(standing, "usd", alerts, told=(), series=SPEND)
    expected = {}
    for alert in alerts:
        limit = gte(alert)
        crossing = scanned(
            spend, lambda value, limit=limit: value >= limit, keys, standing, batches
        )
        if crossing is not None:
            expected[alert.id] = crossing
    assert fired(condition, batches) == expected


@settings(max_examples=200)
@given(standings(), shares, batches)
def test_credits_fire_with_the_row_that_a_scan_finds(
    standing: Standing, share: int, batches: list[Batch]
) -> None:
    keys = followed(quantities_wanted(standing), CREDITS)
    first, last = at_the_end(credit_left, keys, standing, batches)
    lte = max(0, first - max(1, (first - last) * share // 100))
    condition = CreditBalanceCondition(standing, on_credits(lte), rounds=0, series=CREDITS)
    crossing = scanned(credit_left, lambda left: left <= lte, keys, standing, batches)
    held = any(grant.effective_at <= standing.now for grant in standing.grants)
    assert fired(condition, batches) == ({"alrt_1": crossing} if crossing and held else {})


@given(standings(), st.integers(0, 250), batches)
def test_a_low_balance_is_told_again_only_once_it_has_recovered(
    standing: Standing, lte: int, batches: list[Batch]
) -> None:
    condition = CreditBalanceCondition(standing, on_credits(lte), rounds=1, series=CREDITS)
    assert fired(condition, batches) == {}
    nothing = [Decimal(0) for _ in condition.quantities]
    left = credit_left(standing, dict.fromkeys(quantities_wanted(standing), Decimal(0)), "usd")
    told = condition.crossings(nothing, a_row(1, Decimal(0)))
    held = any(grant.effective_at <= standing.now for grant in standing.grants)
    assert [(int(one.value), one.round, one.recovered) for one in told] == (
        [(left, 1, True)] if held and left > lte else []
    )


@given(standings(), batches)
def test_rows_from_before_an_alert_was_active_count_and_do_not_fire(
    standing: Standing, batches: list[Batch]
) -> None:
    rows = [one for batch in batches for one in batch]
    since = len(rows) // 2 + 1
    alert = on_spend("alrt_1", 1, active_since_us=RECEIVED + since)
    found = fired(SpendCondition(standing, "usd", [alert], told=(), series=SPEND), batches)
    assert all(seq >= since for seq, _ in found.values())


@given(standings(), batches)
def test_a_round_that_was_told_is_over(standing: Standing, batches: list[Batch]) -> None:
    items = running(standing, "usd")
    period = max((one.period_start for one in items), default=0)
    told = {("alrt_1", standing.customer.id, period * 1_000_000)}
    condition = SpendCondition(standing, "usd", [on_spend("alrt_1", 1)], told=told, series=SPEND)
    assert condition.idle
    assert fired(condition, batches) == {}
