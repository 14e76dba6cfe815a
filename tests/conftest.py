"""What every test may ask for."""

import os
from collections.abc import Iterator

import pytest
import stripe

from tests.serving import Server

# The width of whoever's terminal this is, which readline hands on to processes, is not under test.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server in development mode, shared by the whole run: take new names, leave no mess."""
    with Server(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


@pytest.fixture
def client(server: Server) -> stripe.StripeClient:
    """The official SDK, pointed at the shared server."""
    return server.client()
