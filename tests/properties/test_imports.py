"""Whatever rows a file has, in whichever format, its totals are those of a plain fold."""

import csv
import gzip
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taximeter.kit import decimals
from tests.imports.world import ADA, BOB, METERS, NOW, World, make


class Row(msgspec.Struct, frozen=True, kw_only=True):
    event_name: str
    customer: str
    value: str
    age_seconds: int
    identifier: str | None


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("imported") / "data")


plain_values = st.decimals(-999_999, 999_999, places=6).map(lambda value: f"{value:f}")
rows = st.builds(
    Row,
    event_name=st.sampled_from([*METERS, *METERS, "unheard"]),
    customer=st.sampled_from([ADA, ADA, BOB, BOB, "cus_nobody", ""]),
    value=st.one_of(plain_values, plain_values, st.sampled_from(["0.100000000000001", "1e3", "x"])),
    age_seconds=st.sampled_from([0, 1, 3_600, 86_400, 40 * 86_400, -9_999]),
    identifier=st.one_of(st.none(), st.sampled_from([f"id {number}" for number in range(9)])),
)


def counted(table: Sequence[Row]) -> list[Row]:
    """The rows that count: good ones, and of each identifier the first."""
    seen: set[str] = set()
    found = []
    for row in table:
        good = (
            row.event_name in METERS
            and row.customer in (ADA, BOB)
            and 0 <= row.age_seconds < 35 * 86_400
            and (row.value != "x" or METERS[row.event_name] == "count")
        )
        if good and row.identifier not in seen:
            found.append(row)
            if row.identifier is not None:
                seen.add(row.identifier)
    return found


def expected(table: Sequence[Row]) -> dict[tuple[str, str], Decimal]:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in counted(table):
        groups.setdefault((row.event_name, row.customer), []).append(row)
    folds: dict[str, Callable[[list[Row]], Decimal]] = {
        "sum": lambda some: decimals.total(Decimal(row.value) for row in some),
        "max": lambda some: max(Decimal(row.value) for row in some),
        "count": lambda some: Decimal(len(some)),
    }
    return {key: folds[METERS[key[0]]](some) for key, some in groups.items()}


def moment(row: Row) -> str:
    return datetime.fromtimestamp(NOW - row.age_seconds, UTC).isoformat()


def objects(table: Sequence[Row], *, numbers: bool) -> list[bytes]:
    found = []
    for row in table:
        value = row.value.encode() if numbers and row.value != "x" else b'"%b"' % row.value.encode()
        fields: dict[str, object] = {
            "timestamp": NOW - row.age_seconds if numbers else moment(row),
            "event_name": row.event_name,
            "payload": {"stripe_customer_id": row.customer, "value": msgspec.Raw(value)},
        }
        if row.identifier is not None:
            fields["identifier"] = row.identifier
        found.append(msgspec.json.encode(fields))
    return found


def as_csv(table: Sequence[Row], quoting: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, quoting=quoting)  # type: ignore[arg-type]  # one of the module's constants
    keys = ["payload_stripe_customer_id", "payload_value"]
    writer.writerow(["timestamp", "identifier", "event_name", *keys])
    for row in table:
        writer.writerow([moment(row), row.identifier, row.event_name, row.customer, row.value])
    return text.getvalue().encode()


SPELLED: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "rows.jsonl": lambda table: b"\n".join(objects(table, numbers=False)),
    "rows.json": lambda table: b"[%b]" % b",".join(objects(table, numbers=True)),
    "rows.csv": lambda table: as_csv(table, csv.QUOTE_MINIMAL),
    "quoted.csv.gz": lambda table: gzip.compress(as_csv(table, csv.QUOTE_ALL)),
}


@pytest.mark.parametrize("name", SPELLED)
@settings(max_examples=8)
@given(table=st.lists(rows, min_size=1, max_size=30))
def test_totals_of_a_file_are_those_of_a_plain_fold(
    name: str, table: list[Row], made: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world = World(made, tmp_path_factory.mktemp("world"))
    file = world.file(name, SPELLED[name](table))
    recorded, duplicates, rejected = world.counts(file)
    assert recorded == len(counted(table))
    assert recorded + duplicates + rejected == len(table)
    assert world.totals() == expected(table)
    assert world.counts(file) == (0, recorded + duplicates, rejected)
    assert world.totals() == expected(table)
