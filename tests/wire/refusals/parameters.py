"""Parameters that are missing, unknown, of the wrong kind, too long, empty or out of range."""

from tests.wire.refusals.refusal import (
    ADJUSTMENTS,
    CUSTOMERS,
    EVENTS,
    METERS,
    Refusal,
    empty,
    form,
)

METER = {
    "display_name": "Refused",
    "event_name": "refused",
    "default_aggregation[formula]": "sum",
}
CANCEL = {"event_name": "tokens", "type": "cancel", "cancel[identifier]": "taken"}
FORMULAS = "avg, count, last, max, min, sum, or unique_count"
FIXED = (
    "Only display_name can be changed after a meter is created; create a new meter for anything "
    "else."
)


def _meter(
    name: str,
    change: tuple[str, str | None],
    message: str,
    *,
    param: str | None = None,
    code: str | None = None,
) -> Refusal:
    return Refusal(
        name=f"meter: {name}",
        method="POST",
        path=METERS,
        body=form(METER, change),
        code=code,
        param=param or change[0],
        message=message,
    )


def _missing(param: str, path: str, body: str) -> Refusal:
    return Refusal(
        name=f"{path} without {param}",
        method="POST",
        path=path,
        body=body,
        code="parameter_missing",
        param=param,
        message=f"Missing required param: {param}.",
    )


def _unknown(param: str, path: str, body: str, *, method: str = "POST", hint: str = "") -> Refusal:
    return Refusal(
        name=f"{method} {path} {param}",
        method=method,
        path=path if method == "POST" else f"{path}?{body}",
        body=body if method == "POST" else None,
        code="parameter_unknown",
        param=param,
        message=f"Received unknown parameter: {param}{hint}",
    )


def _too_long(param: str, path: str, body: str, limit: int) -> Refusal:
    shown = "x" * min(limit + 1, 100) + "…" * (limit >= 100)
    return Refusal(
        name=f"{path} with {limit + 1} characters of {param}",
        method="POST",
        path=path,
        body=body,
        param=param,
        message=f"Invalid string: {shown}; must be at most {limit} characters",
    )


def _empty(param: str, method: str, path: str, body: str) -> Refusal:
    return Refusal(
        name=f"empty {param} of {method} {path}",
        method=method,
        path=path if method == "POST" else f"{path}?{body}",
        body=body if method == "POST" else None,
        code="parameter_invalid_empty",
        param=param,
        message=empty(param),
    )


MISSING = (
    _missing("display_name", METERS, ""),
    _missing("event_name", METERS, "display_name=x"),
    _missing("default_aggregation", METERS, "display_name=x&event_name=y"),
    _missing(
        "customer_mapping[type]", METERS, form(METER, ("customer_mapping[event_payload_key]", "k"))
    ),
    _missing(
        "customer_mapping[event_payload_key]",
        METERS,
        form(METER, ("customer_mapping[type]", "by_id")),
    ),
    _missing("event_name", EVENTS, ""),
    _missing("payload", EVENTS, "event_name=tokens"),
    _missing("type", ADJUSTMENTS, form(CANCEL, ("type", None))),
    _missing("cancel", ADJUSTMENTS, form(CANCEL, ("cancel[identifier]", None))),
    _missing("shipping[address]", CUSTOMERS, "shipping[name]=Ada"),
)

UNKNOWN = (
    _unknown("displayname", METERS, form(METER, ("displayname", "x"))),
    _unknown(
        "default_aggregation[formulae]",
        METERS,
        form(METER, ("default_aggregation[formulae]", "sum")),
    ),
    _unknown("metadata", METERS, form(METER, ("metadata[a]", "b"))),
    _unknown("value", EVENTS, "event_name=tokens&value=5"),
    _unknown("customer", EVENTS, "event_name=tokens&customer=<customer>"),
    _unknown("cancel[id]", ADJUSTMENTS, form(CANCEL, ("cancel[id]", "x"))),
    _unknown("address[planet]", CUSTOMERS, "address[planet]=Mars"),
    _unknown(
        "invoice_settings[custom_fields][0][key]",
        CUSTOMERS,
        "invoice_settings[custom_fields][0][key]=a",
    ),
    _unknown("page", METERS, "page=2", method="GET"),
    _unknown("created[before]", CUSTOMERS, "created[before]=5", method="GET"),
    _unknown("identifier", EVENTS, "identifier=taken", method="GET"),
    _unknown("display_name", METERS + "/<meter>", "display_name=x", method="GET"),
    _unknown("reason", METERS + "/<meter>/deactivate", "reason=x"),
    _unknown("event_name", METERS + "/<meter>", "event_name=other", hint=f". {FIXED}"),
    _unknown(
        "default_aggregation",
        METERS + "/<meter>",
        "default_aggregation[formula]=max",
        hint=f". {FIXED}",
    ),
    _unknown(
        "customer_mapping", METERS + "/<meter>", "customer_mapping[type]=by_id", hint=f". {FIXED}"
    ),
    _unknown(
        "value_settings",
        METERS + "/<meter>",
        "value_settings[event_payload_key]=v",
        hint=f". {FIXED}",
    ),
    _unknown("event_time_window", METERS + "/<meter>", "event_time_window=day", hint=f". {FIXED}"),
    _unknown(
        "source",
        CUSTOMERS,
        "source=tok_visa",
        hint=". Taximeter collects no payments; leave it out.",
    ),
    _unknown(
        "test_clock",
        CUSTOMERS + "/<customer>",
        "test_clock=clock_1",
        hint=". A customer is put on a test clock when it is created, and stays on it; leave it "
        "out.",
    ),
    Refusal(
        name="two unknown parameters",
        method="POST",
        path=CUSTOMERS,
        body="frist=1&lsat=2",
        code="parameter_unknown",
        param="frist",
        message="Received unknown parameters: frist, lsat",
    ),
)

WRONG_KIND = (
    Refusal(
        name="meter: a group and a string",
        method="POST",
        path=METERS,
        body=form(METER, ("display_name[a]", "x")),
        message="Invalid request: the parameters contain `display_name[a]` both as a value and as "
        "a group.",
    ),
    Refusal(
        name="meter: a group for a string",
        method="POST",
        path=METERS,
        body=form(METER, ("display_name", None), ("display_name[a]", "x")),
        param="display_name",
        message='Invalid string: {"a":"x"}',
    ),
    Refusal(
        name="meter: a string for a group",
        method="POST",
        path=METERS,
        body=form(METER, ("default_aggregation[formula]", None), ("default_aggregation", "sum")),
        param="default_aggregation",
        message="Invalid object: sum",
    ),
    Refusal(
        name="meter: a list for a group",
        method="POST",
        path=METERS,
        body=form(METER, ("default_aggregation[formula]", None), ("default_aggregation[]", "sum")),
        code="parameter_unknown",
        param="default_aggregation[0]",
        message="Received unknown parameter: default_aggregation[0]",
    ),
    _meter("a string for a list", ("dimension_payload_keys", "model"), "Invalid array: model"),
    _meter(
        "a group for a list",
        ("dimension_payload_keys[a]", "model"),
        'Invalid array: {"a":"model"}',
        param="dimension_payload_keys",
    ),
    _meter(
        "a bad formula",
        ("default_aggregation[formula]", "median"),
        f"Invalid default_aggregation[formula]: must be one of {FORMULAS}",
    ),
    _meter(
        "a formula in capitals",
        ("default_aggregation[formula]", "SUM"),
        f"Invalid default_aggregation[formula]: must be one of {FORMULAS}",
    ),
    _meter(
        "a bad window",
        ("event_time_window", "minute"),
        "Invalid event_time_window: must be one of day, or hour",
    ),
    Refusal(
        name="meter: a bad mapping",
        method="POST",
        path=METERS,
        body=form(
            METER,
            ("customer_mapping[type]", "by_email"),
            ("customer_mapping[event_payload_key]", "k"),
        ),
        param="customer_mapping[type]",
        message="Invalid customer_mapping[type]: must be by_id",
    ),
    Refusal(
        name="a bad adjustment type",
        method="POST",
        path=ADJUSTMENTS,
        body=form(CANCEL, ("type", "refund")),
        param="type",
        message="Invalid type: must be cancel",
    ),
    Refusal(
        name="a string for what to cancel",
        method="POST",
        path=ADJUSTMENTS,
        body=form(CANCEL, ("cancel[identifier]", None), ("cancel", "taken")),
        param="cancel",
        message="Invalid object: taken",
    ),
    Refusal(
        name="a string for the metadata",
        method="POST",
        path=CUSTOMERS,
        body="metadata=x",
        param="metadata",
        message="Invalid object: x",
    ),
    Refusal(
        name="a group within the metadata",
        method="POST",
        path=CUSTOMERS,
        body="metadata[a][b]=x",
        param="metadata[a]",
        message='Invalid string: {"b":"x"}',
    ),
)

TOO_LONG = (
    _too_long("display_name", METERS, form(METER, ("display_name", "x" * 251)), 250),
    _too_long("event_name", METERS, form(METER, ("event_name", "x" * 101)), 100),
    _too_long(
        "value_settings[event_payload_key]",
        METERS,
        form(METER, ("value_settings[event_payload_key]", "x" * 101)),
        100,
    ),
    _too_long("event_name", EVENTS, "payload[a]=b&event_name=" + "x" * 101, 100),
    _too_long("identifier", EVENTS, "event_name=tokens&payload[a]=b&identifier=" + "x" * 101, 100),
    _too_long(
        "cancel[identifier]", ADJUSTMENTS, form(CANCEL, ("cancel[identifier]", "x" * 101)), 100
    ),
    _too_long("name", CUSTOMERS, "name=" + "x" * 257, 256),
    _too_long("phone", CUSTOMERS, "phone=" + "x" * 21, 20),
)

EMPTY = (
    _empty("display_name", "POST", METERS, form(METER, ("display_name", ""))),
    _empty(
        "default_aggregation",
        "POST",
        METERS,
        form(METER, ("default_aggregation[formula]", None), ("default_aggregation", "")),
    ),
    _empty(
        "default_aggregation[formula]",
        "POST",
        METERS,
        form(METER, ("default_aggregation[formula]", "")),
    ),
    _empty("event_time_window", "POST", METERS, form(METER, ("event_time_window", ""))),
    _empty(
        "dimension_payload_keys[0]", "POST", METERS, form(METER, ("dimension_payload_keys[]", ""))
    ),
    _empty("display_name", "POST", METERS + "/<meter>", "display_name="),
    _empty("payload", "POST", EVENTS, "event_name=tokens&payload="),
    _empty("identifier", "POST", EVENTS, "event_name=tokens&payload[value]=1&identifier="),
    _empty("timestamp", "POST", EVENTS, "event_name=tokens&payload[value]=1&timestamp="),
    _empty("cancel[identifier]", "POST", ADJUSTMENTS, form(CANCEL, ("cancel[identifier]", ""))),
    _empty("status", "GET", METERS, "status="),
    _empty("customer", "GET", EVENTS, "customer="),
    _empty("starting_after", "GET", CUSTOMERS, "starting_after="),
    _empty("created[gte]", "GET", CUSTOMERS, "created[gte]="),
)

PARAMETERS = (*MISSING, *UNKNOWN, *WRONG_KIND, *TOO_LONG, *EMPTY)
