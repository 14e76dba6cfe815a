"""What is promised of a customer's spend and credits holds, whatever the prices."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from taximeter.invoicing.credit_left import credit_headroom, credit_left
from taximeter.invoicing.invoice import MeteredUsage
from taximeter.invoicing.lines import metered_lines
from taximeter.invoicing.renewal import renew, usage_keys
from taximeter.invoicing.spend import spend, spend_headroom, spend_max
from taximeter.invoicing.standing import Quantities, Standing, quantities_wanted, to_come
from taximeter.invoicing.usage import UsageKey
from taximeter.kit import decimals
from taximeter.pricing.price import Price
from tests.credits.world import a_grant
from tests.invoicing.standings import a_standing, a_subscription
from tests.properties.test_reach import prices
from tests.subscriptions.examples import NOW, seats

DAY = 86_400
values = st.decimals(-5, 60, places=2) | st.integers(0, 60).map(Decimal)
few = st.decimals(0, 30, places=1)


@st.composite
def standings(draw: DrawFn) -> Standing:
    """One to three subscriptions to one to three prices, perhaps a draft, a few grants."""
    known: list[Price] = [seats()]
    subscriptions = []
    for place in range(draw(st.integers(1, 3))):
        own = [
            msgspec.structs.replace(price, id=f"price_{place}_{number}")
            for number, price in enumerate(draw(st.lists(prices("usd"), min_size=1, max_size=3)))
        ]
        known += own
        licensed = [seats()] if draw(st.booleans()) else []
        subscriptions.append(
            a_subscription(
                str(place),
                *own,
                *licensed,
                billed_before=draw(st.just(Decimal(0)) | few),
                now=NOW - draw(st.integers(0, 20)) * DAY,
            )
        )
    drafts = []
    if draw(st.booleans()):
        (before, *_) = subscriptions
        at = before.current_period_end
        standing = a_standing(known, subscriptions)
        keys = usage_keys(before, at=at, terms=standing.terms)
        renewal = renew(
            before,
            at=at,
            now=at,
            terms=standing.terms,
            usage={key: _measured(key, draw(values)) for key in keys.values()},
            pending=(),
            settings=standing.settings,
        )
        subscriptions[0] = renewal.subscription
        assert renewal.invoice is not None
        drafts.append(renewal.invoice)
    grants = [
        a_grant(
            str(number),
            amount=draw(st.integers(0, 300)),
            priority=draw(st.integers(0, 1)),
            prices=tuple(
                draw(st.sets(st.sampled_from([price.id for price in known[1:]]), max_size=2))
            ),
            effective_at=NOW + draw(st.sampled_from([-DAY, DAY])),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return a_standing(known, subscriptions, grants=grants, drafts=drafts)


def _measured(key: UsageKey, value: Decimal) -> MeteredUsage:
    return MeteredUsage(meter=key.meter, start=key.start, end=key.end, as_of_us=1, value=value)


def drawn_quantities(data: st.DataObject, standing: Standing) -> dict[UsageKey, Decimal]:
    keys = sorted(quantities_wanted(standing), key=lambda key: (key.meter, key.start, key.end))
    return {key: data.draw(values) for key in keys}


def moved(
    data: st.DataObject, quantities: Quantities, rooms: dict[UsageKey, Decimal]
) -> dict[UsageKey, Decimal]:
    """Quantities within their rooms: at the very end of them, within, or fallen."""
    found = dict(quantities)
    for key, room in rooms.items():
        if room == 0:
            continue
        room = min(room, Decimal(100))
        change = data.draw(st.sampled_from([room, Decimal(0)]) | st.decimals(0, room, places=3))
        fall = data.draw(st.just(Decimal(0)) | few)
        found[key] = decimals.total((found[key], change, -fall))
    return found


@given(standings(), st.data())
def test_spend_is_what_the_next_invoices_bill_of_running_periods(
    standing: Standing, data: st.DataObject
) -> None:
    quantities = drawn_quantities(data, standing)
    expected = 0
    for subscription in standing.subscriptions:
        keys = usage_keys(subscription, at=subscription.current_period_end, terms=standing.terms)
        for item in subscription.items:
            if item.id in keys:
                lines = metered_lines(
                    subscription,
                    item,
                    standing.terms.prices[item.price],
                    _measured(keys[item.id], quantities[keys[item.id]]),
                    name="",
                )
                expected += sum(line.amount for line in lines)
    assert spend(standing, quantities, "usd") == expected


@given(standings(), st.integers(1, 400), st.data())
def test_spend_stays_below_a_threshold_within_the_headroom(
    standing: Standing, ahead: int, data: st.DataObject
) -> None:
    quantities = drawn_quantities(data, standing)
    gte = spend(standing, quantities, "usd") + ahead
    rooms = spend_headroom(standing, quantities, "usd", gte=gte)
    assert spend(standing, moved(data, quantities, rooms), "usd") < gte


@given(standings(), st.data())
def test_nothing_is_promised_once_a_threshold_is_met(
    standing: Standing, data: st.DataObject
) -> None:
    quantities = drawn_quantities(data, standing)
    gte = spend(standing, quantities, "usd")
    assert set(spend_headroom(standing, quantities, "usd", gte=gte).values()) == {Decimal(0)}


@given(standings(), st.data())
def test_spend_is_never_more_than_its_bound(standing: Standing, data: st.DataObject) -> None:
    quantities = drawn_quantities(data, standing)
    plus = {key: data.draw(few) for key in quantities}
    minus = {key: data.draw(few) for key in quantities}
    bound = spend_max(standing, quantities, "usd", plus=plus, minus=minus)
    within = {
        key: data.draw(
            st.decimals(
                decimals.difference(value, minus[key]), decimals.total((value, plus[key])), places=2
            )
        )
        for key, value in quantities.items()
    }
    assert spend(standing, within, "usd") <= bound


@given(standings(), st.integers(1, 200), st.data())
def test_credits_stay_above_a_threshold_within_the_headroom(
    standing: Standing, above: int, data: st.DataObject
) -> None:
    quantities = drawn_quantities(data, standing)
    lte = credit_left(standing, quantities, "usd") - above
    rooms = credit_headroom(standing, quantities, "usd", lte=lte)
    assert credit_left(standing, moved(data, quantities, rooms), "usd") > lte


@given(standings(), st.data())
def test_what_invoices_to_come_are_paid_by_is_missing_in_the_end(
    standing: Standing, data: st.DataObject
) -> None:
    quantities = drawn_quantities(data, standing)
    owed: Sequence[int] = [max(0, invoice.subtotal) for invoice in to_come(standing, quantities)]
    granted = sum(grant.amount for grant in standing.grants if grant.effective_at <= standing.now)
    left = credit_left(standing, quantities, "usd")
    assert max(0, granted - sum(owed)) <= left <= granted
