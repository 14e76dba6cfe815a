"""`taximeter simulate` over HTTP and over a directory: the same exact figures from both."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from taximeter.cli import main
from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.prices import create_price, create_tiered, metered
from tests.wire.world import create_meter, send


class World(msgspec.Struct, frozen=True):
    """A server with usage, a copy of it that is stopped, two customers and three prices."""

    server: ClockedServer
    stopped: Path
    ada: str
    bob: str
    cent: str
    tiered: str
    seat: str

    def source(self, kind: str) -> list[str]:
        if kind == "directory":
            return ["--data", str(self.stopped)]
        return ["--url", self.server.address, "--api-key", TEST_KEY]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("simulate")
    later = int(time()) - NOON
    with ClockedServer(folder / "data", later=later) as server:
        client = server.client()
        meter = create_meter(client)
        ada, bob = (client.v1.customers.create({"name": one}).id for one in ("Ada", "Bob"))
        send(client, meter, ada, "20000", at=server.now() - 60)
        send(client, meter, bob, "500", at=server.now() - 60)
        made = World(
            server,
            folder / "stopped",
            ada,
            bob,
            create_price(client, unit_amount=1, recurring=metered(meter)).id,
            create_tiered(client, meter).id,
            create_price(client).id,
        )
    shutil.copytree(folder / "data", made.stopped)
    with ClockedServer(folder / "data", later=later) as server:
        yield msgspec.structs.replace(made, server=server)


@pytest.fixture(params=["server", "directory"])
def source(request: pytest.FixtureRequest, world: World) -> list[str]:
    return world.source(request.param)


def simulate(*arguments: str, columns: int = 120) -> Result:
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(main, ["simulate", *arguments])


def test_the_table_shows_who_would_have_paid_what(world: World, source: list[str]) -> None:
    result = simulate("--before", world.cent, "--after", world.tiered, *source)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1:] == [
        ["Customer", "ID", "Before", "After", "Difference", "Change"],
        ["Ada", world.ada, "200.00", "73.00", "-127.00", "-63.5%"],
        ["Bob", world.bob, "5.00", "0.00", "-5.00", "-100.0%"],
        ["All", "2", "205.00", "73.00", "-132.00", "-64.4%"],
        ["2", "would", "have", "paid", "less,", "0", "more,", "0", "the", "same."],
    ]


def test_json_has_exact_amounts_in_minor_units(world: World, source: list[str]) -> None:
    asked = ("--before", world.cent, "--after", world.tiered, "--limit", "1", "--json")
    found: Any = json.loads(simulate(*asked, *source).stdout)
    assert found["customers"] == [
        {
            "customer": world.ada,
            "customer_name": "Ada",
            "before": 20_000,
            "after": 7_300,
            "difference": -12_700,
        }
    ]
    assert (found["before"], found["after"], found["currency"]) == (20_500, 7_300, "usd")
    assert (found["winners"], found["losers"], found["unchanged"]) == (2, 0, 0)


def test_one_customer_can_be_looked_at(world: World, source: list[str]) -> None:
    asked = ("--before", world.cent, "--after", world.tiered, "--customer", world.bob, "--json")
    found: Any = json.loads(simulate(*asked, *source).stdout)
    assert [one["customer"] for one in found["customers"]] == [world.bob]


def test_a_price_that_cannot_be_simulated_is_one_sentence(world: World, source: list[str]) -> None:
    result = simulate("--before", world.cent, "--after", world.seat, *source)
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: Price {world.seat} is not metered, and says nothing about usage. Name metered "
        "prices only.\n"
    )


def test_a_server_is_asked_with_a_key(world: World) -> None:
    result = simulate("--before", world.cent, "--after", world.cent)
    assert (result.exit_code, "--api-key" in result.stderr) == (1, True)
