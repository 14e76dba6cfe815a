"""Events that come by time: before an invoice, before a trial ends, and once nobody has paid."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe
from stripe.events import (
    V1InvoiceOverdueEvent,
    V1InvoiceUpcomingEvent,
    V1InvoiceWillBeDueEvent,
)

from taximeter.api.snapshots.notices import NoticeEvents
from taximeter.app.handlers import billing_handlers
from taximeter.invoicing.notify_upcoming import UpcomingNotices
from taximeter.jobs.queue import Queue
from taximeter.storage.records.database import RecordsDatabase
from tests.invoicing.test_work import Meddled
from tests.wire.billing_world import DAY, HOUR, World, create_price, create_world, subscribe
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send

MONTH = 30 * DAY
"""September, in which every clock here starts, has 30 days."""

TYPES = [
    "customer.subscription.trial_will_end",
    "invoice.overdue",
    "invoice.upcoming",
    "invoice.will_be_due",
]


def told(server: ClockedServer, *types: str) -> list[Any]:
    """The notices, the oldest first, as they are answered."""
    asked = "&".join(f"types[]={one}" for one in types or TYPES)
    found = request(server.address, "GET", f"/v1/events?limit=100&{asked}").json()
    return list(found["data"][::-1])


def types(server: ClockedServer) -> list[str]:
    return [one["type"] for one in told(server)]


def advance(server: ClockedServer, seconds: int) -> None:
    server.clock.advance(seconds=seconds)
    server.run_due()


def test_next_invoice_is_told_of_a_week_before_it_is_made(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    send(world.client, world.meter, world.customer, "3")
    advance(clocked, MONTH - 7 * DAY - 1)
    assert types(clocked) == []
    advance(clocked, 1)
    (event,) = told(clocked)
    invoice = event["data"]["object"]
    assert "id" not in invoice
    assert [one["invoice"] for one in invoice["lines"]["data"]] == [None]
    assert (invoice["object"], invoice["status"]) == ("invoice", "draft")
    assert (invoice["billing_reason"], invoice["amount_due"]) == ("upcoming", 15)
    assert invoice["period_end"] == NOON + MONTH
    assert invoice["parent"]["subscription_details"]["subscription"] == world.subscription
    assert event["data"].keys() == {"object"}


def test_sdk_reads_what_it_is_told(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    advance(clocked, MONTH)
    (event,) = world.client.v1.events.list({"type": "invoice.upcoming"}).data
    invoice = event.data.object
    assert isinstance(invoice, stripe.Invoice)
    assert invoice.customer == world.customer
    (twin,) = (
        one
        for one in world.client.v2.core.events.list().data
        if isinstance(one, V1InvoiceUpcomingEvent)
    )
    assert (twin.data.customer, twin.data.subscription) == (world.customer, world.subscription)


def test_year_on_a_test_clock_has_a_notice_for_each_period(noon: ClockedServer) -> None:
    client = noon.client()
    price = create_price(client, create_meter(client))
    clock = client.v1.test_helpers.test_clocks.create({"frozen_time": NOON}).id
    customer = client.v1.customers.create({"test_clock": clock}).id
    subscription = subscribe(client, customer, price).id
    to = NOON + 365 * DAY
    client.v1.test_helpers.test_clocks.advance(clock, {"frozen_time": to})
    noon.run_due()
    made = client.v1.invoices.list({"subscription": subscription, "limit": 100}).data
    notices = [
        one["data"]["object"]
        for one in told(noon, "invoice.upcoming")
        if one["data"]["object"]["customer"] == customer
    ]
    periods = [(one["period_start"], one["period_end"]) for one in notices]
    assert periods == [(one.period_start, one.period_end) for one in made[::-1]]
    assert len(periods) == 12


def test_period_shorter_than_the_notice_is_told_of_as_it_begins(clocked: ClockedServer) -> None:
    client = clocked.client()
    price = create_price(client, create_meter(client), interval="day")
    subscribe(client, create_customer(client), price)
    clocked.run_due()
    assert types(clocked) == ["invoice.upcoming"]
    advance(clocked, DAY)
    assert types(clocked) == ["invoice.upcoming"] * 2


def test_change_within_a_period_brings_no_second_notice(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    advance(clocked, MONTH - 5 * DAY)
    world.client.v1.subscriptions.update(world.subscription, {"description": "Changed"})
    world.client.v1.subscriptions.update(world.subscription, {"cancel_at_period_end": True})
    advance(clocked, 4 * DAY)
    assert types(clocked) == ["invoice.upcoming"]


def test_subscription_that_is_over_is_not_told_of(clocked: ClockedServer) -> None:
    world = create_world(clocked)
    world.client.v1.subscriptions.cancel(world.subscription)
    advance(clocked, 2 * MONTH)
    assert types(clocked) == []


@pytest.mark.parametrize(("days", "before"), [(14, 3), (2, 2)])
def test_end_of_a_trial_is_told_of_three_days_before(
    clocked: ClockedServer, days: int, before: int
) -> None:
    client = clocked.client()
    price = create_price(client, create_meter(client))
    subscription = subscribe(client, create_customer(client), price, trial_period_days=days)
    clocked.run_due()
    moments = [clocked.now() for _ in told(clocked, TYPES[0])]
    while not moments:
        advance(clocked, DAY)
        moments = [clocked.now() for _ in told(clocked, TYPES[0])]
    advance(clocked, MONTH)
    (event,) = told(clocked, TYPES[0])
    assert moments == [NOON + (days - before) * DAY]
    shown = event["data"]["object"]
    assert (shown["id"], shown["status"]) == (subscription.id, "trialing")


def test_trial_that_is_ended_at_once_is_told_of(clocked: ClockedServer) -> None:
    client = clocked.client()
    price = create_price(client, create_meter(client))
    subscription = subscribe(client, create_customer(client), price, trial_period_days=14)
    client.v1.subscriptions.update(subscription.id, {"trial_end": "now"})
    advance(clocked, 30 * DAY)
    assert [one["data"]["object"]["status"] for one in told(clocked, TYPES[0])] == ["active"]


@pytest.fixture
def sent(clocked: ClockedServer) -> World:
    """A world whose first invoice is open, and due in ten days."""
    world = create_world(clocked)
    changes: Any = {"collection_method": "send_invoice", "days_until_due": 10}
    world.client.v1.subscriptions.update(world.subscription, changes)
    send(world.client, world.meter, world.customer, "3")
    world.advance(MONTH)
    world.advance(HOUR)
    return world


def test_invoice_that_nobody_pays_will_be_due_and_is_overdue(sent: World) -> None:
    (invoice,) = sent.invoices()
    seen = []
    for _ in range(12):
        sent.advance(DAY)
        seen.append(len(told(sent.server, "invoice.will_be_due", "invoice.overdue")))
    assert seen == [*[0] * 6, *[1] * 3, *[2] * 3]
    soon, late = told(sent.server, "invoice.will_be_due", "invoice.overdue")
    assert (soon["type"], late["type"]) == ("invoice.will_be_due", "invoice.overdue")
    for event in (soon, late):
        assert event["data"]["object"]["id"] == invoice.id
        assert event["data"]["object"]["amount_remaining"] == 15
    twins = [
        one.related_object.id
        for one in sent.client.v2.core.events.list().data
        if isinstance(one, V1InvoiceWillBeDueEvent | V1InvoiceOverdueEvent)
    ]
    assert twins == [invoice.id] * 2


@pytest.mark.parametrize("ended", ["pay", "void", "mark"])
def test_invoice_that_is_settled_is_told_of_no_more(sent: World, ended: str) -> None:
    (invoice,) = sent.invoices()
    invoices = sent.client.v1.invoices
    actions: dict[str, Callable[[], object]] = {
        "pay": lambda: invoices.pay(invoice.id, {"paid_out_of_band": True}),
        "void": lambda: invoices.void_invoice(invoice.id),
        "mark": lambda: invoices.mark_uncollectible(invoice.id),
    }
    actions[ended]()
    sent.advance(15 * DAY)
    assert told(sent.server, "invoice.will_be_due", "invoice.overdue") == []


def test_invoice_that_is_due_as_it_is_finalized_is_overdue(clocked: ClockedServer) -> None:
    client = clocked.client()
    customer = create_customer(client)
    client.v1.invoice_items.create({"customer": customer, "amount": 700})
    created: Any = {
        "customer": customer,
        "collection_method": "send_invoice",
        "days_until_due": 0,
        "pending_invoice_items_behavior": "include",
    }
    invoice = client.v1.invoices.create(created)
    client.v1.invoices.finalize_invoice(str(invoice.id))
    clocked.run_due()
    assert types(clocked) == ["invoice.overdue"]


def test_work_that_is_done_twice_is_told_once(clocked: ClockedServer) -> None:
    clocked.app.runner.close()
    client = clocked.client()
    price = create_price(client, create_meter(client))
    subscribe(client, create_customer(client), price, trial_period_days=14)
    clocked.clock.advance(seconds=11 * DAY)
    services = clocked.app.services
    assert isinstance(services.records, RecordsDatabase)
    queue = Queue(records=services.records, clock=services.clock, batch_max=9)
    handlers = billing_handlers(services)
    for _ in range(2):
        work = queue.take()
        handlers[work[0].kind].run(work)
        handlers[work[0].kind].run(work)
    assert types(clocked) == ["invoice.upcoming", "customer.subscription.trial_will_end"]


def test_subscription_that_changed_meanwhile_is_told_of_as_it_is_then(
    clocked: ClockedServer,
) -> None:
    clocked.app.runner.close()
    world = create_world(clocked)
    clocked.clock.advance(seconds=MONTH - 7 * DAY)
    services = clocked.app.services
    assert isinstance(services.records, RecordsDatabase)
    (work,) = Queue(records=services.records, clock=services.clock, batch_max=9).take()
    reader = Meddled(
        services.reader,
        lambda: world.client.v1.subscriptions.update(world.subscription, {"description": "new"}),
    )
    notices = UpcomingNotices(
        records=services.records,
        reader=reader,
        barrier=services.writer,
        clock=services.clock,
        settings=services.settings,
        render=NoticeEvents(services.clock).render,
    )
    notices.run([work])
    assert types(clocked) == []
    notices.run([work])
    (event,) = told(clocked)
    assert event["data"]["object"]["description"] == "new"
