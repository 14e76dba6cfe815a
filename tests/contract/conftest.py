"""One open store a test, once for each backend."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taximeter.storage.records.database import RecordsDatabase
from tests.contract.backends import DURABLE_USAGE, RECORDS, USAGE, OpenRecords, OpenUsage, Usage


@pytest.fixture(params=USAGE)
def usage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Usage]:
    with USAGE[request.param](tmp_path) as store:
        yield store


@pytest.fixture(params=DURABLE_USAGE)
def open_usage(request: pytest.FixtureRequest) -> OpenUsage:
    return DURABLE_USAGE[request.param]


@pytest.fixture(params=RECORDS)
def open_records(request: pytest.FixtureRequest) -> OpenRecords:
    return RECORDS[request.param]


@pytest.fixture
def records(open_records: OpenRecords, tmp_path: Path) -> Iterator[RecordsDatabase]:
    with open_records(tmp_path) as store:
        yield store
