"""Adjustments, meters and customers that are well formed and against the rules."""

from tests.wire.refusals.parameters import CANCEL, METER
from tests.wire.refusals.refusal import ADJUSTMENTS, CUSTOMERS, METERS, Refusal, empty, form

ADJUSTING = (
    Refusal(
        name="cancel what was never sent",
        method="POST",
        path=ADJUSTMENTS,
        body=form(CANCEL, ("cancel[identifier]", "never-sent")),
        code="resource_missing",
        param="cancel[identifier]",
        message="No such meter event: 'never-sent'",
    ),
    Refusal(
        name="cancel under another event name",
        method="POST",
        path=ADJUSTMENTS,
        body=form(CANCEL, ("event_name", "grouped")),
        code="resource_missing",
        param="event_name",
        message="No such meter event: 'taken' with event name 'grouped'; it was recorded with "
        "event name 'tokens'.",
    ),
)


def _meter(name: str, *changes: tuple[str, str | None], param: str, message: str) -> Refusal:
    return Refusal(
        name=f"meter: {name}",
        method="POST",
        path=METERS,
        body=form(METER, *changes),
        param=param,
        message=message,
    )


METER_RULES = (
    _meter(
        "an event name that is held",
        ("event_name", "tokens"),
        param="event_name",
        message="An active meter with the event name 'tokens' already exists: <meter>. Deactivate "
        "it first, or choose another event name.",
    ),
    _meter(
        "one key for customer and value",
        ("value_settings[event_payload_key]", "stripe_customer_id"),
        param="value_settings[event_payload_key]",
        message="The payload key 'stripe_customer_id' cannot hold both the customer and the value; "
        "choose different keys for customer_mapping and value_settings.",
    ),
    _meter(
        "a payload key that no event can carry",
        ("value_settings[event_payload_key]", "units[0]"),
        param="value_settings[event_payload_key]",
        message="The payload key 'units[0]' contains [ or ], which stand for nesting in requests: "
        "no event could carry it. Choose another key.",
    ),
    _meter(
        "a dimension twice",
        ("dimension_payload_keys[0]", "a"),
        ("dimension_payload_keys[1]", "a"),
        param="dimension_payload_keys[1]",
        message="The dimension 'a' is listed twice; list each once.",
    ),
    _meter(
        "the value as a dimension",
        ("dimension_payload_keys[0]", "value"),
        param="dimension_payload_keys[0]",
        message="The payload key 'value' holds the value and cannot be a dimension too.",
    ),
    _meter(
        "21 dimensions",
        *((f"dimension_payload_keys[{number}]", f"d{number}") for number in range(21)),
        param="dimension_payload_keys",
        message="A meter can have at most 20 dimensions.",
    ),
)


def _customer(
    name: str, body: str, param: str, message: str, *, code: str | None = None
) -> Refusal:
    return Refusal(
        name=f"customer: {name}",
        method="POST",
        path=CUSTOMERS,
        body=body,
        code=code,
        param=param,
        message=message,
    )


CUSTOMER_RULES = (
    _customer(
        "an email without @",
        "email=ada",
        "email",
        "Invalid email address: ada",
        code="email_invalid",
    ),
    _customer(
        "an email with a blank",
        "email=a+b@c",
        "email",
        "Invalid email address: a b@c",
        code="email_invalid",
    ),
    _customer(
        "a small invoice prefix",
        "invoice_prefix=ada",
        "invoice_prefix",
        "Invalid invoice_prefix: must be 3 to 12 uppercase letters or digits",
    ),
    _customer(
        "an invoice number of 0",
        "next_invoice_sequence=0",
        "next_invoice_sequence",
        "This value must be greater than or equal to 1 (it currently is '0').",
        code="parameter_invalid_integer",
    ),
    _customer(
        "a balance of half a cent",
        "balance=0.5",
        "balance",
        "Invalid integer: 0.5",
        code="parameter_invalid_integer",
    ),
    _customer(
        "a bad exemption",
        "tax_exempt=yes",
        "tax_exempt",
        "Invalid tax_exempt: must be one of exempt, none, or reverse",
    ),
    _customer(
        "51 metadata keys",
        "&".join(f"metadata[k{number}]=x" for number in range(51)),
        "metadata",
        "Metadata can have at most 50 keys; these would be 51.",
    ),
    _customer(
        "a metadata key of 41 characters",
        f"metadata[{'k' * 41}]=x",
        f"metadata[{'k' * 41}]",
        f"Metadata keys can have at most 40 characters; '{'k' * 41}' has 41.",
    ),
    _customer(
        "a metadata value of 501 characters",
        f"metadata[k]={'x' * 501}",
        "metadata[k]",
        "Metadata values can have at most 500 characters; the value of 'k' has 501.",
    ),
    _customer(
        "brackets in a metadata key",
        "metadata[a[b]]=x",
        "metadata[a[b]]",
        "Received unknown parameter: metadata[a[b]]",
        code="parameter_unknown",
    ),
    _customer(
        "a balance that cannot be unset",
        "balance=",
        "balance",
        empty("balance"),
        code="parameter_invalid_empty",
    ),
)

RULES = (*ADJUSTING, *METER_RULES, *CUSTOMER_RULES)
