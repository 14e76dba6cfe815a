"""A server that asks for passwords, shared by these tests, and its browsers."""

from collections.abc import Iterator

import pytest

from tests.dashboard.visitor import Visitor, signed_in
from tests.serving import Server


@pytest.fixture(scope="session")
def closed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server without development mode: whoever opens the dashboard signs in."""
    with Server(tmp_path_factory.mktemp("closed") / "data", dev=False) as running:
        yield running


@pytest.fixture(scope="session")
def admin(closed_server: Server) -> Iterator[Visitor]:
    visitor = signed_in(closed_server, "the admin", "admin")
    yield visitor
    visitor.close()


@pytest.fixture(scope="session")
def viewer(closed_server: Server) -> Iterator[Visitor]:
    visitor = signed_in(closed_server, "the viewer", "viewer")
    yield visitor
    visitor.close()


@pytest.fixture
def stranger(closed_server: Server) -> Iterator[Visitor]:
    visitor = Visitor(closed_server)
    yield visitor
    visitor.close()


@pytest.fixture
def developer(server: Server) -> Iterator[Visitor]:
    """A browser at the shared server, which asks nobody for a password."""
    visitor = Visitor(server)
    yield visitor
    visitor.close()
