"""`taximeter explain`: an invoice down to its events, from a running server."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from taximeter.cli import main
from tests.serving import TEST_KEY
from tests.wire.billing_world import DAY, HOUR, World, create_world, graduated
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import send


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ClockedServer(tmp_path_factory.mktemp("explain") / "data") as server:
        world = create_world(server, **graduated())
        world.client.v1.invoice_items.create(
            {"customer": world.customer, "amount": 700, "description": "Setup"}
        )
        send(world.client, world.meter, world.customer, "120.5", at=NOON)
        world.advance(30 * DAY)
        world.advance(HOUR)
        yield world


def explain(world: World, *arguments: str) -> Result:
    asked = ["explain", *arguments, "--url", world.server.address, "--api-key", TEST_KEY]
    return CliRunner().invoke(main, asked)


def test_an_invoice_is_explained_line_by_line(world: World) -> None:
    (invoice,) = world.invoices()
    found = explain(world, invoice.id)
    assert found.exit_code == 0
    assert f"Invoice {invoice.number}, open" in found.output
    assert "22.51 usd" in found.output
    assert found.output.count("The log bears out quantity and amount") == 3
    assert "no usage is counted" in found.output
    assert "120.5 billed, 120.5 recomputed" in found.output


def test_a_line_is_explained_for_programs(world: World) -> None:
    (invoice,) = world.invoices()
    line = invoice.lines.data[1]
    (found,) = json.loads(explain(world, invoice.id, line.id, "--json").output)
    assert (found["line"]["id"], found["recomputed"]) == (line.id, True)
    assert found["quantity"]["days"] == [{"start": NOON, "end": NOON + DAY // 2, "value": "120.5"}]


def test_what_is_not_there_is_said(world: World) -> None:
    assert "No such invoice: 'in_x'" in explain(world, "in_x").output
    (invoice,) = world.invoices()
    missing = explain(world, invoice.id, "il_x")
    assert (missing.exit_code, "has no line il_x" in missing.output) == (1, True)
