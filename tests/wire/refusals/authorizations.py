"""Questions before use that cannot be answered, and reservations that are not there."""

from tests.wire.limits import AUTHORIZE, RESERVATIONS
from tests.wire.refusals.refusal import Refusal, empty, form

QUESTION = {
    "event_name": "tokens",
    "payload[stripe_customer_id]": "<customer>",
    "payload[value]": "1",
}


def _asked(
    name: str,
    *changes: tuple[str, str | None],
    param: str,
    message: str,
    code: str | None = None,
) -> Refusal:
    return Refusal(
        name=f"authorize: {name}",
        method="POST",
        path=AUTHORIZE,
        body=form(QUESTION, *changes),
        code=code,
        param=param,
        message=message,
    )


def _integer(expires_in: str, message: str) -> Refusal:
    return _asked(
        f"reserve for {expires_in} seconds",
        ("reservation[expires_in]", expires_in),
        param="reservation[expires_in]",
        code="parameter_invalid_integer",
        message=message,
    )


AUTHORIZATIONS = (
    _asked(
        "no event name",
        ("event_name", None),
        param="event_name",
        code="parameter_missing",
        message="Missing required param: event_name.",
    ),
    _asked(
        "no payload",
        ("payload[value]", None),
        ("payload[stripe_customer_id]", None),
        param="payload",
        code="parameter_missing",
        message="Missing required param: payload.",
    ),
    _asked(
        "an unknown meter",
        ("event_name", "unheard"),
        param="event_name",
        code="no_meter",
        message='No active meter found for event name "unheard". Create a meter with this event '
        "name first.",
    ),
    _asked(
        "an unknown customer",
        ("payload[stripe_customer_id]", "cus_unheard"),
        param="payload[stripe_customer_id]",
        code="resource_missing",
        message="No such customer: 'cus_unheard'",
    ),
    _asked(
        "no value",
        ("payload[value]", None),
        param="payload[value]",
        code="meter_event_value_not_found",
        message="Value key value not found in payload.",
    ),
    _asked(
        "a value that is no number",
        ("payload[value]", "many"),
        param="payload[value]",
        code="meter_event_invalid_value",
        message="Invalid value for 'value': 'many'; send a decimal number, such as 25, -3 or 0.5.",
    ),
    _asked(
        "less than nothing",
        ("payload[value]", "-1"),
        param="payload[value]",
        code="meter_event_invalid_value",
        message="Invalid value for 'value': '-1'; ask for 0 or more. What takes usage back needs "
        "no authorization.",
    ),
    _asked(
        "without a dimension",
        ("event_name", "grouped"),
        param="payload[model]",
        code="missing_dimension_payload_keys",
        message="Dimension keys not found in payload: model. Events of meter <grouped> must carry "
        "each of: model.",
    ),
    _asked(
        "an identifier",
        ("identifier", "mine"),
        param="identifier",
        code="parameter_unknown",
        message="Received unknown parameter: identifier. Nothing is recorded, so nothing is "
        "identified. Send the event with the id of the reservation as its identifier.",
    ),
    _asked(
        "a timestamp",
        ("timestamp", "1790078400"),
        param="timestamp",
        code="parameter_unknown",
        message="Received unknown parameter: timestamp. The question is about now.",
    ),
    _asked(
        "neither true nor false",
        ("require_credit_balance", "yes"),
        param="require_credit_balance",
        message="Invalid boolean: yes; send true or false",
    ),
    _asked(
        "an empty expiry",
        ("reservation[expires_in]", ""),
        param="reservation[expires_in]",
        code="parameter_invalid_empty",
        message=empty("reservation[expires_in]"),
    ),
    _integer("0", "This value must be greater than or equal to 1 (it currently is '0')."),
    _integer("86401", "This value must be less than or equal to 86400 (it currently is '86401')."),
    _integer("soon", "Invalid integer: soon"),
    Refusal(
        name="a reservation that was never made",
        method="GET",
        path=f"{RESERVATIONS}/rsv_unheard",
        status=404,
        code="resource_missing",
        param="id",
        message="No such reservation: 'rsv_unheard'",
    ),
    Refusal(
        name="release a reservation that was never made",
        method="POST",
        path=f"{RESERVATIONS}/rsv_unheard/release",
        status=404,
        code="resource_missing",
        param="id",
        message="No such reservation: 'rsv_unheard'",
    ),
    Refusal(
        name="reservations after one that was never made",
        method="GET",
        path=f"{RESERVATIONS}?starting_after=rsv_unheard",
        code="resource_missing",
        param="starting_after",
        message="No such reservation: 'rsv_unheard'",
    ),
)
