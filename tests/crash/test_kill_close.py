"""Killed while it closes a period, the server makes each invoice, and gives its notice, once."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.crash.period import check_books, make_period

SUBSCRIPTIONS = 2_000
KILLS_A_PERIOD = 3
POLL_SECONDS = 0.002
SECONDS_MAX = 120
SETTINGS = {"TAXIMETER_GRACE_PERIOD_HOURS": "0", "TAXIMETER_DUE_BATCH_MAX": "150"}
"""Drafts are finalized while others are still to be made, and all in many transactions."""

_STEPS = """
    SELECT
        (SELECT count(*) FROM events WHERE type = 'invoice.upcoming')
        + (SELECT count(*) + count(*) FILTER (WHERE status <> 'draft') FROM invoices)
"""


@contextmanager
def serving(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is on its way; leaving the block kills it."""
    command = [sys.executable, "-m", "taximeter", "serve", "--data", str(data), "--port", "0"]
    environ = {**os.environ, **SETTINGS}
    with subprocess.Popen([*command, "--dev"], stdout=subprocess.DEVNULL, env=environ) as process:
        try:
            yield process
        finally:
            process.kill()


def steps(data: Path) -> int:
    """How many notices were given, drafts made and finalized, as another process sees it."""
    with closing(sqlite3.connect(data / "records.sqlite3")) as connection:
        (found,) = connection.execute(_STEPS).fetchone()
        return int(found)


def wait_for(process: subprocess.Popen[bytes], data: Path, goal: int) -> int:
    """Wait until so many steps are done; how many are."""
    for _ in range(int(SECONDS_MAX / POLL_SECONDS)):
        found = steps(data)
        if found >= goal:
            return found
        with suppress(subprocess.TimeoutExpired):
            pytest.fail(f"the server ended with {process.wait(POLL_SECONDS)}")
    pytest.fail(f"the server stopped at {steps(data)} of {goal} steps")


def close_under_kills(data: Path, choices: random.Random) -> None:
    """Kill the server at moments of the close, each later than the last; then let one finish."""
    everything = 3 * SUBSCRIPTIONS
    done = 0
    for _ in range(KILLS_A_PERIOD):
        # Where a kill came too late the rest are done, and the next ones hit a server at rest.
        goal = done if done == everything else choices.randint(done, everything - 1)
        with serving(data) as process:
            done = wait_for(process, data, goal)
            with suppress(subprocess.TimeoutExpired):
                process.wait(choices.uniform(0, 0.2))
    with serving(data) as process:
        wait_for(process, data, everything)


def check_kills(periods: int, choices: random.Random, folder: Path) -> None:
    expected = make_period(folder / "made", choices, count=SUBSCRIPTIONS)
    for number in range(periods):
        data = folder / f"data-{number}"
        shutil.copytree(folder / "made", data)
        close_under_kills(data, choices)
        check_books(data, expected)


def test_3_kills_while_a_period_closes_double_and_skip_no_invoice(
    seed: int, tmp_path: Path
) -> None:
    check_kills(1, random.Random(seed), tmp_path)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
def test_21_kills_while_periods_close_double_and_skip_no_invoice(seed: int, tmp_path: Path) -> None:
    check_kills(7, random.Random(seed), tmp_path)
