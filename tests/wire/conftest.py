"""What the wire tests may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webhooks.receiver import Receiver
from tests.wire.clocked import ClockedServer


@pytest.fixture
def clocked(tmp_path: Path) -> Iterator[ClockedServer]:
    """A fresh server whose clock stands still until the test moves it."""
    with ClockedServer(tmp_path / "data") as server:
        yield server


@pytest.fixture(scope="module")
def noon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedServer]:
    """A server at noon, shared by a module: take new names, and leave the clock alone."""
    with ClockedServer(tmp_path_factory.mktemp("noon") / "data") as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of webhooks that answers 200 until it is told otherwise."""
    with Receiver() as receiver:
        yield receiver
