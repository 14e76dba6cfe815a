"""A data directory with a meter, a customer and some usage in it, to be damaged."""

import shutil
from pathlib import Path

import pytest

from tests.serving import Server

EVENTS = 40


@pytest.fixture(scope="session")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server left behind that ended cleanly."""
    with Server(tmp_path_factory.mktemp("closed") / "data") as server:
        _use(server)
    return server.data


@pytest.fixture(scope="session")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a server left behind that was killed: its last usage is in the write-ahead log alone."""
    server = Server(tmp_path_factory.mktemp("killed") / "data").start()
    _use(server)
    server.kill()
    return server.data


def _use(server: Server) -> None:
    client = server.client()
    client.v1.billing.meters.create(
        {
            "display_name": "Calls",
            "event_name": "calls",
            "default_aggregation": {"formula": "sum"},
        }
    )
    customer = client.v1.customers.create({"name": "Ada"})
    for number in range(EVENTS):
        client.v1.billing.meter_events.create(
            {
                "event_name": "calls",
                "payload": {"stripe_customer_id": customer.id, "value": "1"},
                "identifier": f"call-{number}",
            }
        )


@pytest.fixture
def data(closed: Path, tmp_path: Path) -> Path:
    """A copy of `closed`."""
    return Path(shutil.copytree(closed, tmp_path / "data"))


@pytest.fixture
def killed_data(killed: Path, tmp_path: Path) -> Path:
    """A copy of `killed`."""
    return Path(shutil.copytree(killed, tmp_path / "data"))
