"""Reads back everything that a server holds, and holds it against the ledger."""

import time
from decimal import Decimal
from typing import Any

from tests.crash.connection import Connection
from tests.crash.ledger import Ledger
from tests.crash.sender import EVENTS

HOUR_SECONDS = 3_600


async def all_events(connection: Connection) -> list[dict[str, Any]]:
    """Every event, by paging through the list from the newest to the oldest."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = await connection.get(f"{EVENTS}?limit=100{cursor}")
        assert answer.status == 200, answer
        found += answer.body["data"]
        if not answer.body["has_more"]:
            return found
        cursor = f"&starting_after={found[-1]['id']}"


async def check_log(connection: Connection, ledger: Ledger) -> None:
    """Compare the whole log with the ledger."""
    events = await all_events(connection)
    ledger.check(events)
    seqs = [int(event["id"].rpartition("_")[2]) for event in events]
    assert seqs == sorted(set(seqs), reverse=True)


async def check_identifiers(connection: Connection, ledger: Ledger, numbers: list[int]) -> None:
    """Fetch single events; acknowledged ones are answered as they were sent."""
    for number in numbers:
        identifier = ledger.acknowledged[number]
        answer = await connection.get(f"{EVENTS}/{identifier}")
        assert answer.status == 200, answer
        sending = ledger.sent[number]
        assert (answer.body["customer"], Decimal(answer.body["value"])) == (
            sending.customer,
            sending.value,
        )


async def check_totals(connection: Connection, ledger: Ledger, meter: str) -> None:
    """Compare every customer's total with the ledger, in which nothing is left unacknowledged."""
    now = int(time.time()) // HOUR_SECONDS * HOUR_SECONDS
    span = f"start_time={now - 24 * HOUR_SECONDS}&end_time={now + 24 * HOUR_SECONDS}"
    totals = {}
    for customer in ledger.customers:
        answer = await connection.get(
            f"/v1/billing/meters/{meter}/event_summaries?customer={customer}&{span}"
        )
        assert answer.status == 200, answer
        totals[customer] = sum(
            (Decimal(one["aggregated_value_decimal"]) for one in answer.body["data"]), Decimal(0)
        )
    assert totals == ledger.expected_totals()
