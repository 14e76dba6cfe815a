"""An open usage log in a file of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase


@pytest.fixture
def database(tmp_path: Path) -> Iterator[UsageDatabase]:
    opened = UsageDatabase.open(tmp_path / "usage.duckdb", Settings())
    yield opened
    opened.close()
