"""`/v1/billing/reservations`: reading and releasing what `authorize` reserved."""

from functools import partial

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.reservation import ReservationObject, reservation_object
from taximeter.authorizations.reservation import (
    Reservation,
    ReservationFilter,
    ReservationStatus,
)
from taximeter.errors import InvalidRequest, NotFound
from taximeter.kit.paging import UnknownCursor


class ReservationList(ListParams, frozen=True, kw_only=True):
    """What listing reservations takes."""

    customer: str | None = None


def _list(context: Context, params: ReservationList) -> ListObject[ReservationObject]:
    where = ReservationFilter(customer=params.customer)
    try:
        page = context.unit.reservations.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "reservation") from None
    return list_object(page, context.path, lambda one: _render(context, one))


def _retrieve(context: Context, params: Params) -> ReservationObject:
    return _render(context, _found(context))


def _release(context: Context, params: Params) -> ReservationObject:
    reservation = _found(context)
    books = context.services.check_before_use.books
    status = books.status(reservation)
    if status in {"settled", "expired"}:
        raise InvalidRequest(
            f"Reservation {reservation.id} is {status} and holds nothing any more; there is "
            "nothing to release.",
            param="id",
        )
    if status == "held":
        context.unit.reservations.end({reservation.id: "released"})
        context.unit.then(partial(books.release, reservation))
    return _render(context, msgspec.structs.replace(reservation, status="released"))


def _found(context: Context) -> Reservation:
    id = context.path_params["id"]
    reservation = context.unit.reservations.get(context.environment.id, id)
    if reservation is None:
        raise NotFound(f"No such reservation: '{id}'", param="id")
    return reservation


def _render(context: Context, reservation: Reservation) -> ReservationObject:
    meter = context.unit.meters.get(context.environment.id, reservation.meter)
    assert meter is not None, "meters are never deleted"
    status: ReservationStatus = context.services.check_before_use.books.status(reservation)
    return reservation_object(reservation, meter, context.environment, status=status)


_ALL = "/v1/billing/reservations"
_ONE = "/v1/billing/reservations/{id}"

ENDPOINTS = (
    Endpoint(method="GET", path=_ALL, params=ReservationList, run=_list),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve),
    Endpoint(method="POST", path=_ONE + "/release", params=Params, run=_release),
)
