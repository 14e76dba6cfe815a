"""Finding doubles among random identifiers: a primary key, or fingerprints settled by the log."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import duckdb
import numpy as np
import pyarrow as pa

from benchmarks.aims import Held
from benchmarks.processes import memory_mb
from benchmarks.scale import Scale
from benchmarks.stored import CACHE
from benchmarks.table import milliseconds, percentile, print_table, whole
from taximeter.ingest.fingerprints import FingerprintSet
from taximeter.ingest.identifiers import identifier_hashes

BATCH = 5_000
STEPS = 4


def run(scale: Scale) -> list[Held]:
    rows = []
    for name, declaration, with_filter in (
        ("no key, fingerprints", "identifier VARCHAR NOT NULL, seq BIGINT", True),
        ("PRIMARY KEY", "identifier VARCHAR PRIMARY KEY, seq BIGINT", False),
    ):
        CACHE.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=CACHE) as folder:
            file = Path(folder) / "identifiers.duckdb"
            connection = duckdb.connect(str(file), config={"threads": "2"})
            connection.execute(f"CREATE TABLE seen ({declaration})")
            rows += _append(name, connection, file, scale, with_filter=with_filter)
            connection.close()
    print_table(
        f"random identifiers of 32 characters, {BATCH:,} a transaction, each checked and appended",
        ["how", "stored", "identifiers/s", "commit p50", "commit p99", "memory", "on disk"],
        rows,
    )
    return []


def _append(
    name: str,
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    scale: Scale,
    *,
    with_filter: bool,
) -> list[list[object]]:
    seen = FingerprintSet()

    def maybe(batch: Sequence[str]) -> int:
        hashes = identifier_hashes(2, batch)
        taken = np.flatnonzero(seen.maybe(hashes).mask)
        if taken.size:
            wanted = pa.table({"identifier": [batch[index] for index in taken.tolist()]})
            connection.register("wanted", wanted)
            connection.execute("SELECT * FROM seen SEMI JOIN wanted USING (identifier)").fetchall()
        seen.add(hashes, first_seq=0, last_seq=0, received_at_us=0)
        return int(taken.size)

    check: Callable[[Sequence[str]], int] = maybe if with_filter else len
    rows: list[list[object]] = []
    stored = 0
    for _ in range(STEPS):
        took = []
        for _ in range(scale.identifiers // STEPS // BATCH):
            batch = [secrets.token_hex(16) for _ in range(BATCH)]
            begin = perf_counter()
            check(batch)
            table = pa.table(
                {
                    "identifier": batch,
                    "seq": list(range(stored, stored + BATCH)),
                }
            )
            connection.register("incoming", table)
            connection.execute("BEGIN")
            connection.execute("INSERT INTO seen SELECT * FROM incoming")
            connection.execute("COMMIT")
            took.append(perf_counter() - begin)
            stored += BATCH
        rows.append(
            [
                name,
                f"{stored:,}",
                whole(BATCH * len(took) / sum(took)),
                milliseconds(percentile(took, 0.5)),
                milliseconds(percentile(took, 0.99)),
                f"{memory_mb():.0f} MB",
                f"{file.stat().st_size / 1e6:.0f} MB",
            ]
        )
    return rows
