"""Random requests to v2: never a 500, always JSON in Stripe's shape, and nothing half recorded."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import TEST_KEY
from tests.wire.clocked import ClockedServer
from tests.wire.plain import request
from tests.wire.test_fuzz import CAREFREE, VALUES
from tests.wire.world import create_customer, create_meter

STREAM = "/v2/billing/meter_event_stream"
POSTS = [
    STREAM,
    "/v2/billing/meter_events",
    "/v2/billing/meter_event_session",
    "/v2/billing/meter_event_adjustments",
]
GETS = [
    "/v2/core/events",
    "/v2/core/events/evt_1",
    "/v1/events",
    "/v1/events/evt_1",
    "/v1/billing/ingestion_statistics",
    "/v1/billing/rejected_meter_events",
    STREAM,
]
FIELDS = ["event_name", "payload", "identifier", "timestamp", "type", "cancel", "events", "value"]
MOMENTS = [
    *("2026-09-22T12:00:00Z", "2026-09-22T11:00:00.123456789+02:00", "0001-01-01T00:00:00+14:00"),
    *("9999-12-31T23:59:59.999999-14:00", "2026-02-30T00:00:00Z", "1e9", "2026-09-22"),
]
TYPES = {
    *("api_error", "idempotency_error", "invalid_request_error", "rate_limit"),
    "temporary_session_expired",
}

texts = st.one_of(st.sampled_from(VALUES), st.sampled_from(MOMENTS), st.text(max_size=30))
leaves = st.one_of(texts, st.integers(), st.floats(), st.booleans(), st.none())
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(FIELDS), texts), inner, max_size=4),
    ),
    max_leaves=8,
)
events = st.fixed_dictionaries(
    {
        "event_name": st.one_of(st.just("tokens"), st.just("tokens"), texts),
        "payload": st.one_of(
            st.fixed_dictionaries(
                {"stripe_customer_id": st.sampled_from(["{customer}"] * 3 + ["x"]), "value": texts}
            ),
            st.dictionaries(texts, texts, max_size=3),
        ),
    },
    optional={"identifier": texts, "timestamp": st.sampled_from(MOMENTS), "value": leaves},
)
bodies = st.one_of(
    trees,
    events,
    st.fixed_dictionaries({"events": st.lists(events, max_size=3)}),
    st.fixed_dictionaries({"events": st.lists(st.one_of(events, trees), max_size=3)}),
)
raw = st.one_of(
    bodies.map(lambda tree: json.dumps(tree).encode()),
    bodies.map(lambda tree: json.dumps(tree).encode()),
    st.binary(max_size=40),
    st.tuples(bodies, st.integers(1, 9)).map(lambda cut: json.dumps(cut[0]).encode()[: -cut[1]]),
)
names = st.one_of(
    st.sampled_from(["limit", "page", "types[0]", "object_id", "created[gt]", "created[lte]"]),
    st.sampled_from(["start_time", "end_time", "meter", "code", "starting_after", "ending_before"]),
    texts,
)
pairs = st.lists(st.tuples(names, st.one_of(texts, st.integers().map(str))), max_size=3)
no_query: list[tuple[str, str]] = []
posts = st.tuples(st.just("POST"), st.sampled_from(POSTS), st.just(no_query), raw)
gets = st.tuples(st.sampled_from(["GET"] * 5 + ["DELETE"]), st.sampled_from(GETS), pairs, st.none())


class Target:
    """A running server and a client that keeps its connection."""

    def __init__(self, server: ClockedServer, http: httpx2.Client) -> None:
        client = server.client()
        create_meter(client, event_name="tokens")
        self.customer = create_customer(client)
        session = client.v2.billing.meter_event_session.create()
        self.token = session.authentication_token
        self.server, self._http = server, http

    def send(self, method: str, path: str, query: Any, body: bytes | None) -> httpx2.Response:
        """Send one request; the name in braces becomes an id."""
        if body is not None:
            body = body.replace(b"{customer}", self.customer.encode())
        key = self.token if path == STREAM else TEST_KEY
        return self._http.request(
            method,
            self.server.address + path,
            params=[(_sendable(name), _sendable(value)) for name, value in query],
            content=body,
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                "Stripe-Version": "2026-10-28.endive",
            },
        )


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with (
        ClockedServer(tmp_path_factory.mktemp("fuzz") / "data") as server,
        httpx2.Client(timeout=30) as http,
    ):
        yield Target(server, http)


@settings(CAREFREE, max_examples=1_500, derandomize=True)
@given(sent=st.one_of(posts, posts, gets))
def test_random_requests_to_v2_are_answered_in_stripes_shape(
    sent: tuple[str, str, Any, bytes | None], target: Target
) -> None:
    answer = target.send(*sent)
    assert answer.status_code in {200, 400, 401, 404, 409}, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = json.loads(answer.content)
    if answer.status_code == 200:
        assert isinstance(body, dict)
        return
    assert set(body) == {"error"}
    assert set(body["error"]) <= {"type", "message", "code", "param"}
    assert body["error"]["type"] in TYPES
    assert body["error"]["message"]
    assert "code" in body["error"] or sent[1].startswith("/v1/")


def test_all_that_was_streamed_by_then_is_counted_or_listed(target: Target) -> None:
    server = target.server

    def page(path: str, after: str) -> Any:
        return request(server.address, "GET", f"{path}?limit=100{after}").json()

    rejected, after = 0, ""
    while rows := page("/v1/billing/rejected_meter_events", after)["data"]:
        rejected += len(rows)
        after = f"&starting_after={rows[-1]['id']}"
    minutes = page("/v1/billing/ingestion_statistics", "")["data"]
    assert sum(row["rejected"] for row in minutes) == rejected
    server.clock.advance(seconds=10)
    server.app.reporter.report()
    types = ["v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found"]
    reported = server.client().v2.core.events.list({"types": types})
    counts: list[Any] = [event["data"]["reason"]["error_count"] for event in reported]
    assert sum(counts) == rejected > 0
