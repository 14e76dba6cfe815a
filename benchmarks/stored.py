"""Data directories with usage in them: rows as the server writes them, made by the million.

30 days of one meter, spread evenly over customers and time, one row after the other as they would
have been received; a second meter, with dimensions, is empty. A directory is made once a size and
kept in `.cache/benchmarks` until its schema changes or its events are a day old.
"""

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time_ns

import msgspec
import pyarrow as pa

from taximeter.app.stores import Stores, open_stores
from taximeter.customers import Customer, CustomerDetails
from taximeter.environments import TEST, Environment, find_environment
from taximeter.ingest.identifiers import identifier_hashes
from taximeter.kit.clock import SystemClock, now_s
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import DEFAULT_CUSTOMER_KEY, DEFAULT_VALUE_KEY, Meter
from taximeter.settings import Settings
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.schema import MIGRATIONS as USAGE_MIGRATIONS
from taximeter.storage.records.migrations import MIGRATIONS as RECORDS_MIGRATIONS

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "benchmarks"
DAYS = 30
METER = "mtr_test_bench"
EVENT_NAME = "requests"
TOKENS_METER = "mtr_test_tokens"
TOKENS_EVENT_NAME = "tokens"
_CHUNK = 250_000
_KEPT_SECONDS_MAX = DAY_SECONDS

_ROWS = """
    SELECT
        i + 1 AS seq,
        make_timestamp($start_us + i * $step_us) AS received_at,
        $environment AS environment,
        $meter AS meter,
        $event_name AS event_name,
        customer,
        md5(i::VARCHAR) AS identifier,
        date_trunc('second', make_timestamp($start_us + i * $step_us)) AS timestamp,
        amount::DECIMAL(38, 15) AS value,
        '{"stripe_customer_id":"' || customer || '","value":"' || amount || '"}' AS payload
    FROM (
        SELECT
            i,
            'cus_' || left(md5((hash(i) % $customers)::VARCHAR), 24) AS customer,
            hash(i + 7) % 1000 || '.' || lpad((hash(i + 11) % 100)::VARCHAR, 2, '0') AS amount
        FROM range($first, $last) AS rows(i)
    )
"""

_INSERT = """
    INSERT INTO {prefix}events
    SELECT seq, received_at, environment, meter, event_name, customer, identifier, hash, timestamp,
        value, NULL, '[]', 'sum', payload, NULL, NULL, NULL
    FROM rows POSITIONAL JOIN hashes
"""


def customer_id(number: int) -> str:
    """Return an id that is as long as those of the server and, like them, begins anyhow."""
    return "cus_" + hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()[:24]


def add_meter_and_customers(stores: Stores, count: int) -> tuple[Environment, Meter]:
    clock = SystemClock()
    with stores.records.writing() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        meter = Meter(
            id=METER,
            environment=environment.id,
            created=now_s(clock),
            updated=now_s(clock),
            display_name="Requests",
            event_name=EVENT_NAME,
            event_time_window=None,
            formula="sum",
            customer_key=DEFAULT_CUSTOMER_KEY,
            value_key=DEFAULT_VALUE_KEY,
            dimension_keys=(),
        )
        unit.meters.add(meter)
        unit.meters.add(
            msgspec.structs.replace(
                meter,
                id=TOKENS_METER,
                display_name="Tokens",
                event_name=TOKENS_EVENT_NAME,
                dimension_keys=("model", "token_type"),
            )
        )
        for number in range(count):
            unit.customers.add(
                Customer(
                    id=customer_id(number),
                    environment=environment.id,
                    created=now_s(clock),
                    details=CustomerDetails(),
                )
            )
    return environment, meter


def write_events(database: UsageDatabase, *, environment: int, events: int, count: int) -> None:
    """Append `events` rows by way of tails, the last of them dated now."""
    step_us = DAYS * DAY_SECONDS * 1_000_000 // max(1, events)
    start_us = time_ns() // 1_000 - events * step_us
    cursor = database.cursor()
    for first in range(0, events, _CHUNK):
        parameters = {
            "start_us": start_us,
            "step_us": step_us,
            "environment": environment,
            "meter": METER,
            "event_name": EVENT_NAME,
            "customers": count,
            "first": first,
            "last": min(events, first + _CHUNK),
        }
        rows = cursor.sql(_ROWS, params=parameters).to_arrow_table()
        identifiers = rows.column("identifier").to_pylist()
        hashes = pa.table({"hash": identifier_hashes(environment, identifiers)})
        with database.appending(cursor) as place:
            place.rows, place.last_seq = rows.num_rows, first + rows.num_rows
            cursor.register("rows", rows)
            cursor.register("hashes", hashes)
            cursor.execute(_INSERT.format(prefix=place.prefix))
    database.settle()


def kept(events: int, count: int) -> Path:
    """A data directory with this much usage; not to be written to, since it is kept."""
    steps = [*USAGE_MIGRATIONS, *RECORDS_MIGRATIONS]
    schema = hashlib.sha256("".join(one.checksum for one in steps).encode()).hexdigest()[:8]
    data = CACHE / f"{events}-{count}-{schema}"
    CACHE.mkdir(parents=True, exist_ok=True)
    # One makes it, and whoever else wants it meanwhile waits.
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not data.is_dir() or time_ns() / 1e9 - data.stat().st_mtime > _KEPT_SECONDS_MAX:
            for old in (CACHE / "making", *CACHE.glob(f"{events}-{count}-*")):
                shutil.rmtree(old, ignore_errors=True)
            _make(data, events, count)
    return data


def _make(data: Path, events: int, count: int) -> None:
    making = CACHE / "making"
    print(f"making a data directory with {events:,} events ...", file=sys.stderr, flush=True)
    with open_stores(making, Settings()) as stores:
        environment, _ = add_meter_and_customers(stores, count)
    database = UsageDatabase.open(making / "usage.duckdb", Settings())
    write_events(database, environment=environment.id, events=events, count=count)
    database.close()
    making.rename(data)


@contextmanager
def copied(events: int, count: int) -> Iterator[Path]:
    """A data directory of one's own with this much usage."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=CACHE) as scratch:
        data = Path(scratch) / "data"
        shutil.copytree(kept(events, count), data)
        yield data


def bytes_on_disk(data: Path) -> int:
    """What the usage log takes, whatever files it lies in."""
    return sum(file.stat().st_size for file in data.glob("usage.*"))
