"""What the tests of due work may ask for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose handlers do each work once."""
    world = World(tmp_path)
    yield world
    world.close()


@pytest.fixture
def renewing(tmp_path: Path) -> Iterator[World]:
    """A world whose handlers do work again a period later, twelve times."""
    world = World(tmp_path, times=12)
    yield world
    world.close()
