"""The error tree: what a caller did wrong, or what we could not do, in Stripe's vocabulary.

Each class knows its HTTP status, Stripe `type` and, where there is one, `code`. The message tells
the caller what to do next; `param` names the parameter in bracket form. Stripe's v2 API spells a
few of them otherwise, and there every error has a code.
"""

from typing import ClassVar, Literal

ErrorType = Literal[
    "api_error",
    "idempotency_error",
    "invalid_request_error",
    "rate_limit",
    "temporary_session_expired",
]


class ApiError(Exception):
    """An answer that is not 200; raised anywhere, rendered at the edge."""

    status: ClassVar[int] = 400
    type: ClassVar[ErrorType] = "invalid_request_error"
    default_code: ClassVar[str | None] = None
    should_retry: ClassVar[bool | None] = None
    v2_status: ClassVar[int | None] = None
    v2_type: ClassVar[ErrorType | None] = None
    v2_code: ClassVar[str] = "invalid_request"

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        """Carry the message, the parameter at fault and a code more exact than the class's."""
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code or self.default_code


class InvalidRequest(ApiError):
    """The request cannot be carried out as it was sent."""


class ParameterMissing(InvalidRequest):
    """A required parameter was not sent."""

    default_code = "parameter_missing"


class ParameterUnknown(InvalidRequest):
    """A parameter was sent that this request does not take."""

    default_code = "parameter_unknown"


class InvalidInteger(InvalidRequest):
    """A parameter is not an integer, or lies outside its range."""

    default_code = "parameter_invalid_integer"


class EmptyParameter(InvalidRequest):
    """An empty string, which would unset the parameter, was sent for one that cannot be unset."""

    default_code = "parameter_invalid_empty"


class ParametersExclusive(InvalidRequest):
    """Two parameters were sent of which only one may be."""

    default_code = "parameters_exclusive"


class ResourceMissing(InvalidRequest):
    """A parameter names an object that does not exist."""

    default_code = "resource_missing"


class ResourceAlreadyExists(InvalidRequest):
    """What was to be made, or a name that only one may have, exists already."""

    default_code = "resource_already_exists"


class DuplicateEvent(InvalidRequest):
    """A meter event with this identifier exists; sending it again changes nothing."""

    should_retry = False
    v2_code = "duplicate_meter_event"


class IdempotencyMismatch(ApiError):
    """An idempotency key came back with other parameters than at first."""

    type = "idempotency_error"
    v2_status = 409
    v2_code = "idempotency_error"


class NotAuthenticated(ApiError):
    """The request carries no key, or one that opens nothing."""

    status = 401
    v2_code = "authentication_failed"


class SessionExpired(NotAuthenticated):
    """The token of a meter event session has run out; a new session is all that is needed."""

    type = "temporary_session_expired"
    default_code = "billing_meter_event_session_expired"


class NotPermitted(ApiError):
    """The key is of a kind that may not do this."""

    status = 403
    v2_code = "not_permitted"


class NotFound(ApiError):
    """The address names no object and no operation."""

    status = 404
    default_code: ClassVar[str | None] = "resource_missing"


class UnknownUrl(NotFound):
    """No operation lives at this address, or none with this method."""

    default_code = None
    v2_code = "not_found"


class RequestTimeout(ApiError):
    """The body did not arrive in time; nothing was done."""

    status = 408
    v2_code = "request_timeout"
    should_retry = True


class BodyTooLarge(ApiError):
    """The body is longer than the server reads."""

    status = 413
    v2_code = "request_too_large"


class HeadersTooLarge(ApiError):
    """The headers are longer than the server reads."""

    status = 431
    v2_code = "headers_too_large"


class Overloaded(ApiError):
    """There is no room for more at the moment; nothing was stored, and trying again is right."""

    status = 429
    default_code = "rate_limit"
    v2_type = "rate_limit"
    should_retry = True


class Locked(ApiError):
    """Work on the object is under way; nothing was done, and trying again afterwards is right."""

    status = 429
    default_code = "lock_timeout"
    v2_type = "rate_limit"
    v2_code = "lock_timeout"
    should_retry = True


class Internal(ApiError):
    """We failed; the log holds the cause under the request's id."""

    status = 500
    type = "api_error"
    v2_code = "internal_error"


class StorageFailed(ApiError):
    """The store could not write or read; nothing was acknowledged."""

    status = 503
    type = "api_error"
    v2_code = "storage_failed"
    should_retry = True
