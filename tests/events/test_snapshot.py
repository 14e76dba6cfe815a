"""Snapshots of an object, and the thin events that are their twins."""

import json

from taximeter.environments import Environment
from taximeter.events import RelatedObject, snapshot

LIVE = Environment(id=1, name="live", livemode=True)
INVOICE = RelatedObject(id="in_1", type="invoice", url="/v1/invoices/in_1")


def test_snapshot_is_followed_by_its_thin_twin() -> None:
    told, twin = snapshot(
        type="invoice.updated",
        environment=LIVE,
        created_us=7,
        object='{"id":"in_1","total":2}',
        previous_attributes='{"total":1}',
        related_object=INVOICE,
        request_id="req_1",
        idempotency_key="key",
    )
    assert json.loads(told.data) == {
        "object": {"id": "in_1", "total": 2},
        "previous_attributes": {"total": 1},
    }
    assert (told.event_payload, told.type) == ("snapshot", "invoice.updated")
    assert (twin.event_payload, twin.type) == ("thin", "v1.invoice.updated")
    assert (twin.snapshot_event, twin.data) == (told.id, "null")
    assert twin.id != told.id
    assert {one.related_object for one in (told, twin)} == {INVOICE}
    assert {(one.request_id, one.idempotency_key) for one in (told, twin)} == {("req_1", "key")}


def test_snapshot_of_something_new_has_no_previous_attributes() -> None:
    told, _ = snapshot(
        type="invoice.created",
        environment=LIVE,
        created_us=7,
        object="{}",
        related_object=INVOICE,
    )
    assert json.loads(told.data) == {"object": {}}
