"""A request and a reply, as the API sees them: bytes in, bytes out."""

from typing import Any

import msgspec

from taximeter.errors import InvalidRequest
from taximeter.kit import forms
from taximeter.kit.forms import Tree

API_VERSION = "2026-10-28.endive"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
V2 = "/v2/"

_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose body has been read; header names are in lower case."""

    id: str
    method: str
    path: str
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes

    def header(self, name: bytes) -> str | None:
        """Return a header's text, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def v2(self) -> bool:
        """Say whether the request speaks to Stripe's v2 API."""
        return self.path.startswith(V2)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer: JSON, and the headers beyond those that every answer has."""

    status: int = 200
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


def encode(value: Any) -> bytes:
    """Write JSON; decimals become numbers with all their digits."""
    return _ENCODER.encode(value)


def read_params(incoming: Incoming) -> Tree:
    """Read a v1 request's parameters from its query string and its form body.

    Raises InvalidRequest for what is not a form.
    """
    _check_content_type(incoming, FORM)
    try:
        if not incoming.query:
            return forms.decode(incoming.body)
        if not incoming.body:
            return forms.decode(incoming.query)
        return forms.decode(incoming.query + b"&" + incoming.body)
    except forms.FormError as error:
        raise InvalidRequest(f"Invalid request: the parameters contain {error}.") from None


def check_json(incoming: Incoming) -> None:
    """Refuse what a v2 request cannot be: parameters beside its body, or a body of another type.

    Raises InvalidRequest.
    """
    if incoming.query:
        raise InvalidRequest(
            "Invalid request: a POST takes its parameters in a JSON body, not in the query string."
        )
    _check_content_type(incoming, JSON)


def _check_content_type(incoming: Incoming, wanted: str) -> None:
    content_type = incoming.header(b"content-type")
    if incoming.body and content_type and content_type.partition(";")[0].strip().lower() != wanted:
        raise InvalidRequest(
            f"Invalid request: the content type is {content_type}. Send the parameters as {wanted}."
        )
