"""A data directory for each test, copied from one that is made once."""

from pathlib import Path

import pytest

from tests.imports.world import World, make


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("imports") / "data")


@pytest.fixture
def world(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(tmp_path)
    return World(made, tmp_path)
