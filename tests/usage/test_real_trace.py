"""A morning of a real language-model service, through a real server, against a recount.

The trace is the Azure LLM inference trace 2023 (CC BY 4.0; Patel et al., "Splitwise: Efficient
generative LLM inference using phase splitting", ISCA 2024). It is not part of this repository.
"""

import asyncio
import csv
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
import stripe

from taximeter.kit.forms import Tree, encode
from tests.serving import TEST_KEY, Server
from tests.tree.files import ROOT

TRACE = ROOT.parent / "shared" / "traces" / "azure-llm-2023-code.csv"
CONNECTIONS = 32
DAY = 86_400
HOUR = 3_600

pytestmark = pytest.mark.skipif(not TRACE.exists(), reason="the trace does not lie beside the tree")


class Usage(msgspec.Struct, frozen=True):
    """One event: when, of which kind, how many tokens."""

    timestamp: int
    token_type: str
    tokens: int


def invocations() -> list[Usage]:
    """Two events an invocation, moved so that the middle of the trace is yesterday's midnight."""
    with TRACE.open(encoding="utf-8", newline="") as file:
        rows = [
            (_seconds(row["TIMESTAMP"]), int(row["ContextTokens"]), int(row["GeneratedTokens"]))
            for row in csv.DictReader(file)
        ]
    middle = (rows[0][0] + rows[-1][0]) // 2
    shift = int(time.time()) // DAY * DAY - DAY - middle
    return [
        Usage(at + shift, kind, tokens)
        for at, context, generated in rows
        for kind, tokens in (("input", context), ("output", generated))
    ]


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text[:19]).replace(tzinfo=UTC).timestamp())


def request_of(event_name: str, number: int, customer: str, usage: Usage, host: str) -> bytes:
    params: Tree = {
        "event_name": event_name,
        "identifier": f"{event_name}-{number}",
        "timestamp": str(usage.timestamp),
        "payload": {
            "stripe_customer_id": customer,
            "value": str(usage.tokens),
            "token_type": usage.token_type,
        },
    }
    body = encode(params).encode()
    head = (
        f"POST /v1/billing/meter_events HTTP/1.1\r\nhost: {host}\r\n"
        f"authorization: Bearer {TEST_KEY}\r\n"
        "content-type: application/x-www-form-urlencoded\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send_all(address: str, requests: Sequence[bytes], connections: int) -> dict[bytes, int]:
    """Send every request, in order on each connection; how often each status came back."""
    place, statuses = urlsplit(address), dict[bytes, int]()
    assert place.hostname is not None
    waiting: Iterator[bytes] = iter(requests)

    async def run() -> None:
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            status = head.split(b" ", 2)[1]
            statuses[status] = statuses.get(status, 0) + 1
        writer.close()
        await writer.wait_closed()

    await asyncio.gather(*(run() for _ in range(connections)))
    return statuses


def create_meter(client: stripe.StripeClient, event_name: str, **fields: Any) -> str:
    params: Any = {
        "display_name": event_name,
        "event_name": event_name,
        "default_aggregation": {"formula": "sum"},
        "dimension_payload_keys": ["token_type"],
    }
    params |= fields
    return client.v1.billing.meters.create(params).id


def totals(
    client: stripe.StripeClient, meter: str, customer: str, usage: Sequence[Usage], **fields: Any
) -> dict[tuple[int, str | None], Decimal]:
    """Every summary of the meter, by window start and token type."""
    start = min(one.timestamp for one in usage) // DAY * DAY
    params: Any = {"customer": customer, "start_time": start, "end_time": start + 2 * DAY}
    params |= {"limit": 3, **fields}
    found = client.v1.billing.meters.event_summaries.list(meter, params)
    return {
        (one.start_time, one.to_dict().get("dimensions", {}).get("token_type")): Decimal(
            one["aggregated_value_decimal"]
        )
        for one in found.auto_paging_iter()
    }


def recount(
    usage: Sequence[Usage], length: int | None, *, grouped: bool
) -> dict[tuple[int, str | None], Decimal]:
    """The same by hand."""
    first = min(one.timestamp for one in usage) // DAY * DAY
    result: dict[tuple[int, str | None], Decimal] = {}
    for one in usage:
        start = first if length is None else one.timestamp // length * length
        key = (start, one.token_type if grouped else None)
        result[key] = result.get(key, Decimal(0)) + one.tokens
    return result


def survivors(usage: Sequence[Usage]) -> list[Usage]:
    """Of each hour and token type the one that was received last."""
    last = {(one.timestamp // HOUR, one.token_type): one for one in usage}
    return list(last.values())


@pytest.mark.timeout(300)
def test_real_usage_is_counted_to_the_last_token(tmp_path: Path) -> None:
    usage = invocations()
    by_kind = {
        kind: sum(one.tokens for one in usage if one.token_type == kind)
        for kind in ("input", "output")
    }
    assert by_kind == {"input": 18_059_974, "output": 245_896}
    with Server(tmp_path / "data") as server:
        client = server.client()
        raw = create_meter(client, "raw")
        hourly = create_meter(client, "hourly", event_time_window="hour")
        customer = client.v1.customers.create({"name": "Code"}).id
        host = urlsplit(server.address).netloc
        sent = [request_of("raw", n, customer, one, host) for n, one in enumerate(usage)]
        assert asyncio.run(send_all(server.address, sent, CONNECTIONS)) == {b"200": 17_638}
        again = sent[::100]
        assert asyncio.run(send_all(server.address, again, CONNECTIONS)) == {b"400": len(again)}
        # What replaces everything else of its hour arrives when everything else is there.
        sent = [request_of("hourly", n, customer, one, host) for n, one in enumerate(usage)]
        last = [sent[usage.index(one)] for one in survivors(usage)]
        rest = [request for request in sent if request not in last]
        assert asyncio.run(send_all(server.address, rest, CONNECTIONS)) == {b"200": len(rest)}
        assert asyncio.run(send_all(server.address, last, 1)) == {b"200": len(last)}
        for length, window in ((None, None), (HOUR, "hour"), (DAY, "day")):
            fields = {"value_grouping_window": window} if window else {}
            grouped = {**fields, "dimension_group_by_keys": ["token_type"]}
            answered = [
                totals(client, raw, customer, usage, **fields),
                totals(client, raw, customer, usage, **grouped),
                totals(client, hourly, customer, usage, **fields),
                totals(client, hourly, customer, usage, **grouped),
            ]
            assert answered == [
                recount(usage, length, grouped=False),
                recount(usage, length, grouped=True),
                recount(survivors(usage), length, grouped=False),
                recount(survivors(usage), length, grouped=True),
            ]
