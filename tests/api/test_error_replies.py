"""Errors as they are rendered."""

import json

import pytest

from taximeter.api.error_reply import error_reply
from taximeter.errors import (
    ApiError,
    BodyTooLarge,
    DuplicateEvent,
    IdempotencyMismatch,
    Internal,
    InvalidInteger,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    Overloaded,
    ParameterMissing,
    StorageFailed,
)

INVALID = "invalid_request_error"


@pytest.mark.parametrize(
    ("error", "status", "detail", "headers"),
    [
        (InvalidRequest("m"), 400, {"type": INVALID, "message": "m"}, {}),
        (
            ParameterMissing("m", param="a[b]"),
            400,
            {"type": INVALID, "message": "m", "code": "parameter_missing", "param": "a[b]"},
            {},
        ),
        (
            InvalidInteger("m", code="other"),
            400,
            {"type": INVALID, "message": "m", "code": "other"},
            {},
        ),
        (
            DuplicateEvent("m"),
            400,
            {"type": INVALID, "message": "m"},
            {"stripe-should-retry": "false"},
        ),
        (IdempotencyMismatch("m"), 400, {"type": "idempotency_error", "message": "m"}, {}),
        (
            NotAuthenticated("m"),
            401,
            {"type": INVALID, "message": "m"},
            {"www-authenticate": 'Basic realm="Taximeter"'},
        ),
        (NotPermitted("m"), 403, {"type": INVALID, "message": "m"}, {}),
        (NotFound("m"), 404, {"type": INVALID, "message": "m", "code": "resource_missing"}, {}),
        (BodyTooLarge("m"), 413, {"type": INVALID, "message": "m"}, {}),
        (
            Overloaded("m"),
            429,
            {"type": INVALID, "message": "m", "code": "rate_limit"},
            {"stripe-should-retry": "true"},
        ),
        (Internal("m"), 500, {"type": "api_error", "message": "m"}, {}),
        (
            StorageFailed("m"),
            503,
            {"type": "api_error", "message": "m"},
            {"stripe-should-retry": "true"},
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ApiError) else None,
)
def test_error_is_rendered_in_stripes_shape(
    error: ApiError, status: int, detail: dict[str, str], headers: dict[str, str]
) -> None:
    reply = error_reply(error)
    assert (reply.status, json.loads(reply.body)) == (status, {"error": detail})
    assert {name.decode(): value.decode() for name, value in reply.headers} == headers
