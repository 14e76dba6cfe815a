"""Interrupted by a kill or by Ctrl-C, an import that is run again counts each row once."""

import gzip
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from taximeter.imports.checkpoint import Checkpoint
from taximeter.kit import decimals
from tests.imports.world import ADA, BOB, NOW, World, counts

ROWS = 90_000
KILLS = 3
STOP_SECONDS_MAX = 60
CUSTOMERS = [ADA, BOB, "cus_nobody"]


def values() -> list[tuple[str, str]]:
    """A customer and a value for each row; one customer in a thousand does not exist."""
    choices = random.Random(7)
    return [
        (
            CUSTOMERS[2] if number % 1_000 == 999 else choices.choice(CUSTOMERS[:2]),
            str(Decimal(choices.randint(-99, 9_999)) / 100),
        )
        for number in range(ROWS)
    ]


VALUES = values()
REJECTED = sum(customer == CUSTOMERS[2] for customer, _ in VALUES)


def as_csv() -> bytes:
    head = "timestamp,event_name,payload_stripe_customer_id,payload_value\n"
    rows = (f"{NOW},tokens,{customer},{value}\n" for customer, value in VALUES)
    return (head + "".join(rows)).encode()


def as_lines() -> list[bytes]:
    return [
        b'{"timestamp":%d,"event_name":"tokens","payload":{"stripe_customer_id":"%b","value":%b}}'
        % (NOW, customer.encode(), value.encode())
        for customer, value in VALUES
    ]


CONTENTS: dict[str, Callable[[], bytes]] = {
    "usage.csv": as_csv,
    "usage.json": lambda: b"[" + b",\n".join(as_lines()) + b"]",
    "usage.jsonl.gz": lambda: gzip.compress(b"\n".join(as_lines()), 1),
}


def expected() -> dict[tuple[str, str], Decimal]:
    return {
        ("tokens", one): decimals.total(
            Decimal(value) for customer, value in VALUES if customer == one
        )
        for one in (ADA, BOB)
    }


def start(world: World, file: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "taximeter", "import", file, "--data", str(world.data)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def rows_done(data: Path) -> int:
    """How many rows the only checkpoint speaks of."""
    for path in data.glob("imports/*.json"):
        return msgspec.json.decode(path.read_bytes(), type=Checkpoint).position.row
    return 0


def wait_for_rows(process: "subprocess.Popen[str]", data: Path, more_than: int) -> None:
    """Return once more rows are done, or the import has ended."""
    while rows_done(data) <= more_than:
        try:
            process.wait(0.005)
        except subprocess.TimeoutExpired:
            continue
        return


def check_result(world: World, file: str) -> None:
    assert world.totals() == expected()
    rejected = Path(f"{file}.rejected.{'csv' if file.endswith('.csv') else 'jsonl'}")
    lines = rejected.read_text(encoding="utf-8").splitlines()[file.endswith(".csv") :]
    assert len(lines) == len(set(lines)) == REJECTED
    again = world.counts(file)
    assert again == (0, ROWS - REJECTED, REJECTED)
    assert rejected.read_text(encoding="utf-8").splitlines()[file.endswith(".csv") :] == lines


@pytest.mark.parametrize("name", CONTENTS)
def test_killed_several_times_and_completed_every_row_counts_once(name: str, world: World) -> None:
    file = world.file(name, CONTENTS[name]())
    reached = []
    for _ in range(KILLS):
        process = start(world, file)
        wait_for_rows(process, world.data, rows_done(world.data))
        process.kill()
        process.communicate()
        reached.append(rows_done(world.data))
    assert reached == sorted(reached)
    assert 0 < reached[0] < ROWS, "the first kill came in the middle"
    process = start(world, file)
    told, errors = process.communicate()
    assert (process.returncode, errors) == (1, "")
    recorded, duplicates, rejected = counts(told)
    assert (recorded + duplicates, rejected) == (ROWS - REJECTED, REJECTED)
    check_result(world, file)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_what_is_under_way_and_says_how_to_go_on(
    number: signal.Signals, world: World
) -> None:
    file = world.file("usage.csv", as_csv())
    process = start(world, file)
    wait_for_rows(process, world.data, 0)
    process.send_signal(number)
    told, errors = process.communicate(timeout=STOP_SECONDS_MAX)
    assert (process.returncode, errors) == (130, "")
    assert "Stopped. What is recorded stays; run the same command again" in told
    done = rows_done(world.data)
    assert 0 < done < ROWS
    completed = world.run(file)
    assert f"{done:,} of them before this import was interrupted" in completed.stdout
    assert counts(completed.stdout) == (ROWS - REJECTED, 0, REJECTED)
    check_result(world, file)


def test_a_signal_ends_the_wait_for_standard_input(world: World) -> None:
    command = [sys.executable, "-m", "taximeter", "import", "-", "--data", str(world.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(as_csv().decode())
        process.stdin.flush()
        wait_for_rows(process, world.data, 0)
        process.send_signal(signal.SIGINT)
        assert process.wait(STOP_SECONDS_MAX) == 130
        process.stdin.close()
    recorded, duplicates, rejected = world.counts("-", stdin=as_csv())
    assert (recorded + duplicates, rejected) == (ROWS - REJECTED, REJECTED)
    assert duplicates > 0
    assert world.totals() == expected()


def test_an_interrupted_import_starts_over_when_it_is_told_to(world: World) -> None:
    file = world.file("usage.csv", as_csv())
    process = start(world, file)
    wait_for_rows(process, world.data, 0)
    process.kill()
    process.communicate()
    recorded, duplicates, rejected = world.counts(file, "--restart")
    assert (recorded + duplicates, rejected) == (ROWS - REJECTED, REJECTED)
    assert duplicates > 0
    check_result(world, file)


def test_an_interrupted_import_starts_over_when_the_file_or_the_log_is_another(
    world: World, made: Path
) -> None:
    file = world.file("usage.csv", as_csv())
    process = start(world, file)
    wait_for_rows(process, world.data, 0)
    process.kill()
    process.communicate()
    usage = world.data / "usage.duckdb"
    for path in world.data.glob("usage*"):
        path.unlink()
    usage.write_bytes((made / "usage.duckdb").read_bytes())
    assert world.counts(file) == (ROWS - REJECTED, 0, REJECTED)
    assert world.totals() == expected()
