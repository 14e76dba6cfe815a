"""The bodies of all requests under way together take no more memory than a setting allows."""

import select
from collections.abc import Iterator

import pytest

from tests.hostile.line import GET, POST, Line
from tests.hostile.memory import MB, Peak
from tests.serving import Server

SENDERS = 100
HEAD = POST + b"Content-Length: %d\r\n\r\n" % MB
MOST = b"a" * (MB - 100)


@pytest.fixture
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that holds two full bodies at a time."""
    limits = {"TAXIMETER_BODIES_BYTES_MAX": str(2 * MB)}
    with Server(tmp_path_factory.mktemp("narrow") / "data", environ=limits) as server:
        yield server


def test_of_a_hundred_large_bodies_as_many_as_fit_are_read(narrow: Server) -> None:
    peak = Peak(narrow.process.pid)
    lines = {line.socket: line for line in (Line(narrow.address) for _ in range(SENDERS))}
    for line in lines.values():
        line.send(HEAD, MOST)
    waiting = dict(lines)
    while len(waiting) > 2:
        answered, _, _ = select.select(list(waiting), [], [])
        for one in answered:
            answer = waiting.pop(one).answer()
            assert (answer.status, answer.error["code"]) == (429, "rate_limit")
            assert answer.headers["stripe-should-retry"] == "true"
    with Line(narrow.address) as other:
        other.send(GET)
        assert other.answer().status == 200
    for line in waiting.values():
        line.send(b"a" * 100)
        # It has been read, to the end: what was sent is no event, and that is what is said of it.
        assert line.answer().status == 400
    for line in lines.values():
        line.socket.close()
    with Line(narrow.address) as after:
        after.send(HEAD, MOST, b"a" * 100)
        assert after.answer().status == 400
    assert peak.risen_bytes() < 32 * MB
