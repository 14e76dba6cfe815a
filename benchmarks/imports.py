"""`taximeter import`: files of a day's usage, each row with its identifier, into an empty log."""

import csv
import random
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, time

import msgspec

from benchmarks.aims import Held
from benchmarks.scale import Scale
from benchmarks.stored import CACHE, EVENT_NAME, copied, customer_id
from benchmarks.table import print_table, spread, whole

AIM_PER_SECOND = 300_000
DAY_SECONDS = 86_400


class Row(msgspec.Struct):
    identifier: str
    timestamp: int
    event_name: str
    payload: dict[str, str]


def rows(scale: Scale) -> Iterator[Row]:
    choices, now = random.Random(1), int(time())
    for number in range(scale.import_rows):
        yield Row(
            identifier=secrets.token_hex(12),
            timestamp=now - number % DAY_SECONDS,
            event_name=EVENT_NAME,
            payload={
                "stripe_customer_id": customer_id(choices.randrange(scale.customers)),
                "value": f"{choices.randrange(1_000)}.{choices.randrange(100):02}",
            },
        )


def as_lines(path: Path, scale: Scale) -> None:
    with path.open("wb") as file:
        for row in rows(scale):
            file.write(msgspec.json.encode(row) + b"\n")


def as_array(path: Path, scale: Scale) -> None:
    with path.open("wb") as file:
        for number, row in enumerate(rows(scale)):
            file.write((b",\n" if number else b"[") + msgspec.json.encode(row))
        file.write(b"]\n")


def as_csv(path: Path, scale: Scale) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        keys = ["payload_stripe_customer_id", "payload_value"]
        writer.writerow(["identifier", "timestamp", "event_name", *keys])
        for row in rows(scale):
            writer.writerow([row.identifier, row.timestamp, row.event_name, *row.payload.values()])


FORMATS: dict[str, tuple[str, Callable[[Path, Scale], None]]] = {
    "JSON Lines": ("usage.jsonl", as_lines),
    "JSON array": ("usage.json", as_array),
    "CSV": ("usage.csv", as_csv),
}


def seconds(data: Path, file: Path, scale: Scale) -> float:
    """How long the whole command takes, its start and its end included."""
    command = [sys.executable, "-m", "taximeter", "import", str(file), "--data", str(data)]
    begin = perf_counter()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    took = perf_counter() - begin
    assert f" {scale.import_rows:,} recorded" in told, told
    return took


def run(scale: Scale) -> list[Held]:
    table, held = [], []
    CACHE.mkdir(parents=True, exist_ok=True)
    for name, (file_name, write) in FORMATS.items():
        with TemporaryDirectory(dir=CACHE) as folder:
            file = Path(folder) / file_name
            write(file, scale)
            took = []
            for _ in range(scale.repeats):
                with copied(0, scale.customers) as data:
                    took.append(seconds(data, file, scale))
            rates = [scale.import_rows / one for one in took]
            size_mb = file.stat().st_size / 1e6
        table.append([name, spread(rates), whole(size_mb / median(took))])
        held.append(
            Held(
                f"import of {name}",
                f"{AIM_PER_SECOND:,} rows/s",
                whole(median(rates)),
                median(rates) >= AIM_PER_SECOND,
            )
        )
    print_table(
        f"importing {scale.import_rows:,} rows, start and end of the command included, medians of "
        f"{scale.repeats} (range)",
        ["format", "rows/s", "MB/s"],
        table,
    )
    return held
