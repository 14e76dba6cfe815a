"""What every test of a killed server begins with."""

import random
import subprocess
import sys
from pathlib import Path

from tests.crash.ledger import EVENT_NAME, Ledger
from tests.serving import Server

CUSTOMERS = 5
START_SECONDS_MAX = 1.5


def set_up(server: Server, choices: random.Random) -> tuple[str, Ledger]:
    """A meter and customers on a new server; the meter's id, and a ledger of the customers."""
    client = server.client()
    meter = client.v1.billing.meters.create(
        {
            "display_name": "Requests",
            "event_name": EVENT_NAME,
            "default_aggregation": {"formula": "sum"},
        }
    )
    customers = [client.v1.customers.create({}).id for _ in range(CUSTOMERS)]
    return meter.id, Ledger(customers=customers, random=choices)


def kill_during_start(data: Path, choices: random.Random) -> None:
    """Start a server and kill it on its way, or once it serves."""
    command = [sys.executable, "-m", "taximeter", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen([*command, "--dev"], stdout=subprocess.DEVNULL) as process:
        try:
            process.wait(choices.uniform(0.2, START_SECONDS_MAX))
        except subprocess.TimeoutExpired:
            process.kill()
