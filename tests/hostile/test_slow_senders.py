"""Who takes too long is let go, and holds up nobody else."""

import select
from collections.abc import Iterator

import pytest

from tests.hostile.line import FORM, GET, KEY, POST, Line
from tests.serving import Server

MANY = 64


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that waits one second for everything."""
    limits = {
        "TAXIMETER_REQUEST_SECONDS_MAX": "1",
        "TAXIMETER_IDLE_SECONDS_MAX": "1",
        "TAXIMETER_HEADER_BYTES_MAX": "4096",
    }
    with Server(tmp_path_factory.mktemp("hasty") / "data", environ=limits) as server:
        yield server


def test_headers_that_trickle_in_end_the_connection(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        assert line.trickle(b"a") == b""


@pytest.mark.parametrize("before", [b"", GET])
def test_empty_lines_before_a_request_do_not_keep_a_connection_open(
    before: bytes, hasty: Server
) -> None:
    with Line(hasty.address) as line:
        line.send(before)
        answered = line.trickle(b"\r\n")
        assert answered.count(b"HTTP/1.1 ") == answered.count(b" 200 OK") == before.count(b"GET")


def test_body_that_trickles_in_is_refused_in_stripes_shape(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(POST + b"Content-Length: 1000\r\n\r\nevent_name=a")
        answer = line.answer()
        assert (answer.status, answer.headers["stripe-should-retry"]) == (408, "true")
        assert answer.error == {
            "type": "invalid_request_error",
            "message": "The request body did not arrive within 1 seconds. Nothing was recorded; "
            "send the request again.",
        }
        assert answer.headers["connection"] == "close"
        assert line.rest() == b""


def test_body_that_goes_on_after_its_refusal_ends_the_connection(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(POST + b"Content-Length: 99999999\r\n\r\n")
        assert line.answer().status == 413
        assert line.trickle(b"a") == b""


@pytest.mark.parametrize("sent", [b"", GET])
def test_connection_that_is_not_used_is_closed(sent: bytes, hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(sent)
        assert line.rest().count(b" 200 OK") == bool(sent)


def test_one_who_does_not_read_the_answers_is_cut_off(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.socket.setblocking(False)
        poller = select.poll()
        poller.register(line.socket, select.POLLOUT)
        gone = select.POLLHUP | select.POLLERR
        while not any(event & gone for _, event in poller.poll()):
            try:
                line.socket.send(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
            except BlockingIOError:
                poller.modify(line.socket, 0)  # only its end is waited for from here on
            except ConnectionError:
                break
        with Line(hasty.address) as other:
            other.send(GET)
            assert other.answer().status == 200


def test_headers_that_are_too_long_are_refused(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 5_000)
        answer = line.answer()
        assert (answer.status, answer.error["type"]) == (431, "invalid_request_error")
        assert line.rest() == b""


def test_more_requests_at_once_than_are_kept_end_the_connection(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(GET * 100)
        assert b"HTTP/1.1 400 " in line.rest()
    with Line(hasty.address) as line:
        line.send(GET * 20)
        assert [line.answer().status for _ in range(20)] == [200] * 20


def test_trailers_are_read_and_dropped(hasty: Server) -> None:
    with Line(hasty.address) as line:
        line.send(b"POST /v1/customers HTTP/1.1\r\nHost: x\r\n" + KEY + FORM)
        line.send(b"Transfer-Encoding: chunked\r\n\r\n6\r\nname=a\r\n0\r\nX-Trailer: b\r\n\r\n")
        assert line.answer().status == 200
        line.send(GET)
        assert line.answer().status == 200


def test_slow_ones_hold_up_nobody_else(hasty: Server) -> None:
    slow = [Line(hasty.address) for _ in range(MANY)]
    for number, line in enumerate(slow):
        head = b"Content-Length: 9\r\n\r\n" if number % 2 else b""
        line.send(POST + head)
    with Line(hasty.address) as quick:
        quick.send(GET)
        assert quick.answer().status == 200
    for number, line in enumerate(slow):
        with line:
            assert (b" 408 " in line.rest()) == bool(number % 2)
