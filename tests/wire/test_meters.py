"""Meters: created with every parameter, read, renamed, put to sleep and woken, listed."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, new_name, send, total

HOUR = 3_600


def test_created_meter_answers_with_everything_that_was_set(noon: ClockedServer) -> None:
    name = new_name()
    meter = create_meter(
        noon.client(),
        "last",
        event_name=name,
        customer_mapping={"type": "by_id", "event_payload_key": "account"},
        value_settings={"event_payload_key": "bytes"},
        event_time_window="day",
        dimension_payload_keys=["region", "tier"],
    )
    assert meter.id.startswith("mtr_test_")
    assert meter.to_dict() == {
        "id": meter.id,
        "object": "billing.meter",
        "created": NOON,
        "customer_mapping": {"event_payload_key": "account", "type": "by_id"},
        "default_aggregation": {"formula": "last"},
        "dimension_payload_keys": ["region", "tier"],
        "display_name": f"The last of {name}",
        "event_name": name,
        "event_time_window": "day",
        "livemode": False,
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": NOON,
        "value_settings": {"event_payload_key": "bytes"},
    }


def test_what_is_not_set_is_stripes_default(noon: ClockedServer) -> None:
    meter = create_meter(noon.client())
    assert (
        meter.customer_mapping.event_payload_key,
        meter.value_settings.event_payload_key,
        meter.event_time_window,
        meter["dimension_payload_keys"],
    ) == ("stripe_customer_id", "value", None, [])


def test_meter_reads_back_as_it_was_created(noon: ClockedServer) -> None:
    client = noon.client()
    meter = create_meter(client)
    assert client.v1.billing.meters.retrieve(meter.id).to_dict() == meter.to_dict()


def test_only_the_name_changes_when_renamed(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client)
    clocked.clock.advance(seconds=5)
    renamed = client.v1.billing.meters.update(meter.id, {"display_name": "Größe ✓"})
    expected = {**meter.to_dict(), "display_name": "Größe ✓", "updated": NOON + 5}
    assert renamed.to_dict() == expected
    assert client.v1.billing.meters.retrieve(meter.id).to_dict() == expected


def test_an_update_of_nothing_changes_nothing(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client)
    clocked.clock.advance(seconds=5)
    assert client.v1.billing.meters.update(meter.id).to_dict() == meter.to_dict()


def test_deactivated_meter_refuses_usage_and_keeps_what_it_has(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    send(client, meter, customer, "5", at=NOON - 60)
    clocked.clock.advance(seconds=5)
    asleep = client.v1.billing.meters.deactivate(meter.id)
    assert (asleep.status, asleep.status_transitions.deactivated_at, asleep.updated) == (
        "inactive",
        NOON + 5,
        NOON + 5,
    )
    with pytest.raises(stripe.InvalidRequestError, match="No active meter found"):
        send(client, meter, customer, "7", at=NOON - 60)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 5


def test_reactivated_meter_takes_usage_again(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter, customer = create_meter(client), create_customer(client)
    client.v1.billing.meters.deactivate(meter.id)
    clocked.clock.advance(seconds=5)
    awake = client.v1.billing.meters.reactivate(meter.id)
    assert awake.to_dict() == {**meter.to_dict(), "updated": NOON + 5}
    send(client, meter, customer, "7", at=NOON - 60)
    assert total(client, meter, customer, NOON - HOUR, NOON) == 7


def test_twice_deactivated_keeps_the_first_date(clocked: ClockedServer) -> None:
    client = clocked.client()
    meter = create_meter(client)
    first = client.v1.billing.meters.deactivate(meter.id)
    clocked.clock.advance(seconds=5)
    assert client.v1.billing.meters.deactivate(meter.id).to_dict() == first.to_dict()


def test_one_active_meter_holds_an_event_name(noon: ClockedServer) -> None:
    client = noon.client()
    holder = create_meter(client)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create_meter(client, event_name=holder.event_name)
    assert (caught.value.http_status, caught.value.param) == (400, "event_name")
    assert caught.value.user_message == (
        f"An active meter with the event name '{holder.event_name}' already exists: {holder.id}. "
        "Deactivate it first, or choose another event name."
    )


def test_deactivating_frees_the_event_name_and_waking_into_it_fails(noon: ClockedServer) -> None:
    client = noon.client()
    former = create_meter(client)
    client.v1.billing.meters.deactivate(former.id)
    holder = create_meter(client, event_name=former.event_name)
    with pytest.raises(stripe.InvalidRequestError, match=holder.id):
        client.v1.billing.meters.reactivate(former.id)
    assert client.v1.billing.meters.retrieve(former.id).status == "inactive"


def test_usage_goes_to_the_active_holder_of_the_name(noon: ClockedServer) -> None:
    client = noon.client()
    customer = create_customer(client)
    former = create_meter(client)
    send(client, former, customer, "1", at=NOON - 60)
    client.v1.billing.meters.deactivate(former.id)
    holder = create_meter(client, event_name=former.event_name)
    send(client, holder, customer, "10", at=NOON - 60)
    assert total(client, former, customer, NOON - HOUR, NOON) == 1
    assert total(client, holder, customer, NOON - HOUR, NOON) == 10


@pytest.mark.parametrize(
    ("status", "expected"), [(None, [2, 1, 0]), ("active", [2, 0]), ("inactive", [1])]
)
def test_list_is_newest_first_and_filters_by_status(
    status: str | None, expected: list[int], clocked: ClockedServer
) -> None:
    client = clocked.client()
    created = [create_meter(client).id for _ in range(3)]
    client.v1.billing.meters.deactivate(created[1])
    params: Any = {} if status is None else {"status": status}
    listed = client.v1.billing.meters.list(params)
    assert [meter.id for meter in listed.data] == [created[index] for index in expected]
    assert (listed.has_more, listed.url) == (False, "/v1/billing/meters")
