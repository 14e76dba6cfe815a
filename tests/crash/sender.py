"""Sends usage over many connections as fast as it is answered, until the server is gone."""

import asyncio
from collections.abc import Callable

from tests.crash.connection import Connection
from tests.crash.ledger import EVENT_NAME, Ledger, Sending

EVENTS = "/v1/billing/meter_events"
ADJUSTMENTS = "/v1/billing/meter_event_adjustments"
CONNECTIONS = 24
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


async def send_until_gone(address: str, ledger: Ledger, acknowledged: Callable[[], None]) -> None:
    """Send over every connection; `acknowledged` is called after each answer."""
    opened = [await Connection.open(address) for _ in range(CONNECTIONS)]
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


async def send_again(connection: Connection, ledger: Ledger) -> None:
    """Send once more whatever was not answered: all of it counts once from then on."""
    for sending in ledger.unacknowledged():
        await record(connection, ledger, sending)
    for number in ledger.cancels_unacknowledged():
        await cancel(connection, ledger, number)
