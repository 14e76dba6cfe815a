"""The SDK's own retries behind a network that loses answers count once."""

import re

import pytest
import stripe

from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.dropping import DroppingProxy
from tests.wire.world import create_customer, create_meter, send, total

HOUR = 3_600


def _retrying(address: str) -> stripe.StripeClient:
    return stripe.StripeClient(TEST_KEY, base_addresses={"api": address}, max_network_retries=2)


def _keys(proxy: DroppingProxy) -> list[bytes]:
    return [
        found[1]
        for one in proxy.requests
        if (found := re.search(rb"(?i)\r\nidempotency-key: ([^\r]+)", one))
    ]


@pytest.mark.parametrize("identifier", [None, "named"])
def test_event_whose_answer_was_lost_is_counted_once(
    identifier: str | None, clocked: ClockedServer
) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    with DroppingProxy(clocked.address, drops=1) as proxy:
        event = send(
            _retrying(proxy.address), meter, customer, "5", at=NOON - 60, identifier=identifier
        )
    first, second = _keys(proxy)
    assert first == second
    assert event.payload["value"] == "5"
    assert total(client, meter, customer, NOON - HOUR, NOON) == 5


def test_customer_whose_answer_was_lost_is_made_once(clocked: ClockedServer) -> None:
    with DroppingProxy(clocked.address, drops=2) as proxy:
        customer = _retrying(proxy.address).v1.customers.create({"name": "Once"})
    assert len(set(_keys(proxy))) == 1
    assert len(proxy.requests) == 3
    assert [one.id for one in clocked.client().v1.customers.list().data] == [customer.id]


def test_duplicate_is_not_tried_again(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, identifier="once")
    with (
        DroppingProxy(clocked.address, drops=0) as proxy,
        pytest.raises(stripe.InvalidRequestError, match="already exists"),
    ):
        send(_retrying(proxy.address), meter, customer, identifier="once")
    assert len(proxy.requests) == 1
