"""`POST /v1/billing/meter_events/authorize`: what it takes, and the question that it makes."""

from typing import Annotated

import msgspec

from taximeter.api.expand import NOTHING, check_expand
from taximeter.api.params import Params
from taximeter.api.services import Services
from taximeter.authorizations.authorization import Question
from taximeter.authorizations.live_total import live_possible
from taximeter.authorizations.reservation import Reservation, new_reservation_id
from taximeter.environments import Environment
from taximeter.errors import InvalidInteger, InvalidRequest
from taximeter.ingest.event import SentEvent
from taximeter.kit.clock import now_s
from taximeter.kit.decimals import ZERO

PATH = "/v1/billing/meter_events/authorize"


class ReservationParam(msgspec.Struct, frozen=True, kw_only=True):
    """For how long what is allowed is held."""

    expires_in: Annotated[int, msgspec.Meta(ge=1)]


class MeterEventAuthorize(Params, frozen=True, kw_only=True):
    """What asking before use takes: an event as it would be sent, without an identifier."""

    refused = {
        "identifier": "Nothing is recorded, so nothing is identified. Send the event with the id "
        "of the reservation as its identifier.",
        "timestamp": "The question is about now.",
    }

    event_name: Annotated[str, msgspec.Meta(max_length=100)]
    payload: dict[str, str]
    require_credit_balance: bool = False
    reservation: ReservationParam | None = None


def question(params: MeterEventAuthorize, services: Services, environment: Environment) -> Question:
    """Check what would be used as ingestion would. Raises InvalidRequest."""
    check_expand(params.expand, NOTHING)
    event = services.intake.checked(
        SentEvent(event_name=params.event_name, payload=params.payload, identifier=""),
        environment=environment,
    )
    meter = services.directory.meter(environment.id, params.event_name)
    assert meter is not None, "a checked event has a meter"
    if event.value is not None and event.value < ZERO:
        raise InvalidRequest(
            f"Invalid value for '{meter.value_key}': '{params.payload[meter.value_key]}'; ask for "
            "0 or more. What takes usage back needs no authorization.",
            param=f"payload[{meter.value_key}]",
            code="meter_event_invalid_value",
        )
    return Question(event=event, meter=meter, paid_by_credits=params.require_credit_balance)


def reservation(
    wanted: ReservationParam, asked: Question, services: Services, environment: Environment
) -> Reservation:
    """Return the reservation that is asked for. Raises InvalidRequest."""
    most = services.settings.reservation_seconds_max
    if wanted.expires_in > most:
        raise InvalidInteger(
            f"This value must be less than or equal to {most} (it currently is "
            f"'{wanted.expires_in}').",
            param="reservation[expires_in]",
        )
    if not live_possible(asked.meter):
        raise InvalidRequest(
            "Only usage that adds up event by event can be reserved: that of meters with the "
            f"formula sum or count, not pre-aggregated. Ask about meter {asked.meter.id} without "
            "a reservation.",
            param="reservation",
        )
    now = now_s(services.clock)
    return Reservation(
        id=new_reservation_id(livemode=environment.livemode),
        environment=environment.id,
        created=now,
        customer=asked.event.customer,
        meter=asked.meter.id,
        event_name=asked.event.event_name,
        value=asked.value,
        dimensions=asked.event.dimensions,
        expires_at=now + wanted.expires_in,
    )
