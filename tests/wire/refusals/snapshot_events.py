"""Snapshot events that are not there, and lists of them that nobody can mean."""

from tests.wire.refusals.refusal import Refusal

EVENTS = "/v1/events"
SNAPSHOT_EVENTS = (
    Refusal(
        name="no such snapshot event",
        method="GET",
        path=f"{EVENTS}/evt_none",
        status=404,
        code="resource_missing",
        param="id",
        message="No such event: 'evt_none'. Events can be read for 30 days.",
    ),
    Refusal(
        name="events after one that is not there",
        method="GET",
        path=f"{EVENTS}?starting_after=evt_none",
        code="resource_missing",
        param="starting_after",
        message="No such event: 'evt_none'",
    ),
    Refusal(
        name="events of a type and of types",
        method="GET",
        path=f"{EVENTS}?type=invoice.paid&types[]=invoice.paid",
        code="parameters_exclusive",
        param="types",
        message="You may only specify one of these parameters: type, types.",
    ),
    Refusal(
        name="events of too many types",
        method="GET",
        path=EVENTS + "?" + "&".join(f"types[{number}]=a" for number in range(21)),
        param="types",
        message="At most 20 types can be asked for.",
    ),
    Refusal(
        name="events by a delivery that is neither",
        method="GET",
        path=f"{EVENTS}?delivery_success=perhaps",
        param="delivery_success",
        message="Invalid boolean: perhaps; send true or false",
    ),
)
