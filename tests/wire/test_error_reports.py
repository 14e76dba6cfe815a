"""Error reports: what was rejected asynchronously is told, once, for each meter and ten seconds."""

import json
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.wire.clocked import ClockedServer
from tests.wire.test_stream import one, stream, stream_client
from tests.wire.world import create_customer, create_meter, total

REPORT = "v1.billing.meter.error_report_triggered"
NO_METER = "v1.billing.meter.no_meter_found"


def reported(server: ClockedServer) -> list[Any]:
    """Return every report there is, the oldest first."""
    listed = server.client().v2.core.events.list({"limit": 100, "types": [REPORT, NO_METER]})
    return list(listed.auto_paging_iter())[::-1]


def after(server: ClockedServer, seconds: float) -> list[Any]:
    """Let time pass, report what is due, and return every report there is."""
    server.clock.advance(seconds=seconds)
    server.app.reporter.report()  # unless its thread has just done so
    return reported(server)


def after_window(server: ClockedServer) -> list[Any]:
    """End the window that is open, and return every report there is."""
    return after(server, 10)


def test_rejected_events_of_a_meter_are_reported_with_code_and_sample(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    clocked.clock.advance(seconds=3)
    events = [
        one(meter.event_name, customer, "many", identifier="a"),
        one(meter.event_name, customer, "5", identifier="good"),
        one(meter.event_name, "cus_nobody", "5", identifier="b"),
        one(meter.event_name, customer, "more", identifier="c"),
    ]
    stream(stream_client(clocked), events)
    (event,) = after_window(clocked)
    assert json.loads(str(event)) == {
        "id": event.id,
        "object": "v2.core.event",
        "changes": None,
        "context": None,
        "created": "2026-09-22T12:00:13.000Z",
        "data": {
            "developer_message_summary": "There are 3 invalid events",
            "reason": {
                "error_count": 3,
                "error_types": [
                    {
                        "code": "meter_event_invalid_value",
                        "error_count": 2,
                        "sample_errors": [
                            {
                                "error_message": f"Invalid value for 'value': '{value}'; send a "
                                "decimal number, such as 25, -3 or 0.5.",
                                "request": {"identifier": identifier},
                            }
                            for value, identifier in (("many", "a"), ("more", "c"))
                        ],
                    },
                    {
                        "code": "meter_event_customer_not_found",
                        "error_count": 1,
                        "sample_errors": [
                            {
                                "error_message": "No such customer: 'cus_nobody'. Create the "
                                "customer first, or send the id of one that exists under "
                                "'stripe_customer_id'.",
                                "request": {"identifier": "b"},
                            }
                        ],
                    },
                ],
            },
            "validation_end": "2026-09-22T12:00:10.000Z",
            "validation_start": "2026-09-22T12:00:00.000Z",
        },
        "livemode": False,
        "reason": None,
        "related_object": {
            "id": meter.id,
            "type": "billing.meter",
            "url": f"/v1/billing/meters/{meter.id}",
        },
        "snapshot_event": None,
        "type": REPORT,
    }
    assert total(client, meter, customer, 1_790_078_400, 1_790_082_000) == 5


def test_events_that_met_no_meter_are_reported_together(clocked: ClockedServer) -> None:
    customer = create_customer(clocked.client())
    stream(stream_client(clocked), [one(name, customer) for name in ("nobody", "none", "nobody")])
    (event,) = after_window(clocked)
    assert (event.type, event.related_object) == (NO_METER, None)
    (error,) = event.data.reason.error_types
    assert (error.code, error.error_count) == ("no_meter", 3)
    assert event.data.developer_message_summary == "There are 3 invalid events"


def test_each_meter_environment_and_window_has_a_report_of_its_own(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    sandbox = clocked.client(clocked.create_key("sandbox").secret)
    meters = [create_meter(client).event_name for _ in range(2)]
    other = sandbox.v2.billing.meter_event_session.create().authentication_token
    token = stream_client(clocked)
    for _ in range(2):
        stream(token, [one(name, "cus_nobody") for name in meters] * 2)
        stream(clocked.client(other), [one("nobody", "cus_nobody")])
        clocked.clock.advance(seconds=10)
    found = after(clocked, 0)
    counts = [one.data.reason.error_count for one in found]
    starts = [one.data.validation_start[-7:-5] for one in found]
    assert (counts, starts) == ([2, 2, 2, 2], ["00", "00", "10", "10"])
    assert [one.type for one in sandbox.v2.core.events.list().data] == [NO_METER] * 2


def test_window_is_reported_once_and_only_when_it_is_over(clocked: ClockedServer) -> None:
    token = stream_client(clocked)
    stream(token, [one("nobody", "cus_nobody")])
    assert after(clocked, 9.999999) == []
    stream(token, [one("nobody", "cus_nobody")])
    (event,) = after(clocked, 0.000001)
    assert event.data.reason.error_count == 2
    assert [one.id for one in after(clocked, 60)] == [event.id]


def test_window_is_reported_once_across_restarts(tmp_path: Path) -> None:
    with ClockedServer(tmp_path / "data") as server:
        stream(stream_client(server), [one("nobody", "cus_nobody")])
        (first,) = after_window(server)
        stream(stream_client(server), [one("nothing", "cus_nobody")] * 2)
    with ClockedServer(tmp_path / "data") as server:
        # Its clock begins anew, before the window that was reported: nothing may fall into that.
        stream(stream_client(server), [one("nobody", "cus_nobody")] * 4)
        assert [event.id for event in after(server, 10)] == [first.id]
        assert [event.data.reason.error_count for event in after(server, 10)] == [1, 6]


def test_thread_reports_an_old_window_after_a_restart(tmp_path: Path) -> None:
    with ClockedServer(tmp_path / "data") as server:
        stream(stream_client(server), [one("nobody", "cus_nobody")])
    with ClockedServer(tmp_path / "data", later=3_600) as server:
        while not (found := reported(server)):
            pass  # the thread has begun by itself
        assert [event.data.reason.error_count for event in found] == [1]


def test_samples_are_few_however_many_were_rejected(clocked: ClockedServer) -> None:
    token = stream_client(clocked)
    for batch in range(3):
        events = [
            one("nobody", "cus_nobody", identifier=f"{batch} {index:02d}") for index in range(40)
        ]
        stream(token, events)
    (event,) = after_window(clocked)
    (error,) = event.data.reason.error_types
    shown = [sample.request.identifier for sample in error.sample_errors]
    assert (error.error_count, shown) == (120, [f"0 {index:02d}" for index in range(10)])


def test_a_retry_is_rejected_again_and_what_was_accepted_is_a_duplicate(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    events = [
        one(meter.event_name, customer, identifier="good"),
        one(meter.event_name, customer, "many", identifier="bad"),
    ]
    token = stream_client(clocked)
    for _ in range(2):
        stream(token, events)
    (event,) = after_window(clocked)
    assert event.data.reason.error_count == 2
    assert total(client, meter, customer, 1_790_078_400, 1_790_082_000) == 1


def test_notification_leads_to_its_event_and_its_meter(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client)
    stream(stream_client(clocked), [one(meter.event_name, "cus_nobody")])
    (event,) = after_window(clocked)
    thin = {name: value for name, value in event.to_dict().items() if name != "data"}
    notification: Any = stripe.v2.core.EventNotification.from_json(json.dumps(thin), client)
    fetched = notification.fetch_event()
    assert fetched.to_dict() == event.to_dict()
    assert notification.fetch_related_object().id == meter.id
    assert fetched.fetch_related_object().display_name == meter.display_name


def test_events_of_other_environments_are_not_there(clocked: ClockedServer) -> None:
    sandbox = clocked.client(clocked.create_key("sandbox").secret)
    stream(stream_client(clocked), [one("nobody", "cus_nobody")])
    (event,) = after_window(clocked)
    assert sandbox.v2.core.events.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such event") as caught:
        sandbox.v2.core.events.retrieve(event.id)
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_events_are_dropped_after_thirty_days(clocked: ClockedServer) -> None:
    stream(stream_client(clocked), [one("nobody", "cus_nobody")])
    (old,) = after_window(clocked)
    clocked.clock.advance(seconds=30 * 86_400)
    stream(stream_client(clocked), [one("nobody", "cus_nobody")])
    (new,) = after_window(clocked)
    assert new.id != old.id
