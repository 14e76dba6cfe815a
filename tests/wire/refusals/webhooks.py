"""Webhook endpoints, event destinations and deliveries that cannot be."""

import json
from typing import Any

from tests.wire.refusals.refusal import Refusal, empty, form

ENDPOINTS = "/v1/webhook_endpoints"
DESTINATIONS = "/v2/core/event_destinations"
JSON = {"Content-Type": "application/json", "Stripe-Version": "2026-10-28.endive"}
ENDPOINT = {"url": "https://example.com/hook", "enabled_events[0]": "invoice.paid"}
DESTINATION: Any = {
    "name": "Thin",
    "type": "webhook_endpoint",
    "event_payload": "thin",
    "enabled_events": ["v1.invoice.paid"],
    "webhook_endpoint": {"url": "https://example.com/hook"},
}
WITHIN = (
    "Invalid URL: it leads to a private, local or reserved address, and nothing is delivered "
    "there. Use a public address, or have the operator set TAXIMETER_WEBHOOK_PRIVATE_ADDRESSES."
)
CLOUD = (
    "Events are delivered to addresses only; send type webhook_endpoint, and have what listens "
    "there hand them on."
)


def _endpoint(name: str, *changes: tuple[str, str | None], **expected: Any) -> Refusal:
    return Refusal(
        name=f"webhook endpoint: {name}",
        method="POST",
        path=ENDPOINTS,
        body=form(ENDPOINT, *changes),
        **expected,
    )


def _destination(name: str, **expected: Any) -> Refusal:
    changes = expected.pop("changes")
    body = {key: value for key, value in {**DESTINATION, **changes}.items() if value is not None}
    return Refusal(
        name=f"event destination: {name}",
        method="POST",
        path=DESTINATIONS,
        body=json.dumps(body),
        headers=JSON,
        **{"code": "invalid_request", **expected},
    )


def _url(name: str, url: str, message: str) -> Refusal:
    return _endpoint(
        f"an address {name}", ("url", url), code="url_invalid", param="url", message=message
    )


V1 = (
    _endpoint(
        "no address",
        ("url", None),
        code="parameter_missing",
        param="url",
        message="Missing required param: url.",
    ),
    _endpoint(
        "no events",
        ("enabled_events[0]", None),
        code="parameter_missing",
        param="enabled_events",
        message="Missing required param: enabled_events.",
    ),
    _endpoint(
        "an empty list of events",
        ("enabled_events[0]", None),
        ("enabled_events", ""),
        param="enabled_events",
        message="Send at least one type of event, or * for all of them.",
    ),
    _endpoint(
        "no type of event",
        ("enabled_events[1]", "Invoice paid"),
        param="enabled_events[1]",
        message="Invalid event type: Invoice paid; send one such as billing.alert.triggered, or * "
        "for all.",
    ),
    _endpoint(
        "a thin event",
        ("enabled_events[0]", "v1.invoice.paid"),
        param="enabled_events[0]",
        message="v1.invoice.paid is a thin event, which comes to event destinations with the "
        "payload thin only.",
    ),
    _endpoint(
        "connected accounts",
        ("connect", "true"),
        param="connect",
        message="There are no connected accounts here; leave connect out.",
    ),
    _endpoint(
        "no version",
        ("api_version", "latest"),
        param="api_version",
        message="Invalid API version: latest; send one such as 2026-10-28.endive.",
    ),
    _url("within", "http://10.0.0.1/", WITHIN),
    _url("of a machine's metadata", "http://169.254.169.254/latest/meta-data/", WITHIN),
    _url("with a name within", "http://receiver:8080/", WITHIN),
    _url(
        "of another protocol",
        "ftp://example.com/",
        "Invalid URL: send an address with http or https and a host.",
    ),
    _url(
        "with a password",
        "https://user:password@example.com/",
        "Invalid URL: an address cannot hold a user name or password; leave them out.",
    ),
    _url(
        "with a line break",
        "https://example.com/\r\nHost: within",
        "Invalid URL: an address has at most 2048 characters, all of them of plain ASCII; "
        "percent-encode others.",
    ),
    Refusal(
        name="webhook endpoint: an address within, later",
        method="POST",
        path=f"{ENDPOINTS}/<endpoint>",
        body="url=http://10.0.0.1/",
        code="url_invalid",
        param="url",
        message=WITHIN,
    ),
    Refusal(
        name="webhook endpoint: an empty address, later",
        method="POST",
        path=f"{ENDPOINTS}/<endpoint>",
        body="url=",
        code="parameter_invalid_empty",
        param="url",
        message=empty("url"),
    ),
    Refusal(
        name="webhook endpoint: another version, later",
        method="POST",
        path=f"{ENDPOINTS}/<endpoint>",
        body="api_version=2026-10-28.endive",
        code="parameter_unknown",
        param="api_version",
        message="Received unknown parameter: api_version. It is fixed when the endpoint is "
        "created; create another endpoint.",
    ),
    Refusal(
        name="webhook endpoint: a secret that lives on for ever",
        method="POST",
        path=f"{ENDPOINTS}/<endpoint>/roll_secret",
        body="expires_in=86401",
        code="parameter_invalid_integer",
        param="expires_in",
        message="This value must be less than or equal to 86400 (it currently is '86401').",
    ),
    *(
        Refusal(
            name=f"webhook endpoint: {method} {tail} of {id}",
            method=method,
            path=f"{ENDPOINTS}/{id}{tail}",
            status=404,
            code="resource_missing",
            param="webhook_endpoint",
            message=f"No such webhook endpoint: '{id}'",
        )
        for method, tail in (("GET", ""), ("POST", ""), ("DELETE", ""), ("POST", "/roll_secret"))
        for id in ("we_none", "<destination>")
    ),
)


def _elsewhere(method: str, tail: str) -> Refusal:
    return Refusal(
        name=f"event destination: {method} {tail} of a webhook endpoint",
        method=method,
        path=f"{DESTINATIONS}/<endpoint>{tail}",
        headers=JSON,
        status=404,
        code="resource_missing",
        param="id",
        message="No such event destination: '<endpoint>'",
    )


V2 = (
    _destination(
        "no name",
        changes={"name": None},
        code="parameter_missing",
        param="name",
        message="Missing required param: name.",
    ),
    _destination(
        "no address",
        changes={"webhook_endpoint": None},
        code="parameter_missing",
        param="webhook_endpoint",
        message="Missing required param: webhook_endpoint.",
    ),
    _destination(
        "an address within",
        changes={"webhook_endpoint": {"url": "http://192.168.0.1/"}},
        code="url_invalid",
        param="webhook_endpoint.url",
        message=WITHIN,
    ),
    _destination(
        "a snapshot's type",
        changes={"enabled_events": ["*", "invoice.paid"]},
        param="enabled_events[1]",
        message="invoice.paid is no thin event: the type of one begins with its version, as in "
        "v1.invoice.paid.",
    ),
    _destination(
        "events that are no list",
        changes={"enabled_events": "*"},
        param="enabled_events",
        message='Invalid array: "*"',
    ),
    _destination(
        "Amazon EventBridge",
        changes={"type": "amazon_eventbridge"},
        param="type",
        message=CLOUD,
    ),
    _destination(
        "Azure Event Grid beside an address",
        changes={"azure_event_grid": {"azure_region": "westus"}},
        param="azure_event_grid",
        message=CLOUD,
    ),
    _destination(
        "another type",
        changes={"type": "pigeon"},
        param="type",
        message="Invalid type: must be amazon_eventbridge or azure_event_grid or webhook_endpoint",
    ),
    _destination(
        "other accounts",
        changes={"events_from": ["@accounts"]},
        param="events_from",
        message="There are no other accounts here; send @self, or leave events_from out.",
    ),
    _destination(
        "what cannot be included",
        changes={"include": ["webhook_endpoint.password"]},
        param="include[0]",
        message="Invalid include[0]: must be webhook_endpoint.signing_secret or "
        "webhook_endpoint.url",
    ),
    Refusal(
        name="event destination: metadata that is no text, later",
        method="POST",
        path=f"{DESTINATIONS}/<destination>",
        body='{"metadata": {"a": 1}}',
        headers=JSON,
        code="invalid_request",
        param="metadata.a",
        message='Invalid string: 1; send it as a string: "1"',
    ),
    Refusal(
        name="event destination: an address that is no object, later",
        method="POST",
        path=f"{DESTINATIONS}/<destination>",
        body='{"webhook_endpoint": "https://example.com/"}',
        headers=JSON,
        code="invalid_request",
        param="webhook_endpoint",
        message='Invalid object: "https://example.com/"',
    ),
    *(
        Refusal(
            name=f"event destination: a secret that lives on for {spelled}",
            method="POST",
            path=f"{DESTINATIONS}/<destination>/roll_secret",
            body=f'{{"expires_in": {spelled}}}',
            headers=JSON,
            code="invalid_request",
            param="expires_in",
            message=f"Invalid integer: {spelled}{hint}",
        )
        for spelled, hint in (
            ('"60"', ""),
            ("1.5", ""),
            ("true", ""),
            ("null", ""),
            ("-1", "; must be at least 0"),
            ("86401", "; must be at most 86400"),
        )
    ),
    Refusal(
        name="event destination: a page that is none",
        method="GET",
        path=f"{DESTINATIONS}?page=x",
        headers=JSON,
        code="invalid_request",
        param="page",
        message="Invalid page: x; ask for next_page_url or previous_page_url as it was answered, "
        "or begin again without a page.",
    ),
    *(
        _elsewhere(method, tail)
        for method, tail in (
            ("GET", ""),
            ("POST", ""),
            ("DELETE", ""),
            ("POST", "/enable"),
            ("POST", "/disable"),
            ("POST", "/ping"),
            ("POST", "/roll_secret"),
        )
    ),
)

DELIVERIES = (
    Refusal(
        name="webhook delivery: none",
        method="GET",
        path="/v1/webhook_deliveries/whd_none",
        status=404,
        code="resource_missing",
        param="id",
        message="No such webhook delivery: 'whd_none'",
    ),
    Refusal(
        name="webhook delivery: none to resend",
        method="POST",
        path="/v1/webhook_deliveries/whd_none/resend",
        status=404,
        code="resource_missing",
        param="id",
        message="No such webhook delivery: 'whd_none'",
    ),
    Refusal(
        name="webhook delivery: an unknown status",
        method="GET",
        path="/v1/webhook_deliveries?status=lost",
        param="status",
        message="Invalid status: must be one of canceled, failed, pending, or succeeded",
    ),
    Refusal(
        name="webhook delivery: a cursor that names none",
        method="GET",
        path="/v1/webhook_deliveries?starting_after=whd_none",
        code="resource_missing",
        param="starting_after",
        message="No such webhook delivery: 'whd_none'",
    ),
    Refusal(
        name="event: a retry of none",
        method="POST",
        path="/v1/events/evt_none/retry",
        body="webhook_endpoint=<endpoint>",
        status=404,
        code="resource_missing",
        param="id",
        message="No such event: 'evt_none'. Events can be read for 30 days.",
    ),
    Refusal(
        name="event: a retry to nobody",
        method="POST",
        path="/v1/events/<event>/retry",
        body="webhook_endpoint=we_none",
        code="resource_missing",
        param="webhook_endpoint",
        message="No such webhook endpoint: 'we_none'",
    ),
    Refusal(
        name="event: a retry of a snapshot to whom it is thin",
        method="POST",
        path="/v1/events/<event>/retry",
        body="webhook_endpoint=<destination>",
        param="webhook_endpoint",
        message="<destination> takes thin events, and <event> is a snapshot one.",
    ),
)

WEBHOOKS = (*V1, *V2, *DELIVERIES)
