"""Listing thin events through the official SDK: filters, pages, and links that keep both."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import ClockedServer
from tests.wire.test_error_reports import NO_METER, REPORT, after_window
from tests.wire.test_stream import one, stream, stream_client
from tests.wire.world import create_meter


@pytest.fixture
def told(clocked: ClockedServer) -> tuple[stripe.StripeClient, list[Any], str]:
    """Five windows with a report of a meter and one of events without, newest first."""
    client = clocked.client()
    meter = create_meter(client)
    events: list[Any] = []
    for _ in range(5):
        token = stream_client(clocked)
        stream(token, [one(meter.event_name, "cus_nobody"), one("nobody", "cus_nobody")])
        events = after_window(clocked)
    return client, events[::-1], meter.id


Told = tuple[stripe.StripeClient, list[Any], str]


def listed(client: stripe.StripeClient, **params: Any) -> list[str]:
    """Return the ids of every page, of reports alone unless other types are asked for."""
    asked: Any = {"limit": 3, "types": [REPORT, NO_METER], **params}
    found = client.v2.core.events.list(asked)
    return [event.id for event in found.auto_paging_iter()]


def ids(events: list[Any]) -> list[str]:
    return [event.id for event in events]


def test_pages_make_up_the_whole_list(told: Told) -> None:
    client, events, _ = told
    assert len(events) == 10
    for limit in (1, 3, 5, 10, 100):
        assert listed(client, limit=limit) == ids(events)


def test_events_are_filtered_on_every_page(told: Told) -> None:
    client, events, meter = told
    reports = [event for event in events if event.type == REPORT]
    others = [event for event in events if event.type == NO_METER]
    assert listed(client, object_id=meter, limit=2) == ids(reports)
    assert listed(client, types=[NO_METER], limit=2) == ids(others)
    assert listed(client, types=[NO_METER, REPORT, "v1.other"]) == ids(events)
    assert listed(client, object_id="mtr_other") == []


def test_events_are_filtered_by_creation(told: Told) -> None:
    client, events, _ = told
    middle = events[4].created
    assert listed(client, created={"gt": middle}) == ids(events[:4])
    assert listed(client, created={"gte": middle}) == ids(events[:6])
    assert listed(client, created={"lt": middle}) == ids(events[6:])
    assert listed(client, created={"lte": middle}) == ids(events[4:])
    assert listed(client, created={"gt": middle, "lt": events[2].created}) == []


def test_links_lead_to_both_neighbours(told: Told) -> None:
    client, events, _ = told

    def page(url: str) -> Any:
        return client.deserialize(client.raw_request("get", url), api_mode="V2")

    first = page(f"/v2/core/events?limit=4&types[0]={REPORT}&types[1]={NO_METER}")
    second = page(first.next_page_url)
    third = page(second.next_page_url)
    assert [ids(one.data) for one in (first, second, third)] == [
        ids(events[:4]),
        ids(events[4:8]),
        ids(events[8:]),
    ]
    assert (first.previous_page_url, third.next_page_url) == (None, None)
    back = page(third.previous_page_url)
    assert ids(back.data) == ids(events[4:8])
    assert ids(page(back.previous_page_url).data) == ids(events[:4])
    assert ids(page(back.next_page_url).data) == ids(events[8:])
    assert page(back.previous_page_url).previous_page_url is None


def test_event_is_retrieved_as_it_is_listed(told: Told) -> None:
    client, events, _ = told
    assert client.v2.core.events.retrieve(events[0].id).to_dict() == events[0].to_dict()
