"""A session on the stream, as the SDK opens it: its token takes the place of the API key."""

import http.client
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

API_VERSION = "2026-10-28.endive"
SESSION_PATH = "/v2/billing/meter_event_session"
STREAM_PATH = "/v2/billing/meter_event_stream"
JSON = "application/json"


class _Session(msgspec.Struct):
    authentication_token: str


def session_token(address: str, key: str) -> str:
    """Open a session; it is good for a quarter of an hour, longer than any run."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    headers = {
        "Authorization": f"Bearer {key}",
        "Stripe-Version": API_VERSION,
        "Content-Type": JSON,
    }
    connection.request("POST", SESSION_PATH, "{}", headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != HTTPStatus.OK:
        raise ConnectionError(f"no session: {answer.status} {body.decode(errors='replace')}")
    return msgspec.json.decode(body, type=_Session).authentication_token


def head(address: str, token: str) -> str:
    """Return the head of a stream request, short of its idempotency key and its length."""
    return (
        f"POST {STREAM_PATH} HTTP/1.1\r\nHost: {urlsplit(address).netloc}\r\n"
        f"Authorization: Bearer {token}\r\nStripe-Version: {API_VERSION}\r\n"
        "User-Agent: Stripe/v1 PythonBindings/16.1.0\r\n"
        f"Content-Type: {JSON}\r\nAccept: */*\r\n"
    )
