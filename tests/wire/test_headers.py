"""The headers that SDKs and people rely on, on every answer."""

import pytest
import stripe

from tests.serving import Server
from tests.wire.plain import request

EVENTS = "/v1/billing/meter_events"
ADDRESSES = [
    ("GET", "/v1/customers", 200),
    ("POST", "/v1/customers", 200),
    ("GET", "/v1/customers/unknown", 404),
    ("GET", EVENTS, 200),
    ("POST", EVENTS, 400),
    ("PUT", EVENTS, 404),
    ("GET", "/nowhere", 404),
    ("GET", "/healthz", 200),
    ("GET", "/", 200),
    ("POST", "/healthz", 404),
    ("DELETE", "/", 404),
]


@pytest.mark.parametrize(("method", "path", "status"), ADDRESSES)
def test_every_answer_is_json_with_a_request_id_and_a_version(
    method: str, path: str, status: int, server: Server
) -> None:
    answers = [request(server.address, method, path) for _ in range(2)]
    for answer in answers:
        assert answer.status == status
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["stripe-version"] == stripe.api_version
        assert answer.headers["request-id"].startswith("req_")
        assert answer.headers["cache-control"] == "no-cache, no-store"
        assert isinstance(answer.json(), dict)
    assert answers[0].headers["request-id"] != answers[1].headers["request-id"]


@pytest.mark.parametrize("version", ["2025-03-31.basil", "2020-08-27", "2024-09-30.acacia;v=1"])
def test_version_that_was_asked_for_is_echoed(version: str, server: Server) -> None:
    answer = request(server.address, "GET", "/v1/customers", headers={"Stripe-Version": version})
    assert (answer.status, answer.headers["stripe-version"]) == (200, version)


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/customers"), ("POST", EVENTS)])
def test_idempotency_key_is_echoed_on_success_and_failure(
    method: str, path: str, server: Server
) -> None:
    headers = {"Idempotency-Key": f"echo {path}"}
    answer = request(server.address, method, path, headers=headers)
    assert answer.headers["idempotency-key"] == f"echo {path}"


def test_answer_to_a_missing_key_says_how_to_authenticate(server: Server) -> None:
    answer = request(server.address, "GET", "/v1/customers", key=None)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Basic realm="Taximeter"')


def test_sdk_reads_the_request_id_of_a_success(client: stripe.StripeClient) -> None:
    response = client.v1.customers.create().last_response
    assert response is not None
    assert response.request_id is not None
    assert response.request_id.startswith("req_")


def test_head_is_refused_without_a_body(server: Server) -> None:
    answer = request(server.address, "HEAD", "/v1/customers")
    assert (answer.status, answer.body) == (404, b"")


def test_health_needs_no_key(server: Server) -> None:
    answer = request(server.address, "GET", "/healthz", key=None)
    assert (answer.status, answer.json()) == (200, {"status": "ok"})
