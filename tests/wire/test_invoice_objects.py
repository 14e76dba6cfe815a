"""Invoices, their lines and invoice items have Stripe's fields and types, and ours beyond."""

from typing import Any

import pytest

from tests.wire.billing_world import DAY, HOUR, World, create_world, graduated
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.plain import request
from tests.wire.schema import SCHEMAS, beyond, violations
from tests.wire.test_customers import EVERYTHING
from tests.wire.world import send

LINE_EXTENSIONS = {"late_of", "tier", "usage"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with ClockedServer(tmp_path_factory.mktemp("objects") / "data") as server:
        world = create_world(server, **graduated())
        client = world.client
        change: Any = {**EVERYTHING, "balance": 0}
        client.v1.customers.update(world.customer, change)
        grant: Any = {
            "customer": world.customer,
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 12}},
            "applicability_config": {"scope": {"price_type": "metered"}},
        }
        client.v1.billing.credit_grants.create(grant)
        send(client, world.meter, world.customer, "120.5", at=NOON)
        item: Any = {
            "customer": world.customer,
            "currency": "usd",
            "unit_amount_decimal": "0.5",
            "quantity": 3,
            "metadata": {"a": "1"},
            "description": "Setup",
        }
        client.v1.invoice_items.create(item)
        client.v1.invoice_items.create({"customer": world.customer, "amount": -5})
        world.advance(30 * DAY)
        client.v1.invoices.create({"customer": world.customer, "description": "By hand"})
        world.advance(31 * DAY)
        world.advance(HOUR)
        yield world


def read(world: World, path: str) -> Any:
    """Read as it comes over the wire: the SDK makes numbers of decimals."""
    return request(world.server.address, "GET", path).json()


def test_invoices_have_stripes_fields_and_their_lines_ours_beyond(world: World) -> None:
    invoices = read(world, f"/v1/invoices?customer={world.customer}&expand[]=data.customer")["data"]
    preview: Any = world.client.v1.invoices.create_preview({"subscription": world.subscription})
    assert len(invoices) == 3
    for one in [*invoices, read(world, f"/v1/invoices/{invoices[0]['id']}")]:
        assert violations(one, SCHEMAS["invoice"]) == []
        assert beyond(one, SCHEMAS["invoice"]) == set()
        for line in one["lines"]["data"]:
            assert beyond(line, SCHEMAS["line_item"]) == LINE_EXTENSIONS
        listed = read(world, one["lines"]["url"])["data"]
        assert listed == one["lines"]["data"]
    assert beyond(preview.to_dict(), SCHEMAS["invoice"]) == set()


def test_items_have_stripes_fields_and_none_beyond(world: World) -> None:
    items = read(world, f"/v1/invoiceitems?customer={world.customer}")["data"]
    assert len(items) == 2
    for one in items:
        assert violations(one, SCHEMAS["invoiceitem"]) == []
        assert beyond(one, SCHEMAS["invoiceitem"]) == set()
        assert read(world, f"/v1/invoiceitems/{one['id']}") == one
