"""What is evaluated again after a restart, and what is not."""

from decimal import Decimal
from pathlib import Path

from taximeter.alerts.alert import Alert, CreditBalanceThreshold
from taximeter.kit.clock import MICROSECONDS
from tests.alerts.world import World, open_world
from tests.credits.world import a_grant, an_entry
from tests.invoicing.standings import a_subscription
from tests.oracle.worked import MIDNIGHT_US, a_meter, an_event, cancellation, logged
from tests.pricing.examples import a_price

METER = a_meter()
ON_CREDITS = Alert(
    id="alrt_1",
    environment=2,
    created=0,
    title="No credits left",
    alert_type="credit_balance_threshold",
    active_since_us=0,
    after_seq=0,
    customer="cus_1",
    credit_balance_threshold=CreditBalanceThreshold(lte=0, currency="usd"),
)


def grant(world: World) -> None:
    with world.records.writing() as unit:
        unit.credit_grants.add(a_grant("1"))
        unit.credit_ledger.add([an_entry("1")])


def subscribed(world: World) -> None:
    """A customer who pays a cent a unit, and an alert on its credits."""
    world.clock.advance(seconds=MIDNIGHT_US // MICROSECONDS)
    world.add_customers(2, "cus_1")
    world.add_meters(METER)
    with world.records.writing() as unit:
        unit.prices.add(a_price())
        unit.subscriptions.add(
            a_subscription("1", a_price(), now=MIDNIGHT_US // MICROSECONDS - 86_400)
        )
    world.add_alert(ON_CREDITS)
    world.evaluate()


def test_credits_do_not_run_low_with_rows_from_before_they_were_granted(tmp_path: Path) -> None:
    with open_world(tmp_path) as world:
        subscribed(world)
        used = logged(an_event(METER, "500", at_us=MIDNIGHT_US, identifier="a"), seq=1)
        world.append([used])
        world.append(
            [], [cancellation(used, seq=2, received_at_us=used.received_at_us + MICROSECONDS)]
        )
        world.evaluate()
        grant(world)
        world.evaluate()
        world.restart()
        world.evaluate()
        assert world.told == []
        world.append([logged(an_event(METER, "100", at_us=MIDNIGHT_US, identifier="b"), seq=3)])
        world.evaluate()
        (told,) = world.told
        assert (told.seq, told.value) == (3, Decimal(0))
