"""Sends usage over many connections as fast as it is answered, until the server is gone."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

import msgspec

from tests.crash.connection import Answer, Connection
from tests.crash.ledger import EVENT_NAME, Ledger, Sending

EVENTS = "/v1/billing/meter_events"
ADJUSTMENTS = "/v1/billing/meter_event_adjustments"
SESSIONS = "/v2/billing/meter_event_session"
STREAM = "/v2/billing/meter_event_stream"
CONNECTIONS = 24
BATCH = 100
NEW_IN_BATCH = 90
"""A batch holds some events that were sent before, too."""
GONE = (ConnectionError, asyncio.IncompleteReadError)


async def record(connection: Connection, ledger: Ledger, sending: Sending) -> None:
    """Send an event, new or again, and note that it is counted."""
    answer = await connection.post(EVENTS, sending.form(), sending.headers())
    if answer.status == 200:
        ledger.acknowledge(sending, answer.body["identifier"])
    else:
        assert sending.identifier is not None, answer
        exists = f"An event already exists with identifier {sending.identifier}."
        assert (answer.status, answer.body["error"]["message"]) == (400, exists)
        ledger.acknowledge(sending, sending.identifier)


async def open_session(connection: Connection) -> str:
    """Open a session of the stream; its token."""
    answer = await connection.post_json(SESSIONS, b"{}")
    assert answer.status == 200, answer
    return str(answer.body["authentication_token"])


async def send_batch(connection: Connection, token: str, batch: Sequence[Sending]) -> Answer:
    """Send events through the stream."""
    body = msgspec.json.encode({"events": [one.event() for one in batch]})
    return await connection.post_json(STREAM, body, key=token)


async def record_batch(
    connection: Connection, token: str, ledger: Ledger, batch: Sequence[Sending]
) -> None:
    """Send events through the stream, and note that they are counted."""
    answer = await send_batch(connection, token, batch)
    assert (answer.status, answer.body) == (200, {}), answer
    ledger.acknowledge_batch(batch)


def batched(sendings: Sequence[Sending], size: int) -> Iterator[Sequence[Sending]]:
    for start in range(0, len(sendings), size):
        yield sendings[start : start + size]


async def cancel(connection: Connection, ledger: Ledger, number: int) -> None:
    """Cancel an acknowledged event, for the first time or again, and note that it is."""
    ledger.cancels_sent.add(number)
    form = {
        "event_name": EVENT_NAME,
        "type": "cancel",
        "cancel[identifier]": ledger.acknowledged[number],
    }
    answer = await connection.post(ADJUSTMENTS, form)
    assert (answer.status, answer.body.get("status")) == (200, "complete"), answer
    ledger.cancels_acknowledged.add(number)


async def send_until_gone(
    address: str,
    ledger: Ledger,
    acknowledged: Callable[[], None],
    *,
    connections: int = CONNECTIONS,
) -> None:
    """Send over every connection; `acknowledged` is called after each answer."""
    opened = [await Connection.open(address) for _ in range(connections)]
    await asyncio.gather(*(_send(one, ledger, acknowledged) for one in opened))
    for one in opened:
        await one.close()


async def _send(connection: Connection, ledger: Ledger, acknowledged: Callable[[], None]) -> None:
    try:
        while True:
            sending = ledger.next()
            await record(connection, ledger, sending)
            acknowledged()
            if sending.number % 5 == 0:
                await record(connection, ledger, sending)
            if sending.number % 12 == 0:
                await cancel(connection, ledger, sending.number)
    except GONE:
        return


async def stream_until_gone(
    address: str, ledger: Ledger, connections: int, acknowledged: Callable[[], None]
) -> None:
    """Send full batches over every connection; `acknowledged` is called after each answer."""
    opened = [await Connection.open(address) for _ in range(connections)]
    token = await open_session(opened[0])
    await asyncio.gather(*(_stream(one, token, ledger, acknowledged) for one in opened))
    for one in opened:
        await one.close()


async def _stream(
    connection: Connection, token: str, ledger: Ledger, acknowledged: Callable[[], None]
) -> None:
    try:
        while True:
            await record_batch(connection, token, ledger, ledger.next_batch(NEW_IN_BATCH))
            acknowledged()
    except GONE:
        return


async def send_again(connection: Connection, ledger: Ledger) -> None:
    """Send once more whatever was not answered: all of it counts once from then on."""
    left = ledger.unacknowledged()
    by_stream = [one for one in left if one.identifier and not one.idempotency_key]
    if len(by_stream) >= BATCH:
        token = await open_session(connection)
        for batch in batched(by_stream, BATCH):
            await record_batch(connection, token, ledger, batch)
    for sending in ledger.unacknowledged():
        await record(connection, ledger, sending)
    for number in ledger.cancels_unacknowledged():
        await cancel(connection, ledger, number)
