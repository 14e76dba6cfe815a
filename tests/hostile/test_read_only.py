"""A data directory that cannot be written: refused at start, and answered with 503 meanwhile."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hostile.line import Line, event_request
from tests.hostile.totals import total_now
from tests.lifecycle.refusal import refusal
from tests.serving import Server
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter

READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """The directory of a server that ended."""
    with Server(tmp_path / "data") as server:
        assert create_customer(server.client())
    return server.data


def test_read_only_directory_is_refused_at_start(stopped: Path) -> None:
    through = ["unshare", "--mount", "sh", "-c", READ_ONLY, str(stopped)]
    if sys.platform != "linux" or subprocess.run([*through, "true"], check=False).returncode:
        pytest.skip("this machine lets no test mount a directory")
    assert refusal(stopped, through=through) == (
        f"The data directory {stopped} cannot be used (Read-only file system). Choose another "
        "with --data, or correct its permissions."
    )


@contextmanager
def _immutable(data: Path) -> Iterator[None]:
    """Nothing in the directory can be written, not even through files that are open."""
    if shutil.which("chattr") is None:
        pytest.skip("there is no chattr to make files immutable with")
    paths = [str(path) for path in [*data.iterdir(), data]]
    try:
        if subprocess.run(["chattr", "+i", *paths], capture_output=True, check=False).returncode:
            pytest.skip("this machine lets no test make a file immutable")
        yield
    finally:
        subprocess.run(["chattr", "-i", *paths], capture_output=True, check=False)


def test_directory_that_turns_read_only_is_answered_with_503_while_it_lasts(tmp_path: Path) -> None:
    with Server(tmp_path / "data", environ={"TAXIMETER_TAIL_EVENTS_MAX": "20"}) as server:
        client = server.client()
        meter, customer = create_meter(client), create_customer(client)
        with Line(server.address) as line:
            for number in range(50):
                line.send(event_request(meter, customer, f"before-{number}"))
                assert line.answer().status == 200
            with _immutable(server.data):
                for number in range(30):
                    line.send(event_request(meter, customer, f"during-{number}"))
                    answer = line.answer()
                    assert (answer.status, answer.headers["stripe-should-retry"]) == (503, "true")
                    assert "it will count once" in answer.error["message"]
                refused = request(server.address, "POST", "/v1/customers", body={"name": "Ada"})
                assert (refused.status, refused.headers["stripe-should-retry"]) == (503, "true")
                assert total_now(client, meter, customer) == 50
            for number in range(30):
                line.send(event_request(meter, customer, f"during-{number}"))
                assert line.answer().status == 200
        assert total_now(client, meter, customer) == 80
        assert create_customer(client)
        assert server.stop() == 0
    with Server(server.data) as server:
        assert total_now(server.client(), meter, customer) == 80
