"""Every object of v2 has Stripe's fields and types, and none beyond."""

from typing import Any

from tests.wire.clocked import ClockedServer
from tests.wire.refusals.webhooks import DESTINATION
from tests.wire.schema import SCHEMAS, beyond, violations
from tests.wire.test_error_reports import after_window
from tests.wire.test_stream import one, stream, stream_client
from tests.wire.world import create_customer, create_meter


def objects(server: ClockedServer) -> dict[str, Any]:
    """One object of each kind."""
    client = server.client()
    meter, customer = create_meter(client), create_customer(client)
    payload = {"stripe_customer_id": customer, "value": "1"}
    event = client.v2.billing.meter_events.create(
        {"event_name": meter.event_name, "payload": payload}
    )
    adjustment = client.v2.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": event.identifier},
        }
    )
    session = client.v2.billing.meter_event_session.create()
    stream(stream_client(server), [one(meter.event_name, "cus_nobody"), one("nobody", customer)])
    destination = client.v2.core.event_destinations.create(DESTINATION)
    switched = client.v2.core.event_destinations.disable(destination.id)
    (twin,) = client.v2.core.events.list({"types": ["v1.billing.meter.created"]}).data
    found = [event, adjustment, session, switched, twin]
    named = {str(each["object"]): each.to_dict() for each in found}
    return named | {told.type: told.to_dict() for told in after_window(server)}


def test_object_has_stripes_fields_and_none_beyond(clocked: ClockedServer) -> None:
    found = objects(clocked)
    assert {name for name in SCHEMAS if name.startswith(("v1.", "v2."))} == set(found)
    for name, value in found.items():
        assert violations(value, SCHEMAS[name]) == []
    extra = {name: beyond(value, SCHEMAS[name]) for name, value in found.items()}
    # Stripe's schema of this one says nothing of an object; here it is said that there is none.
    assert extra.pop("v1.billing.meter.no_meter_found") <= {"related_object"}
    assert set().union(*extra.values()) == set()
