"""What is looked at when: billing periods, alerts made late, customers that are gone."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter.alerts.alert import Alert, UsageThreshold
from taximeter.alerts.manage import (
    activate_alert,
    archive_alert,
    create_alert,
    deactivate_alert,
)
from taximeter.pricing.price import CurrencyOption, Price, Recurring
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem
from tests.alerts.world import World, open_world
from tests.oracle.worked import (
    DAY_US,
    MIDNIGHT,
    MIDNIGHT_US,
    a_meter,
    an_event,
    cancellation,
    logged,
)

METER = a_meter()
DAY = DAY_US // 1_000_000
SEPTEMBER_US = 1_788_220_800_000_000


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as world:
        world.add_meters(METER)
        world.add_customers(2, "cus_1", "cus_2")
        yield world


def use(
    world: World, value: str, *, at_us: int = MIDNIGHT_US, received_us: int | None = None
) -> None:
    """Add an event of the first customer."""
    seq = world.head_seq + 1
    received = received_us or max(world.now_us + 1, MIDNIGHT_US)
    event = an_event(METER, value, at_us=at_us, identifier=f"event {seq}")
    world.append([logged(event, seq=seq, received_at_us=received)])


def ten(world: World, **fields: Any) -> Alert:
    """Make an alert at ten."""
    threshold = UsageThreshold(
        meter=METER.id, gte=Decimal(10), recurrence=fields.pop("recurrence", "one_time")
    )
    return world.add_alert(world.alert(1, METER, threshold, **fields))


def told(world: World) -> list[tuple[int, Decimal]]:
    """The rows and the totals that were told by now."""
    world.evaluate()
    return [(one.seq, one.value) for one in world.told]


def subscribe(world: World, *, anchor: int) -> None:
    """Subscribe the first customer to a price of the meter, every ten days."""
    price = Price(
        id="price_1",
        environment=2,
        created=0,
        product="prod_1",
        currency="usd",
        currency_options={"usd": CurrencyOption(unit_amount=Decimal(1))},
        recurring=Recurring(
            interval="day", interval_count=10, usage_type="metered", meter=METER.id
        ),
    )
    item = SubscriptionItem(
        id="si_1",
        created=0,
        price=price.id,
        current_period_start=anchor,
        current_period_end=anchor + 10 * DAY,
        usage_start=anchor,
    )
    with world.records.writing() as unit:
        unit.prices.add(price)
        unit.subscriptions.add(
            Subscription(
                id="sub_1",
                environment=2,
                created=0,
                customer="cus_1",
                currency="usd",
                status="active",
                billing_cycle_anchor=anchor,
                start_date=anchor,
                items=(item,),
            )
        )


def test_total_that_is_past_the_threshold_fires_with_the_next_row(world: World) -> None:
    use(world, "50")
    ten(world)
    assert told(world) == []
    use(world, "-1")
    assert told(world) == [(2, Decimal(49))]


def test_what_is_cancelled_later_stays_told_and_is_not_told_again(world: World) -> None:
    ten(world)
    event = logged(an_event(METER, "10", at_us=MIDNIGHT_US, identifier="one"), seq=1)
    world.append([event])
    assert told(world) == [(1, Decimal(10))]
    world.append([], [cancellation(event, seq=2, received_at_us=world.now_us)])
    use(world, "12")
    assert told(world) == [(1, Decimal(10))]


def test_alert_that_is_committed_after_its_first_row_was_passed_still_sees_it(
    world: World,
) -> None:
    ten(world, customer="cus_2")
    late = world.alert(
        2, METER, UsageThreshold(meter=METER.id, gte=Decimal(3), recurrence="one_time")
    )
    use(world, "2")
    use(world, "2")
    assert told(world) == []
    world.add_alert(late)
    assert told(world) == [(2, Decimal(4))]


def test_what_is_told_is_kept_with_how_far_the_evaluation_has_got(world: World) -> None:
    ten(world)
    use(world, "10")
    world.evaluate()
    with world.records.reading() as unit:
        assert unit.cursors.get("alerts") == 1
    world.restart()
    use(world, "10")
    assert told(world) == [(1, Decimal(10))]


def test_alert_that_becomes_active_again_looks_at_what_comes_then(world: World) -> None:
    alert = ten(world)
    with world.records.writing() as unit:
        deactivate_alert(store=unit.alerts, alert=alert)
    use(world, "10")
    with world.records.writing() as unit:
        found = unit.alerts.get(2, alert.id)
        assert found is not None
        activate_alert(store=unit.alerts, cursors=unit.cursors, log=world, now_us=0, alert=found)
    assert told(world) == []
    use(world, "1")
    assert told(world) == [(2, Decimal(11))]


def test_archived_alert_tells_nothing(world: World) -> None:
    alert = ten(world)
    world.evaluate()
    with world.records.writing() as unit:
        archive_alert(store=unit.alerts, alert=alert)
    use(world, "10")
    assert told(world) == []


def test_deleted_customer_is_not_told_of(world: World) -> None:
    ten(world)
    use(world, "9")
    world.evaluate()
    with world.records.writing() as unit:
        customer = unit.customers.get(2, "cus_1")
        assert customer is not None
        unit.customers.save(msgspec.structs.replace(customer, deleted_at=MIDNIGHT))
    use(world, "9")
    assert told(world) == []


def test_usage_counts_in_the_subscriptions_period_that_holds_it(world: World) -> None:
    subscribe(world, anchor=MIDNIGHT + DAY // 2)
    ten(world, recurrence="billing_period")
    noon = MIDNIGHT_US + DAY_US // 2
    use(world, "8", at_us=noon - 1, received_us=noon + 1)
    use(world, "8", at_us=noon, received_us=noon + 2)
    assert told(world) == []
    use(world, "2", at_us=noon, received_us=noon + 3)
    assert told(world) == [(3, Decimal(10))]
    assert [one.round for one in world.told] == [noon]


def test_usage_of_a_period_that_is_over_does_not_fire(world: World) -> None:
    ten(world, recurrence="billing_period")
    use(world, "9")
    october = MIDNIGHT_US + 10 * DAY_US
    use(world, "9", received_us=october)
    use(world, "11", at_us=october, received_us=october + 1)
    assert told(world) == [(3, Decimal(11))]


def test_subscription_that_begins_changes_what_is_counted(world: World) -> None:
    ten(world, recurrence="billing_period")
    use(world, "9", at_us=MIDNIGHT_US - 1)
    assert told(world) == []
    subscribe(world, anchor=MIDNIGHT)
    use(world, "9")
    assert told(world) == []
    use(world, "1")
    assert told(world) == [(3, Decimal(10))]


def test_no_period_is_over_on_a_test_clock(world: World) -> None:
    world.add_customers(2, "cus_clocked", test_clock="clock_1")
    ten(world, recurrence="billing_period", customer="cus_clocked")
    event = an_event(
        METER, "10", at_us=SEPTEMBER_US - DAY_US, identifier="one", customer="cus_clocked"
    )
    world.append([logged(event, seq=1)])
    assert told(world) == [(1, Decimal(10))]


def test_nothing_is_gone_through_that_is_older_than_every_alert(world: World) -> None:
    for _ in range(3):
        use(world, "1")
    alert = world.alert(
        1, METER, UsageThreshold(meter=METER.id, gte=Decimal(5), recurrence="one_time")
    )
    with world.records.writing() as unit:
        create_alert(store=unit.alerts, cursors=unit.cursors, alert=alert)
    world.restart()
    use(world, "1")
    use(world, "1")
    assert told(world) == [(5, Decimal(5))]
