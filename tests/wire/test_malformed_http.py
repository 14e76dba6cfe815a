"""Bytes that are no HTTP, or stop in the middle: refused or dropped, and the server serves on."""

import re
import socket
from urllib.parse import urlsplit

import pytest

from tests.serving import Server
from tests.wire.plain import request

KEY = b"Authorization: Bearer sk_test_BQokikJOvBiI2HlWgH4olfQ2\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
POST = b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n" + KEY + FORM


def _exchange(server: Server, sent: bytes, *, half_close: bool = True) -> bytes:
    """Send bytes, say that no more will come, and return all that comes back."""
    parts = urlsplit(server.address)
    with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as line:
        line.sendall(sent)
        if half_close:
            line.shutdown(socket.SHUT_WR)
        received = b""
        while chunk := line.recv(65_536):
            received += chunk
    return received


@pytest.mark.parametrize(
    "sent",
    [
        POST + b"Content-Length: abc\r\n\r\nname=a",
        POST + b"Content-Length: -1\r\n\r\nname=a",
        POST + b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nname=a",
        POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\nname=a",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nname=a\r\n",
        POST.replace(b"POST", b"FETCH") + b"\r\n",
        POST + b"bad header\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
        b"name=a\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused_with_400(sent: bytes, server: Server) -> None:
    assert _exchange(server, sent).startswith(b"HTTP/1.1 400 ")
    assert request(server.address, "GET", "/healthz").status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"POST /v1/cust",
        POST,
        POST + b"Content-Length: 600\r\n\r\nname=abandoned",
        POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nname=",
    ],
)
def test_request_that_stops_in_the_middle_is_not_carried_out(sent: bytes, server: Server) -> None:
    assert b" 200 " not in _exchange(server, sent)
    listed = request(server.address, "GET", "/v1/customers?limit=100").json()["data"]
    assert [one["id"] for one in listed if (one["name"] or "").startswith("abandoned")] == []
    assert request(server.address, "GET", "/healthz").status == 200


def test_body_that_is_declared_too_large_is_refused_before_it_is_sent(server: Server) -> None:
    answer = _exchange(server, POST + b"Content-Length: 99999999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_requests_that_are_sent_without_waiting_are_answered_in_order(server: Server) -> None:
    get = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answers = _exchange(server, get % b"healthz" + get % b"nowhere" + last, half_close=False)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"404", b"200"]
