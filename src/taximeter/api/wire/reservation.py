"""`billing.reservation` on the wire: an object of ours."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.authorizations.reservation import Reservation, ReservationStatus
from taximeter.environments import Environment
from taximeter.kit import decimals
from taximeter.meters import Meter


class ReservationObject(msgspec.Struct, frozen=True, kw_only=True):
    """Usage that is spoken for; its id is the `identifier` of the event that settles it."""

    id: str
    object: Literal["billing.reservation"] = "billing.reservation"
    created: int
    customer: str
    dimensions: dict[str, str]
    event_name: str
    expires_at: int
    livemode: bool
    meter: str
    status: ReservationStatus
    value: Decimal
    value_decimal: str


def reservation_object(
    reservation: Reservation, meter: Meter, environment: Environment, *, status: ReservationStatus
) -> ReservationObject:
    """Render a reservation of a meter, as it stands now."""
    values = msgspec.json.decode(reservation.dimensions, type=list[str])
    return ReservationObject(
        id=reservation.id,
        created=reservation.created,
        customer=reservation.customer,
        dimensions=dict(zip(meter.dimension_keys, values, strict=True)),
        event_name=reservation.event_name,
        expires_at=reservation.expires_at,
        livemode=environment.livemode,
        meter=reservation.meter,
        status=status,
        value=decimals.normal(reservation.value),
        value_decimal=decimals.text(reservation.value),
    )
