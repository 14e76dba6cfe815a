"""A body of 50 MB costs the server next to no memory, and its sender is told."""

from collections.abc import Iterator

import pytest

from tests.hostile.line import GET, POST, Line
from tests.hostile.memory import MB, Peak
from tests.serving import Server

BODY_BYTES = 50 * MB
PIECE = b"a" * MB
RISE_BYTES_MAX = 16 * MB


@pytest.fixture
def peak(server: Server) -> Peak:
    """The server's memory, once it has served its first request of the kind."""
    with Line(server.address) as line:
        line.send(POST + b"Content-Length: 6\r\n\r\nname=a")
        assert line.answer().status == 400
    return Peak(server.process.pid)


def declared() -> Iterator[bytes]:
    yield POST + b"Content-Length: %d\r\n\r\n" % BODY_BYTES
    yield from [PIECE] * (BODY_BYTES // MB)


def chunked() -> Iterator[bytes]:
    yield POST + b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in range(BODY_BYTES // MB):
        yield b"%x\r\n" % MB
        yield PIECE + b"\r\n"
    yield b"0\r\n\r\n"


@pytest.mark.parametrize("pieces", [declared, chunked])
def test_body_of_50_mb_is_refused_and_its_connection_can_be_used_again(
    pieces: type[Iterator[bytes]], server: Server, peak: Peak
) -> None:
    with Line(server.address) as line:
        line.send(*pieces())
        answer = line.answer()
        assert (answer.status, answer.error) == (
            413,
            {
                "type": "invalid_request_error",
                "message": "The request body is larger than 1048576 bytes. Send less at a time, or "
                "raise TAXIMETER_BODY_BYTES_MAX.",
            },
        )
        line.send(GET)
        assert line.answer().status == 200
    assert peak.risen_bytes() < RISE_BYTES_MAX


def test_who_asks_first_is_refused_without_sending_the_body(server: Server, peak: Peak) -> None:
    with Line(server.address) as line:
        expect = b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n"
        line.send(POST + expect % BODY_BYTES)
        answer = line.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert line.rest() == b""
    assert peak.risen_bytes() < RISE_BYTES_MAX


def test_who_asks_first_and_is_let_through_is_answered(server: Server) -> None:
    with Line(server.address) as line:
        line.send(POST + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\n")
        assert line.answer().status == 100
        line.send(b"name=a")
        answer = line.answer()
        assert (answer.status, answer.headers["connection"]) == (400, "close")


def test_many_large_bodies_at_once_share_their_memory(server: Server, peak: Peak) -> None:
    lines = [Line(server.address) for _ in range(40)]
    for line in lines:
        line.send(POST + b"Content-Length: %d\r\n\r\n" % BODY_BYTES)
    for line in lines:
        line.send(PIECE, PIECE)
    for line in lines:
        with line:
            assert line.answer().status == 413
    assert peak.risen_bytes() < RISE_BYTES_MAX
