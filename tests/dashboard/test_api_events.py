"""The events of the API: one row for a snapshot and its twin, and what one says was changed."""

import pytest

from taximeter.app.stores import open_records
from taximeter.dashboard.pages.api_event import ChangedRow, changed
from taximeter.events import Event, RelatedObject
from tests.dashboard.visitor import Visitor
from tests.serving import Server

LIST = "/test/developers/events"


@pytest.fixture(scope="module")
def told(server: Server) -> tuple[Event, Event]:
    """A snapshot and its thin twin, about a customer."""
    customer = server.client().v1.customers.create({"name": "Told Of"}).id
    snapshot = Event(
        id="evt_test_snapshot",
        environment=2,
        event_payload="snapshot",
        type="customer.updated",
        created_us=1_790_000_000_000_000,
        related_object=RelatedObject(id=customer, type="customer", url=f"/v1/customers/{customer}"),
        data='{"object":{"id":"x","name":"New"},"previous_attributes":{"name":"<Old>"}}',
        request_id="req_1",
    )
    twin = Event(
        id="evt_test_twin",
        environment=2,
        event_payload="thin",
        type="v1.customer.updated",
        created_us=snapshot.created_us,
        related_object=snapshot.related_object,
        data="{}",
        request_id="req_1",
        snapshot_event=snapshot.id,
    )
    with open_records(server.data) as records, records.writing() as unit:
        unit.events.add([snapshot, twin])
    return snapshot, twin


def test_what_happened_is_one_row_whichever_kind_it_is_searched_by(
    told: tuple[Event, Event], developer: Visitor
) -> None:
    snapshot, _ = told
    assert snapshot.related_object is not None
    who = snapshot.related_object.id
    for type in (snapshot.type, f"v1.{snapshot.type}"):
        page = developer.get(f"{LIST}.json?object_id={who}&type={type}").json()
        assert [one["id"] for one in page["events"]["rows"]] == [snapshot.id]
    assert f'href="/test/customers/{who}"' in developer.get(f"{LIST}?object_id={who}").text
    assert f"{LIST}?object_id={who}" in developer.get(f"/test/customers/{who}").text
    assert snapshot.id in developer.get(f"{LIST}.csv?object_id={who}").text
    assert snapshot.id not in developer.get("/live/developers/events").text


def test_an_event_shows_what_changed_and_leads_to_its_twin(
    told: tuple[Event, Event], developer: Visitor
) -> None:
    snapshot, twin = told
    page = developer.get(f"{LIST}/{snapshot.id}").text
    assert "&#34;&lt;Old&gt;&#34;" in page
    assert f"{LIST}/{twin.id}" in page
    assert f"{LIST}/{snapshot.id}" in developer.get(f"{LIST}/{twin.id}").text


def test_what_changed_is_told_field_by_field() -> None:
    data = (
        '{"object":{"a":{"b":1,"c":2},"d":[1],"e":null},'
        '"previous_attributes":{"a":{"b":0},"d":[],"e":"was"}}'
    )
    assert list(changed(data)) == [
        ChangedRow(field="a.b", before="0", after="1"),
        ChangedRow(field="d", before="[]", after="[1]"),
        ChangedRow(field="e", before='"was"', after=None),
    ]


def test_an_event_that_is_gone_is_no_place_to_go_on_from(developer: Visitor) -> None:
    assert developer.get(LIST).status_code == 200
    assert developer.get(f"{LIST}?after=evt_gone").status_code == 400
    assert developer.get(f"{LIST}/evt_gone").status_code == 404
