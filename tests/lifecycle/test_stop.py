"""The server ends when told to, with exit code 0, and nothing that was acknowledged is lost."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.serving import STOP_SECONDS_MAX, TEST_KEY, Server

TOOK_LONG = re.compile(r"Executing <.*> took \d+\.\d+ seconds")
HEADERS = {"Authorization": f"Bearer {TEST_KEY}"}


def _connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=STOP_SECONDS_MAX)


def _healthy(connection: http.client.HTTPConnection) -> tuple[int, bytes]:
    connection.request("GET", "/healthz")
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_health_is_answered_without_a_key(server: Server) -> None:
    connection = _connect(server)
    assert _healthy(connection) == (200, b'{"status":"ok"}')
    connection.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_with_code_0(number: signal.Signals, tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        server.process.send_signal(number)
        assert server.process.stdout is not None
        assert server.process.stdout.read() == "Stopped; everything acknowledged is on disk.\n"
        assert server.stop() == 0


def test_connections_that_are_kept_alive_do_not_hold_up_the_end(tmp_path: Path) -> None:
    with Server(tmp_path / "data", environ={"TAXIMETER_SHUTDOWN_SECONDS_MAX": "3600"}) as server:
        connections = [_connect(server) for _ in range(8)]
        assert [_healthy(one)[0] for one in connections] == [200] * 8
        assert server.stop() == 0
    for one in connections:
        one.close()


def test_a_request_in_flight_is_answered_before_the_end(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        host, port = urlsplit(server.address).netloc.split(":")
        body = b"display_name=Half&event_name=half&default_aggregation[formula]=count"
        request = (
            f"POST /v1/billing/meters HTTP/1.1\r\nHost: {host}\r\n"
            f"Authorization: Bearer {TEST_KEY}\r\nExpect: 100-continue\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), STOP_SECONDS_MAX) as half:
            half.sendall(request.encode())
            # The server asks for the body once it has begun with the request.
            assert half.recv(1024).startswith(b"HTTP/1.1 100 ")
            server.process.send_signal(signal.SIGTERM)
            ended = threading.Thread(target=_wait_until_refused, args=(host, int(port)))
            ended.start()
            ended.join(STOP_SECONDS_MAX)
            half.sendall(body)
            assert half.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert server.stop() == 0
    with Server(tmp_path / "data") as server:
        meters = server.client().v1.billing.meters.list().data
    assert [meter.display_name for meter in meters] == ["Half"]


def _wait_until_refused(host: str, port: int) -> None:
    while True:
        try:
            socket.create_connection((host, port), STOP_SECONDS_MAX).close()
        except ConnectionError:
            return


def test_starting_and_stopping_gives_no_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-X", "dev", "-m", "taximeter", "serve"]
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data"), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=STOP_SECONDS_MAX)
    # In this mode asyncio also says which of its steps took long, as any may on a busy machine.
    told = [line for line in said.splitlines() if not TOOK_LONG.fullmatch(line)]
    assert (process.returncode, told) == (0, [])
