"""The main path through the official SDK for Node."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.serving import TEST_KEY, Server

NODE = Path(__file__).parent / "node"


def _missing() -> str | None:
    """Return what the test lacks, or None."""
    if shutil.which("node") is None:
        return "node is not installed"
    if not (NODE / "node_modules" / "stripe").is_dir():
        return "the Node SDK is not installed; make test installs it where npm is"
    return None


@pytest.mark.skipif(
    _missing() is not None and os.environ.get("CI") != "true", reason=f"{_missing()}"
)
def test_node_sdk_meters_cancels_totals_and_pages(server: Server) -> None:
    assert _missing() is None, "CI runs every test"
    run = subprocess.run(
        ["node", str(NODE / "main_path.mjs"), server.address, TEST_KEY],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
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
