"""One attempt at a receiver that fails, hangs, dawdles, drops the connection or lies."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from taximeter.kit.clock import SteppingClock
from taximeter.settings import Settings
from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.connect import Connector
from taximeter.webhooks.outcome import Outcome
from taximeter.webhooks.post import Line, Parcel
from tests.webhooks.examples import a_delivery, a_destination
from tests.webhooks.receiver import Caller, Received, Receiver, answering, hanging, saying

BODY = b'{"id":"evt_1"}'
SETTINGS = Settings(
    webhook_connect_seconds_max=1, webhook_response_seconds_max=1, webhook_response_bytes_max=100
)
LOOPBACK = AddressRules(loopback=True)


def post(url: str, *, times: int = 1, rules: AddressRules = LOOPBACK) -> list[Outcome]:
    """Post to an address as often as that, on one line."""

    async def run() -> list[Outcome]:
        connector = Connector(rules=rules, connect_seconds_max=1)
        line = Line(connector=connector, clock=SteppingClock(1_000_000), settings=SETTINGS)
        parcel = Parcel(delivery=a_delivery(), body=BODY)
        try:
            return [await line.post(parcel, a_destination(url=url)) for _ in range(times)]
        finally:
            line.close()

    return asyncio.run(run())


def told(outcome: Outcome) -> tuple[int | None, str | None, str | None, bool]:
    """Return status, body, error, and whether that counts as delivered."""
    return (
        outcome.response_status,
        outcome.response_body,
        outcome.error,
        outcome.succeeded,
    )


def test_a_request_is_what_it_should_be(receiver: Receiver) -> None:
    (outcome,) = post(receiver.url("/hook?a=b"))
    (received,) = receiver.received()
    assert told(outcome) == (200, "", None, True)
    assert (received.path, received.body) == ("/hook?a=b", BODY)
    assert received.headers.pop("user-agent").startswith("Taximeter/")
    assert received.headers.pop("stripe-signature").startswith("t=1,v1=")
    assert received.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "accept": "*/*",
        "content-type": "application/json; charset=utf-8",
        "content-length": str(len(BODY)),
    }


def test_a_connection_is_kept_for_what_follows(receiver: Receiver) -> None:
    assert [one.succeeded for one in post(receiver.url(), times=3)] == [True] * 3
    assert receiver.connections == 1


async def closing_quietly(received: Received, caller: Caller) -> None:
    """Answer, and close the connection without having said so."""
    await answering(200)(received, caller)
    caller.writer.close()


@pytest.mark.parametrize(
    "behavior", [closing_quietly, answering(200, b"", "Connection: close")], ids=["quiet", "told"]
)
def test_a_connection_that_was_closed_is_opened_anew(receiver: Receiver, behavior: Any) -> None:
    receiver.behave("/hook", behavior)
    assert [one.succeeded for one in post(receiver.url(), times=3)] == [True] * 3
    assert (len(receiver.received()), receiver.connections) == (3, 3)


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_2xx_is_delivered(status: int, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(status))
    assert told(post(receiver.url())[0]) == (status, "", None, True)


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_other_statuses_are_failures(status: int, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(status, b"no"))
    assert told(post(receiver.url())[0]) == (status, "no", None, False)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int, receiver: Receiver) -> None:
    receiver.behave("/hook", answering(status, b"", f"Location: {receiver.url('/other')}"))
    (outcome,) = post(receiver.url())
    assert told(outcome) == (
        status,
        "",
        "Redirects are not followed; give the address that they lead to.",
        False,
    )
    assert [one.path for one in receiver.received()] == ["/hook"]


def test_whoever_hangs_is_given_up(receiver: Receiver) -> None:
    receiver.behave("/hook", hanging)
    assert told(post(receiver.url())[0]) == (None, None, "No answer came in time.", False)


def dripping(head: bytes, drop: bytes) -> Any:
    """Send a head, and then a drop at a time for ever."""

    async def behave(received: Received, caller: Caller) -> None:
        await caller.send(head)
        while not caller.released.is_set():
            await caller.send(drop)
            with suppress(TimeoutError):
                await asyncio.wait_for(caller.released.wait(), 0.02)

    return behave


def test_a_head_that_drips_in_is_given_up(receiver: Receiver) -> None:
    receiver.behave("/hook", dripping(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"))
    assert told(post(receiver.url())[0]) == (None, None, "No answer came in time.", False)


def test_a_body_that_drips_in_is_cut_and_the_status_counts(receiver: Receiver) -> None:
    receiver.behave("/hook", dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b"a"))
    (outcome,) = post(receiver.url())
    assert outcome.response_body is not None
    assert set(outcome.response_body) == {"a"}
    assert outcome.error == "The body of the answer did not end in time."
    assert outcome.succeeded


CUT = "The body of the answer broke off."
BROKEN = "The answer broke off."
CLOSED = "The connection was closed without an answer."
NO_HTTP = "What was answered is not HTTP."
LIES: dict[str, tuple[bytes, tuple[int | None, str | None, str | None, bool]]] = {
    "nothing": (b"", (None, None, CLOSED, False)),
    "half a head": (b"HTTP/1.1 200 OK\r\nContent-", (None, None, BROKEN, False)),
    "another protocol": (b"SSH-2.0-OpenSSH_9.9\r\n", (None, None, NO_HTTP, False)),
    "a status of letters": (b"HTTP/1.1 OK OK\r\n\r\n", (None, None, NO_HTTP, False)),
    "less than promised": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!",
        (200, "five!", CUT, True),
    ),
    "less than promised of a failure": (
        b"HTTP/1.1 500 No\r\nContent-Length: 10\r\n\r\nfive!",
        (500, "five!", CUT, False),
    ),
    "more than promised": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nfive!",
        (200, "fi", None, True),
    ),
    "a body until the end": (b"HTTP/1.1 200 OK\r\n\r\nfive!", (200, "five!", None, True)),
    "chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\n3\r\nve!\r\n0\r\n\r\n",
        (200, "five!", None, True),
    ),
    "broken chunks": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfi\r\nzz\r\n",
        (200, "fi", "The body of the answer is not HTTP.", True),
    ),
    "garbage": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\xff\x00\xfe!",
        (200, "\ufffd\ufffd\ufffd!", None, True),
    ),
    "an endless body": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"a" * 1_000,
        (200, "a" * 100, None, True),
    ),
    "an early hint": (
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        (200, "ok", None, True),
    ),
    "only a hint": (b"HTTP/1.1 100 Continue\r\n\r\n", (None, None, BROKEN, False)),
    "another protocol after all": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        (None, None, "The answer asks for another protocol.", False),
    ),
    "an endless head": (
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000,
        (None, None, "The headers of the answer do not end.", False),
    ),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nok", (200, "ok", None, True)),
}


@pytest.mark.parametrize("name", LIES)
def test_whatever_is_answered_is_told(name: str, receiver: Receiver) -> None:
    said, expected = LIES[name]
    receiver.behave("/hook", saying(said))
    assert told(post(receiver.url())[0]) == expected


def test_a_connection_that_is_refused_is_told() -> None:
    with Receiver() as gone:
        url = gone.url()
    assert told(post(url)[0]) == (None, None, "The connection was refused.", False)


def test_an_unknown_host_is_told() -> None:
    (outcome,) = post("http://nobody.invalid/")
    assert told(outcome) == (None, None, "The host name could not be resolved.", False)


def test_an_address_within_is_refused_before_it_is_connected_to(receiver: Receiver) -> None:
    (outcome,) = post(receiver.url(), rules=AddressRules())
    assert outcome.error is not None
    assert outcome.error.startswith("Refused: it leads to a private, local or reserved address")
    assert receiver.connections == 0
