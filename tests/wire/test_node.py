"""The main paths through the official SDK for Node."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.serving import TEST_KEY, Server
from tests.wire.clocked import ClockedServer

NODE = Path(__file__).parent / "node"


def _missing() -> str | None:
    """Return what the test lacks, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (NODE / "node_modules" / "stripe").is_dir():
        return "the Node SDK is not installed; make test installs it where npm is"
    return None


NEEDS_NODE = pytest.mark.skipif(
    _missing() is not None and os.environ.get("CI") != "true", reason=f"{_missing()}"
)


def run(script: str, server: Server | ClockedServer, *arguments: str) -> Any:
    """Run a script against a server, and return what it printed."""
    assert _missing() is None, "CI runs every test"
    done = subprocess.run(
        ["node", str(NODE / script), server.address, TEST_KEY, *arguments],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@NEEDS_NODE
def test_node_sdk_meters_cancels_totals_and_pages(server: Server) -> None:
    assert run("main_path.mjs", server) == {
        "events": ["1", "2.5", "4", "100"],
        "adjustment": "complete",
        "values": [1, 2.5, 4],
        "customersMadeByTwoCalls": 1,
        "failure": {
            "type": "StripeInvalidRequestError",
            "status": 400,
            "param": "identifier",
            "message": "An event already exists with identifier NAME 1.",
            "request": "req_",
        },
        "meter": ["Renamed", "inactive"],
    }


@NEEDS_NODE
def test_node_sdk_streams_and_reads_error_reports(clocked: ClockedServer) -> None:
    seen = run("v2_path.mjs", clocked, str(clocked.now()))
    meter = seen.pop("meter")
    assert seen == {
        "event": ["v2.billing.meter_event", False, "1.5"],
        "session": "v2.billing.meter_event_session",
        "adjustment": "complete",
        "total": 3.5,
        "failures": [
            {
                "type": "StripeInvalidRequestError",
                "code": "payload_invalid_value",
                "status": 400,
            },
            {
                "type": "TemporarySessionExpiredError",
                "code": "billing_meter_event_session_expired",
                "status": 401,
            },
        ],
    }
    clocked.clock.advance(seconds=10)
    clocked.app.reporter.report()
    report = {
        "type": "v1.billing.meter.error_report_triggered",
        "codes": ["meter_event_invalid_value"],
        "meter": meter,
    }
    assert run("v2_events.mjs", clocked, meter) == [report]


@NEEDS_NODE
def test_node_sdk_bills_a_subscription_on_a_test_clock(clocked: ClockedServer) -> None:
    ends = [1_772_272_800, 1_774_951_200, 1_777_543_200]
    assert run("year.mjs", clocked) == {
        "invoices": [
            # 1,000 free and 301 × 0.5 = 150.5; credits pay 100
            {"end": ends[0], "lines": [0, 151], "due": 51, "status": "open"},
            # 1,000 free and 7 × 0.5 = 3.5
            {"end": ends[1], "lines": [0, 4], "due": 4, "status": "open"},
            # at the old price 1,000 free and 100 × 0.5; at the new one 20 × 1
            {"end": ends[2], "lines": [0, 50, 20], "due": 70, "status": "open"},
        ],
        "preview": 0,
    }


@NEEDS_NODE
def test_node_sdk_believes_what_is_delivered(server: Server) -> None:
    assert run("webhooks.mjs", server) == {
        "/snapshot": "customer.created",
        "/thin": "v1.customer.created",
        "/rolled": "customer.created",
    }
