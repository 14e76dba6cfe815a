"""The error classes of the official SDK, with every field, for each kind of failure."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.serving import Server
from tests.wire.clocked import ClockedServer
from tests.wire.world import create_customer, create_meter, send


def _fields(error: stripe.StripeError) -> dict[str, Any]:
    body: Any = error.json_body
    return {
        "class": type(error),
        "status": error.http_status,
        "type": body["error"]["type"],
        "code": body["error"].get("code"),
        "param": getattr(error, "param", None),
        "message": error.user_message,
    }


def _caught(act: Callable[[], Any]) -> stripe.StripeError:
    with pytest.raises(stripe.StripeError) as caught:
        act()
    return caught.value


def test_unknown_object_is_an_invalid_request_with_404(client: stripe.StripeClient) -> None:
    error = _caught(lambda: client.v1.billing.meters.retrieve("mtr_unknown"))
    assert _fields(error) == {
        "class": stripe.InvalidRequestError,
        "status": 404,
        "type": "invalid_request_error",
        "code": "resource_missing",
        "param": "id",
        "message": "No such meter: 'mtr_unknown'",
    }


def test_missing_parameter_names_it(client: stripe.StripeClient) -> None:
    params: Any = {"display_name": "X"}
    error = _caught(lambda: client.v1.billing.meters.create(params))
    assert _fields(error) == {
        "class": stripe.InvalidRequestError,
        "status": 400,
        "type": "invalid_request_error",
        "code": "parameter_missing",
        "param": "event_name",
        "message": "Missing required param: event_name.",
    }


def test_unknown_parameter_names_it_with_its_group(client: stripe.StripeClient) -> None:
    params: Any = {"address": {"planet": "Mars"}}
    error = _caught(lambda: client.v1.customers.create(params))
    assert _fields(error) == {
        "class": stripe.InvalidRequestError,
        "status": 400,
        "type": "invalid_request_error",
        "code": "parameter_unknown",
        "param": "address[planet]",
        "message": "Received unknown parameter: address[planet]",
    }


def test_key_that_opens_nothing_is_an_authentication_error(server: Server) -> None:
    error = _caught(lambda: server.client("sk_live_0123456789abcdef").v1.customers.list())
    assert _fields(error) == {
        "class": stripe.AuthenticationError,
        "status": 401,
        "type": "invalid_request_error",
        "code": None,
        "param": None,
        "message": "Invalid API Key provided: sk_live_********cdef",
    }


def test_publishable_key_is_a_permission_error(server: Server) -> None:
    error = _caught(lambda: server.client("pk_test_0123456789abcdef").v1.customers.list())
    assert _fields(error) == {
        "class": stripe.PermissionError,
        "status": 403,
        "type": "invalid_request_error",
        "code": "secret_key_required",
        "param": None,
        "message": "This API call cannot be made with a publishable API key. Use a secret key "
        "(starting with sk_) instead.",
    }


def test_reused_idempotency_key_is_an_idempotency_error(client: stripe.StripeClient) -> None:
    client.v1.customers.create({"name": "A"}, {"idempotency_key": "errors-reused"})
    error = _caught(
        lambda: client.v1.customers.create({"name": "B"}, {"idempotency_key": "errors-reused"})
    )
    assert _fields(error) == {
        "class": stripe.IdempotencyError,
        "status": 400,
        "type": "idempotency_error",
        "code": None,
        "param": None,
        "message": "Keys for idempotent requests can only be used with the same parameters they "
        "were first used with. Try using a key other than 'errors-reused' if you meant to execute "
        "a different request.",
    }


def test_duplicate_event_is_not_to_be_retried(client: stripe.StripeClient) -> None:
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, identifier="errors-twice")
    error = _caught(lambda: send(client, meter, customer, identifier="errors-twice"))
    assert _fields(error) == {
        "class": stripe.InvalidRequestError,
        "status": 400,
        "type": "invalid_request_error",
        "code": None,
        "param": "identifier",
        "message": "An event already exists with identifier errors-twice.",
    }
    assert (error.headers or {})["stripe-should-retry"] == "false"


def test_stopped_server_is_a_connection_error(clocked: ClockedServer) -> None:
    client = clocked.client()
    clocked.__exit__(None, None, None)
    assert isinstance(_caught(lambda: client.v1.customers.list()), stripe.APIConnectionError)


def test_error_carries_the_request_id_and_the_version(client: stripe.StripeClient) -> None:
    error = _caught(lambda: client.v1.customers.retrieve("cus_unknown"))
    assert error.request_id is not None
    assert error.request_id.startswith("req_")
    assert (error.headers or {})["stripe-version"] == stripe.api_version
    assert str(error) == f"Request {error.request_id}: No such customer: 'cus_unknown'"
    assert error.code == "resource_missing"
    assert error.error is not None
    assert (error.error.type, error.error.message) == (
        "invalid_request_error",
        "No such customer: 'cus_unknown'",
    )
