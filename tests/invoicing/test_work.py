"""Due work of invoices is done once, whatever is repeated and whatever changes meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from taximeter.due import Due
from taximeter.ingest.event import LoggedEvent
from taximeter.invoicing.finalize import Finalizations
from taximeter.invoicing.renew import Renewals
from taximeter.jobs.queue import Queue
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase
from taximeter.usage.reader import EventQuery, Total, UsageQuery, UsageReader
from tests.wire.billing_world import DAY, HOUR, World, create_world
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import send

MONTH = 30 * DAY


class Meddled:
    """A log at whose first reading something else happens."""

    def __init__(self, reader: UsageReader, meddle: Callable[[], object]) -> None:
        self._reader = reader
        self._meddle: Callable[[], object] | None = meddle

    def totals(self, query: UsageQuery) -> Sequence[Total]:
        meddle, self._meddle = self._meddle, None
        if meddle is not None:
            meddle()
        return self._reader.totals(query)

    def events(self, query: EventQuery) -> Sequence[LoggedEvent]:
        return self._reader.events(query)

    def event(self, environment: int, identifier: str) -> LoggedEvent | None:
        return self._reader.event(environment, identifier)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with ClockedServer(tmp_path / "data", Settings(upcoming_invoice_days=0)) as server:
        # The test does the work itself.
        server.app.runner.close()
        world = create_world(server)
        send(world.client, world.meter, world.customer, "3", at=NOON)
        server.clock.advance(seconds=MONTH)
        yield world


def renewals(world: World, reader: UsageReader | None = None) -> Renewals:
    services = world.server.app.services
    return Renewals(
        records=services.records,
        reader=reader or services.reader,
        barrier=services.writer,
        clock=services.clock,
        settings=services.settings,
    )


def finalizations(world: World, reader: UsageReader | None = None) -> Finalizations:
    services = world.server.app.services
    return Finalizations(
        records=services.records,
        reader=reader or services.reader,
        barrier=services.writer,
        clock=services.clock,
        settings=services.settings,
    )


def works(world: World) -> Sequence[Due]:
    """Take what is due, as the runner does."""
    services = world.server.app.services
    assert isinstance(services.records, RecordsDatabase)
    return Queue(records=services.records, clock=services.clock, batch_max=9).take()


def test_a_period_is_renewed_once_however_often_the_work_is_done(world: World) -> None:
    due = works(world)
    renewals(world).run(due)
    renewals(world).run(due)
    assert [one.amount_due for one in world.invoices()] == [15]


def test_a_subscription_that_changed_meanwhile_is_renewed_as_it_is_now(world: World) -> None:
    def meddle() -> None:
        with world.server.app.services.records.writing() as unit:
            found = unit.subscriptions.get(2, world.subscription)
            assert found is not None
            changed = msgspec.structs.replace(
                found, description="changed", revision=found.revision + 1
            )
            unit.subscriptions.save([changed])

    due = works(world)
    reader = Meddled(world.server.app.services.reader, meddle)
    renewals(world, reader).run(due)
    assert world.invoices() == []
    renewals(world).run(due)
    assert [one.description for one in world.invoices()] == ["changed"]


def test_an_item_that_was_deleted_meanwhile_is_not_billed(world: World) -> None:
    item = world.client.v1.invoice_items.create({"customer": world.customer, "amount": 700})
    reader = Meddled(
        world.server.app.services.reader,
        lambda: world.client.v1.invoice_items.delete(item.id),
    )
    due = works(world)
    renewals(world, reader).run(due)
    renewals(world).run(due)
    assert [one.total for one in world.invoices()] == [15]


def test_an_invoice_is_finalized_once_and_takes_one_number(world: World) -> None:
    renewals(world).run(works(world))
    world.server.clock.advance(seconds=HOUR)
    due = works(world)
    finalizations(world).run(due)
    finalizations(world).run(due)
    (invoice,) = world.invoices()
    assert invoice.status == "open"
    assert world.client.v1.customers.retrieve(world.customer).next_invoice_sequence == 2


def test_a_draft_that_was_changed_meanwhile_is_finalized_with_the_change(world: World) -> None:
    renewals(world).run(works(world))
    (draft,) = world.invoices()
    world.server.clock.advance(seconds=HOUR)
    due = works(world)
    reader = Meddled(
        world.server.app.services.reader,
        lambda: world.client.v1.invoices.update(draft.id, {"footer": "Thank you"}),
    )
    finalizations(world, reader).run(due)
    assert world.invoices()[0].status == "draft"
    finalizations(world).run(due)
    (invoice,) = world.invoices()
    assert (invoice.status, invoice.footer) == ("open", "Thank you")


def test_items_of_no_subscription_are_on_one_of_a_customers_invoices(world: World) -> None:
    params = {"customer": world.customer, "items": [{"price": world.price}]}
    world.client.v1.subscriptions.create(params)  # type: ignore[arg-type]  # a plain dict will do
    world.client.v1.invoice_items.create({"customer": world.customer, "amount": 700})
    world.server.clock.advance(seconds=31 * DAY)
    for _ in range(3):
        renewals(world).run(works(world))
    found = world.client.v1.invoices.list({"customer": world.customer}).data
    assert sorted(one.total for one in found) == [0, 0, 715]
