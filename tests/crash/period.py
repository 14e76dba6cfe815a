"""A directory in which the period of many subscriptions is over, and what its books must say."""

import random
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np

from taximeter import customers, meters
from taximeter.api.services import Unit
from taximeter.app.server import App, open_app
from taximeter.app.stores import open_records
from taximeter.credits.create import NewGrant
from taximeter.credits.create import create as grant_credits
from taximeter.customers import CustomerChange
from taximeter.environments import TEST, Environment, find_environment
from taximeter.events import EventFilter
from taximeter.ingest.batch import SentBatch
from taximeter.ingest.check_batch import check_batch
from taximeter.invoicing.begin import begin
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.invoice import InvoiceFilter
from taximeter.kit.clock import MICROSECONDS, SteppingClock, now_s
from taximeter.kit.ids import new_identifiers
from taximeter.kit.paging import Cursor
from taximeter.kit.periods import DAY_SECONDS
from taximeter.pricing.price import CurrencyOption, Price, Recurring, Tier
from taximeter.pricing.product import Product
from taximeter.settings import Settings
from taximeter.subscriptions.create import NewSubscription
from taximeter.subscriptions.items import ItemChange

EVENT_NAME = "tokens"
BEGAN_DAYS_AGO = 40
"""One month of it is over, and the second is not."""

CHEAP_FROM = 1_000
"""Tokens up to here cost two cents each, those above one."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer used and was granted; the grant's id, where there is one."""

    customer: str
    used: int
    granted: int
    grant: str | None

    @property
    def amount(self) -> int:
        """Return what the usage costs, in cents."""
        return 2 * min(self.used, CHEAP_FROM) + max(0, self.used - CHEAP_FROM)


def make_period(data: Path, choices: random.Random, *, count: int) -> dict[str, Expected]:
    """Make subscriptions with a month of usage; what is expected of each, by its id."""
    clock = SteppingClock((int(time.time()) - BEGAN_DAYS_AGO * DAY_SECONDS) * MICROSECONDS)
    expected: dict[str, Expected] = {}
    with open_app(data, settings=Settings(), clock=clock) as app:
        with app.services.records.writing() as unit:
            environment = find_environment(store=unit.environments, name=TEST)
            assert environment is not None
            price = _add_price(unit, environment, now_s(clock))
            for _ in range(count):
                subscription, one = _subscribe(app, unit, environment, price, choices)
                expected[subscription] = one
        clock.advance(seconds=10 * DAY_SECONDS)
        _use(app, environment, [one for one in expected.values() if one.used])
    return expected


def _add_price(unit: Unit, environment: Environment, now: int) -> str:
    meter = meters.create(
        store=unit.meters,
        environment=environment,
        now=now,
        display_name="Tokens",
        event_name=EVENT_NAME,
        formula="sum",
    )
    unit.products.add(
        Product(id="prod_ai", environment=environment.id, created=now, updated=now, name="AI")
    )
    tiers = (
        Tier(up_to=CHEAP_FROM, unit_amount=Decimal(2)),
        Tier(up_to=None, unit_amount=Decimal(1)),
    )
    price = Price(
        id="price_tokens",
        environment=environment.id,
        created=now,
        product="prod_ai",
        currency="usd",
        billing_scheme="tiered",
        tiers_mode="graduated",
        currency_options={"usd": CurrencyOption(tiers=tiers)},
        recurring=Recurring(interval="month", usage_type="metered", meter=meter.id),
    )
    unit.prices.add(price)
    return price.id


def _subscribe(
    app: App, unit: Unit, environment: Environment, price: str, choices: random.Random
) -> tuple[str, Expected]:
    services = app.services
    customer = customers.create(
        store=unit.customers,
        environment=environment,
        now=now_s(services.clock),
        change=CustomerChange(),
    )
    granted = choices.choice([0, choices.randint(1, 3_000)])
    grant = None
    if granted:
        new = NewGrant(customer=customer.id, currency="usd", amount=granted)
        grant = grant_credits(unit=unit, environment=environment, clock=services.clock, new=new).id
    billing = Billing(
        unit=unit,
        environment=environment.id,
        reader=services.reader,
        barrier=services.writer,
        clock=services.clock,
        settings=services.settings,
    )
    asked = NewSubscription(items=(ItemChange(price=price),))
    subscription = begin(asked, customer=customer.id, billing=billing)
    used = choices.choice([0, choices.randint(1, 2_000)])
    return subscription.id, Expected(customer=customer.id, used=used, granted=granted, grant=grant)


def _use(app: App, environment: Environment, using: list[Expected]) -> None:
    services = app.services
    now_us = services.clock.now_us()
    batch = check_batch(
        SentBatch(
            event_names=[EVENT_NAME] * len(using),
            payloads=[
                {"stripe_customer_id": one.customer, "value": str(one.used)} for one in using
            ],
            identifiers=new_identifiers(len(using)),
            timestamps_us=np.full(len(using), now_us, dtype=np.int64),
        ),
        environment=environment.id,
        directory=services.directory,
        now_us=now_us,
        settings=services.settings,
    )
    assert not batch.refused
    services.writer.submit((batch,)).result()


def check_books(data: Path, expected: Mapping[str, Expected]) -> None:
    """Compare the books of a stopped server, which has closed the period, with what is expected."""
    with open_records(data) as records, records.reading() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        grants = [one.grant for one in expected.values() if one.grant is not None]
        balances = unit.credit_ledger.balances(environment.id, grants)
        assert sorted(_told_of(unit, environment)) == sorted(expected)
        for id, one in expected.items():
            where = InvoiceFilter(subscription=id)
            (invoice,) = unit.invoices.page(environment.id, Cursor(), where).data
            credited = min(one.amount, one.granted)
            assert (invoice.subtotal, invoice.credited) == (one.amount, credited)
            assert invoice.status == ("paid" if one.amount == credited else "open")
            assert invoice.number is not None
            assert invoice.number.endswith("-0001")
            entries = unit.credit_ledger.of_invoice(environment.id, invoice.id)
            assert -sum(entry.amount for entry in entries) == credited
            if one.grant is not None:
                assert balances[one.grant] == one.granted - credited
            subscription = unit.subscriptions.get(environment.id, id)
            assert subscription is not None
            (item,) = subscription.items
            assert item.usage_start == item.current_period_start == invoice.period_end
            customer = unit.customers.get(environment.id, one.customer)
            assert customer is not None
            assert customer.details.next_invoice_sequence == 2
        next_at = unit.due.next_at(test_clock=None)
        assert next_at is not None
        assert next_at > time.time()


def _told_of(unit: Unit, environment: Environment) -> list[str]:
    """Return the subscription of each notice of an invoice to come."""
    told: list[str] = []
    where, cursor = EventFilter(types=("invoice.upcoming",)), Cursor(limit=100)
    while True:
        page = unit.events.page(environment.id, "snapshot", cursor, where)
        shown = [msgspec.json.decode(one.data)["object"] for one in page.data]
        told += [one["parent"]["subscription_details"]["subscription"] for one in shown]
        if not page.has_more:
            return told
        cursor = Cursor(limit=100, starting_after=page.data[-1].id)
