"""Requests to v2 that are refused: bodies that cannot be read, events, adjustments, the stream."""

import base64
import json
from typing import Any

from tests.wire.refusals.refusal import NOON, Refusal

EVENTS = "/v2/billing/meter_events"
ADJUSTMENTS = "/v2/billing/meter_event_adjustments"
SESSION = "/v2/billing/meter_event_session"
STREAM = "/v2/billing/meter_event_stream"

VERSION = {"Stripe-Version": "2026-10-28.endive"}
JSON = {"Content-Type": "application/json", **VERSION}
TOKEN = {**JSON, "Authorization": "Bearer <token>"}
PAYLOAD = {"stripe_customer_id": "<customer>", "value": "5"}
EVENT = {"event_name": "tokens", "payload": PAYLOAD}
DAY = 86_400
LATEST = 253_402_300_799


def _row(name: str, path: str, body: Any, **expected: Any) -> Refusal:
    headers = TOKEN if path == STREAM else JSON
    text = body if isinstance(body, str) else json.dumps(body)
    expected = {"headers": headers, "code": "invalid_request", **expected}
    return Refusal(name=f"v2 {name}", method="POST", path=path, body=text, **expected)


def _event(name: str, code: str, param: str, message: str, **changes: Any) -> Refusal:
    body = {key: value for key, value in {**EVENT, **changes}.items() if value != "<none>"}
    return _row(f"event: {name}", EVENTS, body, code=code, param=param, message=message)


def _value(name: str, sent: str, message: str) -> Refusal:
    payload = {**PAYLOAD, "value": sent}
    return _event(name, "payload_invalid_value", "payload.value", message, payload=payload)


SINGLE = (
    _event(
        "a meter that is inactive",
        "archived_meter",
        "event_name",
        'No active meter found for event name "asleep": meter <asleep> is inactive. Reactivate it '
        "to record usage.",
        event_name="asleep",
    ),
    _event(
        "no meter",
        "no_meter",
        "event_name",
        'No active meter found for event name "nobody". Create a meter with this event name first.',
        event_name="nobody",
    ),
    _event(
        "an identifier that is taken",
        "duplicate_meter_event",
        "identifier",
        "An event already exists with identifier taken.",
        identifier="taken",
    ),
    _value(
        "a value that is no number",
        "many",
        "Invalid value for 'value': 'many'; send a decimal number, such as 25, -3 or 0.5.",
    ),
    _value(
        "a value with too many digits",
        "1234567890123456",
        "The value of 'value' can have at most 15 digits; received 1234567890123456.",
    ),
    _event(
        "no value",
        "payload_no_value_defined",
        "payload.value",
        "Value key value not found in payload.",
        payload={"stripe_customer_id": "<customer>"},
    ),
    _event(
        "no customer",
        "payload_no_customer_defined",
        "payload.stripe_customer_id",
        "Customer mapping key stripe_customer_id not found in payload.",
        payload={"value": "5"},
    ),
    _event(
        "an unknown customer",
        "resource_missing",
        "payload.stripe_customer_id",
        "No such customer: 'cus_nobody'",
        payload={**PAYLOAD, "stripe_customer_id": "cus_nobody"},
    ),
    _event(
        "a dimension is missing",
        "missing_dimension_payload_keys",
        "payload.model",
        "Dimension keys not found in payload: model. Events of meter <grouped> must carry each of: "
        "model.",
        event_name="grouped",
    ),
    _event(
        "too old",
        "timestamp_too_far_in_past",
        "timestamp",
        "The event timestamp cannot be more than 35 days in past. Expected a timestamp greater "
        f"than or equal to {NOON - 35 * DAY}.",
        timestamp="2026-08-18T11:59:59.999Z",
    ),
    _event(
        "too far ahead",
        "timestamp_in_future",
        "timestamp",
        "The event timestamp cannot be more than 5 minutes in the future. Expected a timestamp "
        f"less than or equal to {NOON + 300}.",
        timestamp="2026-09-22T12:05:00.001Z",
    ),
    _event(
        "the end of time",
        "timestamp_in_future",
        "timestamp",
        "The event timestamp cannot be more than 5 minutes in the future. Expected a timestamp "
        f"less than or equal to {NOON + 300}.",
        timestamp="9999-12-31T23:59:59-14:00",
    ),
    _event(
        "a value that is a number",
        "invalid_request",
        "payload.value",
        'Invalid string: 5; send it as a string: "5"',
        payload={**PAYLOAD, "value": 5},
    ),
    _event(
        "a payload that is null",
        "invalid_request",
        "payload",
        "Invalid object: null",
        payload=None,
    ),
    _event(
        "a payload that is a list",
        "invalid_request",
        "payload",
        'Invalid object: ["5"]',
        payload=["5"],
    ),
    _event(
        "no event name",
        "parameter_missing",
        "event_name",
        "Missing required param: event_name.",
        event_name="<none>",
    ),
    _event(
        "an empty event name",
        "invalid_request",
        "event_name",
        'Invalid string: ""; it must not be empty',
        event_name="",
    ),
    _event(
        "an identifier that is too long",
        "invalid_request",
        "identifier",
        f'Invalid string: "{"x" * 99}…; must be at most 100 characters',
        identifier="x" * 101,
    ),
    _event(
        "a parameter of v1",
        "parameter_unknown",
        "expand",
        "Received unknown parameter: expand",
        expand=[],
    ),
    *(
        _event(
            f"a timestamp of {json.dumps(spelled)}",
            "invalid_request",
            "timestamp",
            f"Invalid timestamp: {json.dumps(spelled)}; send an RFC 3339 time with a zone, such as "
            "2026-01-31T23:59:59Z",
            timestamp=spelled,
        )
        for spelled in (
            *(NOON, str(NOON), "", "2026-09-22T12:00:00", "2026-02-30T12:00:00Z", "yesterday"),
            "2026-09-22T12:00:60Z",
        )
    ),
)


def _cancel(name: str, code: str, param: str, message: str, **changes: Any) -> Refusal:
    body = {"event_name": "tokens", "type": "cancel", "cancel": {"identifier": "taken"}, **changes}
    return _row(f"cancel: {name}", ADJUSTMENTS, body, code=code, param=param, message=message)


CANCELLING = (
    _cancel(
        "what was never sent",
        "invalid_cancel_configuration",
        "cancel.identifier",
        "No such meter event: 'never-sent'",
        cancel={"identifier": "never-sent"},
    ),
    _cancel(
        "under another event name",
        "invalid_cancel_configuration",
        "event_name",
        "No such meter event: 'taken' with event name 'grouped'; it was recorded with event name "
        "'tokens'.",
        event_name="grouped",
    ),
    _cancel(
        "nothing",
        "parameter_missing",
        "cancel.identifier",
        "Missing required param: cancel.identifier.",
        cancel={},
    ),
    _cancel(
        "another type", "invalid_request", "type", "Invalid type: must be cancel", type="correct"
    ),
)


def _stream(name: str, body: Any, **expected: Any) -> Refusal:
    return _row(f"stream: {name}", STREAM, body, **expected)


STREAMING = (
    _stream(
        "no events",
        {"events": []},
        param="events",
        message="A request carries 1 to 100 events; this one has 0.",
    ),
    _stream(
        "one too many",
        {"events": [EVENT] * 101},
        param="events",
        message="A request carries 1 to 100 events; this one has 101. Send the rest in further "
        "requests.",
    ),
    _stream(
        "nothing at all",
        "",
        code="parameter_missing",
        param="events",
        message="Missing required param: events.",
    ),
    _stream("a list", [7], message="Invalid object: [7]"),
    _stream(
        "no list of events",
        {"events": {"0": "x"}},
        param="events",
        message='Invalid array: {"0":"x"}',
    ),
    _stream(
        "an event that is none",
        {"events": [EVENT, 7]},
        param="events[1]",
        message="Invalid object: 7",
    ),
    _stream(
        "a number for a value",
        {"events": [EVENT, EVENT, {**EVENT, "payload": {**PAYLOAD, "value": 1.5}}]},
        param="events[2].payload.value",
        message='Invalid string: 1.5; send it as a string: "1.5"',
    ),
    _stream(
        "a truth value",
        {"events": [{**EVENT, "payload": {**PAYLOAD, "value": True}}]},
        param="events[0].payload.value",
        message='Invalid string: true; send it as a string: "true"',
    ),
    _stream(
        "an event without a payload",
        {"events": [EVENT, {"event_name": "tokens"}]},
        code="parameter_missing",
        param="events[1].payload",
        message="Missing required param: events[1].payload.",
    ),
    _stream(
        "a field that is unknown",
        {"events": [{**EVENT, "value": "5"}]},
        code="parameter_unknown",
        param="events[0].value",
        message="Received unknown parameter: events[0].value",
    ),
    _stream(
        "a timestamp in seconds",
        {"events": [{**EVENT, "timestamp": NOON}]},
        param="events[0].timestamp",
        message=f"Invalid timestamp: {NOON}; send an RFC 3339 time with a zone, such as "
        "2026-01-31T23:59:59Z",
    ),
    Refusal(
        name="v2 stream: an API key",
        method="POST",
        path=STREAM,
        body=json.dumps({"events": [EVENT]}),
        headers=JSON,
        status=401,
        code="authentication_failed",
        message="An API key does not open the meter event stream. Create a session with POST "
        "/v2/billing/meter_event_session, using your API key, and send its authentication_token "
        "here as 'Authorization: Bearer TOKEN'.",
    ),
    Refusal(
        name="v2 stream: a token of nobody",
        method="POST",
        path=STREAM,
        body=json.dumps({"events": [EVENT]}),
        headers={**JSON, "Authorization": "Bearer mest_test_nobody"},
        status=401,
        type="temporary_session_expired",
        code="billing_meter_event_session_expired",
        message="The meter event session has expired, or is none of this server's. Create a new "
        "one with POST /v2/billing/meter_event_session and send the events again with its "
        "authentication_token.",
    ),
)

_NO_VERSION = (
    "The Stripe-Version header is missing. The v2 API needs it: send a version such as "
    "2026-10-28.endive."
)

BODIES = (
    Refusal(
        name="v2 without a version",
        method="POST",
        path=EVENTS,
        body=json.dumps(EVENT),
        headers={"Content-Type": "application/json"},
        code="invalid_request",
        message=_NO_VERSION,
    ),
    Refusal(
        name="v2 without a version, nowhere",
        method="GET",
        path="/v2/nowhere",
        code="invalid_request",
        message=_NO_VERSION,
    ),
    Refusal(
        name="v2 nowhere",
        method="GET",
        path="/v2/nowhere",
        headers=VERSION,
        status=404,
        code="not_found",
        message="Unrecognized request URL (GET: /v2/nowhere). See docs/compatibility.md for the "
        "addresses that this server knows.",
    ),
    Refusal(
        name="v2 with a method that the stream does not take",
        method="GET",
        path=STREAM,
        headers=VERSION,
        status=404,
        code="not_found",
        message=f"Unrecognized request URL (GET: {STREAM}). This address takes POST.",
    ),
    Refusal(
        name="v2 without a key",
        method="POST",
        path=SESSION,
        headers={**JSON, "Authorization": "<none>"},
        status=401,
        code="authentication_failed",
        message="You did not provide an API key. Provide it in the Authorization header, as Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY') or as the user name of Basic auth "
        "(curl -u YOUR_SECRET_KEY:).",
    ),
    Refusal(
        name="v2 with a form",
        method="POST",
        path=EVENTS,
        body="event_name=tokens",
        headers={**JSON, "Content-Type": "application/x-www-form-urlencoded"},
        code="invalid_request",
        message="Invalid request: the content type is application/x-www-form-urlencoded. Send the "
        "parameters as application/json.",
    ),
    Refusal(
        name="v2 with a query",
        method="POST",
        path=f"{EVENTS}?event_name=tokens",
        body=json.dumps(EVENT),
        headers=JSON,
        code="invalid_request",
        message="Invalid request: a POST takes its parameters in a JSON body, not in the query "
        "string.",
    ),
    _row(
        "a session with parameters",
        SESSION,
        {"minutes": "60"},
        code="parameter_unknown",
        param="minutes",
        message="Received unknown parameter: minutes",
    ),
    _row(
        "a body cut short",
        EVENTS,
        '{"event_name": "tok',
        message="Invalid request: the body is not valid JSON (Input data was truncated).",
    ),
    _row(
        "a NUL character",
        EVENTS,
        {**EVENT, "payload": {**PAYLOAD, "note": "a\0"}},
        message="Invalid request: the body contains a NUL character.",
    ),
    _row(
        "half of a surrogate pair",
        EVENTS,
        '{"event_name": "\\ud800 tokens"}',
        message="Invalid request: the body is not valid JSON (JSON is malformed: unexpected end of "
        "escaped utf-16 surrogate pair (byte 22)).",
    ),
    _row(
        "a body that goes very deep",
        EVENTS,
        '{"event_name":' + "[" * 20_000,
        message="Invalid request: the body is not valid JSON (it is nested too deep).",
    ),
    _row(
        "a text for a body",
        SESSION,
        '"tokens"',
        message='Invalid object: "tokens"',
    ),
)

CORE_EVENTS = "/v2/core/events"


def token(**changes: Any) -> str:
    """Return a page token that is nearly right."""
    fields = {"direction": "after", "id": "evt_test_1", "limit": 10, "filters": {}, **changes}
    return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()


def _events(name: str, query: str, **expected: Any) -> Refusal:
    return Refusal(
        name=f"v2 events: {name}",
        method="GET",
        path=f"{CORE_EVENTS}{query}",
        **{"headers": VERSION, "code": "invalid_request", **expected},
    )


_BAD_PAGE = (
    "Invalid page: {}; ask for next_page_url or previous_page_url as it was answered, or begin "
    "again without a page."
)
_PAGES = {
    "no token": "x",
    "a token of nothing": "e30=",
    "a token of an event that is not there": token(id="evt_test_1"),
    "a token with a size of its own": token(limit=101),
    "a token with odd filters": token(filters={"types": "x"}),
    "a token with a moment past counting": token(filters={"created_gt_us": 10**30}),
}

LISTING = (
    _events(
        "none",
        "/evt_none",
        status=404,
        code="resource_missing",
        param="id",
        message="No such event: 'evt_none'. Events can be read for 30 days.",
    ),
    _events(
        "a limit of 0",
        "?limit=0",
        code="parameter_invalid_integer",
        param="limit",
        message="This value must be greater than or equal to 1 (it currently is '0').",
    ),
    _events(
        "a limit of 101",
        "?limit=101",
        code="parameter_invalid_integer",
        param="limit",
        message="This value must be less than or equal to 100 (it currently is '101').",
    ),
    _events(
        "a cursor of v1",
        "?starting_after=evt_1",
        code="parameter_unknown",
        param="starting_after",
        message="Received unknown parameter: starting_after",
    ),
    _events(
        "a moment without a zone",
        "?created[gte]=2026-09-22T12:00:00",
        param="created.gte",
        message="Invalid timestamp: 2026-09-22T12:00:00; send an RFC 3339 time with a zone, "
        "such as 2026-01-31T23:59:59Z",
    ),
    _events(
        "a moment in seconds",
        f"?created[lt]={NOON}",
        param="created.lt",
        message=f"Invalid timestamp: {NOON}; send an RFC 3339 time with a zone, such as "
        "2026-01-31T23:59:59Z",
    ),
    _events(
        "21 types",
        "?" + "&".join(f"types[{index}]=a" for index in range(21)),
        param="types",
        message="At most 20 types can be asked for.",
    ),
    _events(
        "a page and a filter",
        "?page=x&object_id=mtr_1",
        param="object_id",
        message="A page keeps the filters that the list was begun with; leave object_id out, "
        "or begin again without a page.",
    ),
    *(
        _events(name, f"?page={page}", param="page", message=_BAD_PAGE.format(page[:100]))
        for name, page in _PAGES.items()
    ),
)

V2 = (*LISTING, *SINGLE, *CANCELLING, *STREAMING, *BODIES)
