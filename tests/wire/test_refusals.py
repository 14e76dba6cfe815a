"""Bad input, row by row: the exact answer, nothing recorded, and a server that still serves."""

import http.client
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.serving import TEST_KEY
from tests.wire.clocked import NOON as STARTS_AT
from tests.wire.clocked import ClockedServer
from tests.wire.plain import Answer, request
from tests.wire.prices import create_price, create_product, metered
from tests.wire.refusals.alerts import ALERT_ROWS
from tests.wire.refusals.authorizations import AUTHORIZATIONS
from tests.wire.refusals.catalog import CATALOG
from tests.wire.refusals.clocks import TEST_CLOCKS
from tests.wire.refusals.credits import CREDITS
from tests.wire.refusals.events import EVENT_ROWS
from tests.wire.refusals.ingestion import INGESTION
from tests.wire.refusals.lists import LISTS
from tests.wire.refusals.parameters import PARAMETERS
from tests.wire.refusals.price_sets import PRICE_SETS
from tests.wire.refusals.prices import PRICES
from tests.wire.refusals.refusal import NOON, Refusal
from tests.wire.refusals.requests import REQUESTS
from tests.wire.refusals.rules import RULES
from tests.wire.refusals.snapshot_events import SNAPSHOT_EVENTS
from tests.wire.refusals.usage import USAGE
from tests.wire.refusals.v2 import V2
from tests.wire.refusals.webhooks import DESTINATION, WEBHOOKS
from tests.wire.world import create_customer, create_meter, send, total

ROWS = (
    *PARAMETERS,
    *LISTS,
    *EVENT_ROWS,
    *RULES,
    *USAGE,
    *REQUESTS,
    *INGESTION,
    *CREDITS,
    *PRICES,
    *CATALOG,
    *PRICE_SETS,
    *TEST_CLOCKS,
    *ALERT_ROWS,
    *SNAPSHOT_EVENTS,
    *AUTHORIZATIONS,
    *V2,
    *WEBHOOKS,
)


class World:
    """A server, and what its rows speak of."""

    def __init__(self, server: ClockedServer) -> None:
        self.server = server
        client = server.client()
        self.meter = create_meter(client, event_name="tokens")
        self.customer = create_customer(client)
        deleted = create_customer(client)
        client.v1.customers.delete(deleted)
        asleep = create_meter(client, event_name="asleep")
        client.v1.billing.meters.deactivate(asleep.id)
        grouped = create_meter(client, event_name="grouped", dimension_payload_keys=["model"])
        send(client, self.meter, self.customer, "1", at=NOON - 60, identifier="taken")
        product = create_product(client)
        price = create_price(client, product=product, recurring=metered(self.meter))
        keyed = create_price(client, product=product, lookup_key="taken")
        self.names = {
            "<product>": product,
            "<price>": price.id,
            "<keyed>": keyed.id,
            "<seat>": create_price(client, product=product).id,
            "<meter>": self.meter.id,
            "<customer>": self.customer,
            "<deleted>": deleted,
            "<asleep>": asleep.id,
            "<grouped>": grouped.id,
            "<clock>": client.v1.test_helpers.test_clocks.create({"frozen_time": NOON}).id,
            "<endpoint>": client.v1.webhook_endpoints.create(
                {"url": "https://example.com/hook", "enabled_events": ["invoice.paid"]}
            ).id,
            "<destination>": client.v2.core.event_destinations.create(DESTINATION).id,
            "<event>": client.v1.events.list().data[0].id,
            "<token>": client.v2.billing.meter_event_session.create().authentication_token,
        }
        self.before = self.state()

    def named(self, text: str) -> str:
        """Put the ids in the place of their names."""
        for name, id in self.names.items():
            text = text.replace(name, id)
        return text

    def state(self) -> list[Any]:
        """Return everything that a request could have changed."""
        client = self.server.client()
        listed = [
            request(self.server.address, "GET", f"{path}?limit=100").json()["data"]
            for path in (
                "/v1/billing/meters",
                "/v1/customers",
                "/v1/billing/meter_events",
                "/v1/billing/credit_grants",
                "/v1/products",
                "/v1/prices",
                "/v1/webhook_endpoints",
                "/v1/webhook_deliveries",
                "/v1/billing/reservations",
                "/v1/billing/alerts",
            )
        ]
        usage = total(client, self.meter, self.customer, NOON - 86_400, NOON + 86_400)
        return [*listed, usage]

    def send(self, row: Refusal) -> Answer:
        """Send a row's request, with a valid key unless the row brings another."""
        body = self.named(row.body) if isinstance(row.body, str) else row.body
        headers = {"Authorization": f"Bearer {TEST_KEY}", **row.headers}
        headers["Authorization"] = self.named(headers["Authorization"])
        if headers["Authorization"] == "<none>":
            del headers["Authorization"]
        if isinstance(body, bytes) and "Transfer-Encoding" in headers:
            return _send_chunked(self.server.address, row, headers, body)
        path = self.named(row.path)
        return request(self.server.address, row.method, path, body=body, headers=headers, key=None)


def _send_chunked(address: str, row: Refusal, headers: dict[str, str], body: bytes) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    chunks = (body[start : start + 65_536] for start in range(0, len(body), 65_536))
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(row.method, row.path, body=chunks, headers=headers, encode_chunked=True)
    response = connection.getresponse()
    names = {name.lower(): value for name, value in response.getheaders()}
    answer = Answer(response.status, names, response.read())
    connection.close()
    return answer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ClockedServer(tmp_path_factory.mktemp("refusals") / "data") as server:
        yield World(server)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_bad_input_is_refused_by_name(row: Refusal, world: World) -> None:
    answer = world.send(row)
    expected = {"type": row.type, "message": world.named(row.message)}
    if row.code is not None:
        expected["code"] = row.code
    if row.param is not None:
        expected["param"] = world.named(row.param)
    assert (answer.status, answer.json()) == (row.status, {"error": expected})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["request-id"].startswith("req_")
    assert b"Traceback" not in answer.body
    assert b".py" not in answer.body


def test_rows_are_many_and_their_clock_is_the_servers() -> None:
    assert len(ROWS) >= 100
    assert NOON == STARTS_AT


def test_duplicate_is_marked_as_not_to_be_retried(world: World) -> None:
    (row,) = (row for row in ROWS if row.name == "event: an identifier that is taken")
    assert world.send(row).headers["stripe-should-retry"] == "false"


def test_after_every_row_nothing_is_recorded_and_the_server_serves(world: World) -> None:
    for row in ROWS:
        assert world.send(row).status >= 400
    assert world.state() == world.before
    client = world.server.client()
    send(client, world.meter, world.customer, "2", at=NOON - 60)
    assert total(client, world.meter, world.customer, NOON - 3_600, NOON) == 3
