"""Reserving before use: what is held, by whom, and how it ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from taximeter.errors import StorageFailed
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase, Unit
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.limits import (
    ask,
    authorize,
    release,
    reservation,
    usage_limit,
)
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send


@pytest.fixture
def customer(noon: ClockedServer) -> str:
    return create_customer(noon.client())


def test_a_question_holds_nothing_and_a_reservation_does(
    noon: ClockedServer, customer: str
) -> None:
    meter = create_meter(noon.client())
    usage_limit(noon, meter.id, "10", customer=customer)
    name = meter.event_name
    assert authorize(noon, name, customer, "10")["authorized"]
    held = authorize(noon, name, customer, "7", expires_in="60")
    denied = authorize(noon, name, customer, "4")
    assert held["reservation"]["expires_at"] == NOON + 60
    assert (denied["authorized"], denied["limits"][0]["reserved"]) == (False, 7)
    assert authorize(noon, name, customer, "3")["authorized"]


def test_the_event_that_carries_its_id_takes_the_place_of_a_reservation(
    noon: ClockedServer, customer: str
) -> None:
    client, meter = noon.client(), create_meter(noon.client())
    usage_limit(noon, meter.id, "10", customer=customer)
    made = authorize(noon, meter.event_name, customer, "7", expires_in="60")["reservation"]
    send(client, meter, customer, "2", identifier=made["id"])
    after = authorize(noon, meter.event_name, customer, "8")
    (state,) = after["limits"]
    assert (state["used"], state["reserved"], state["remaining"]) == (2, 0, 8)
    assert reservation(noon, made["id"])["status"] == "settled"
    refused = release(noon, made["id"])
    assert (refused.status, refused.json()["error"]["param"]) == (400, "id")


def test_an_event_of_another_customer_settles_nothing(noon: ClockedServer, customer: str) -> None:
    client, meter = noon.client(), create_meter(noon.client())
    made = authorize(noon, meter.event_name, customer, "7", expires_in="60")["reservation"]
    send(client, meter, create_customer(client), "2", identifier=made["id"])
    assert reservation(noon, made["id"])["status"] == "held"


def test_a_released_reservation_holds_nothing(noon: ClockedServer, customer: str) -> None:
    meter = create_meter(noon.client())
    usage_limit(noon, meter.id, "10", customer=customer)
    made = authorize(noon, meter.event_name, customer, "7", expires_in="60")["reservation"]
    answers = [release(noon, made["id"]).json()["status"] for _ in range(2)]
    assert answers == ["released", "released"]
    assert authorize(noon, meter.event_name, customer, "10")["authorized"]


def test_reservations_are_listed_newest_first(noon: ClockedServer, customer: str) -> None:
    meter = create_meter(noon.client(), dimension_payload_keys=["model"])
    made = [
        authorize(
            noon,
            meter.event_name,
            customer,
            value,
            dimensions={"model": "opus"},
            expires_in="60",
        )["reservation"]["id"]
        for value in ("1", "2.5")
    ]
    listed = request(noon.address, "GET", f"/v1/billing/reservations?customer={customer}").json()
    assert [one["id"] for one in listed["data"]] == made[::-1]
    assert listed["data"][0] == {
        "id": made[1],
        "object": "billing.reservation",
        "created": NOON,
        "customer": customer,
        "dimensions": {"model": "opus"},
        "event_name": meter.event_name,
        "expires_at": NOON + 60,
        "livemode": False,
        "meter": meter.id,
        "status": "held",
        "value": 2.5,
        "value_decimal": "2.5",
    }


def test_a_reservation_expires(clocked: ClockedServer) -> None:
    meter, customer = create_meter(clocked.client()), create_customer(clocked.client())
    usage_limit(clocked, meter.id, "10")
    made = authorize(clocked, meter.event_name, customer, "7", expires_in="60")["reservation"]
    clocked.clock.advance(seconds=59.999999)
    assert not authorize(clocked, meter.event_name, customer, "7")["authorized"]
    clocked.clock.advance(seconds=0.000001)
    assert authorize(clocked, meter.event_name, customer, "7")["authorized"]
    assert reservation(clocked, made["id"])["status"] == "expired"
    send(clocked.client(), meter, customer, "1", identifier=made["id"])
    assert reservation(clocked, made["id"])["status"] == "expired"


def test_an_idempotency_key_reserves_once(noon: ClockedServer, customer: str) -> None:
    meter = create_meter(noon.client())
    usage_limit(noon, meter.id, "10", customer=customer)
    key = {"Idempotency-Key": f"reserve {customer}"}
    answers = [
        ask(noon, meter.event_name, customer, "4", headers=key, expires_in="60") for _ in range(2)
    ]
    assert answers[0].body == answers[1].body
    assert [one.headers.get("idempotent-replayed") for one in answers] == [None, "true"]
    other = ask(noon, meter.event_name, customer, "5", headers=key, expires_in="60")
    assert (other.status, other.json()["error"]["type"]) == (400, "idempotency_error")
    left = authorize(noon, meter.event_name, customer)["limits"][0]["remaining"]
    assert left == 6


def test_a_retry_is_answered_even_when_the_meter_has_gone(
    noon: ClockedServer, customer: str
) -> None:
    meter = create_meter(noon.client())
    key = {"Idempotency-Key": f"gone {customer}"}
    first = ask(noon, meter.event_name, customer, headers=key, expires_in="60")
    noon.client().v1.billing.meters.deactivate(meter.id)
    again = ask(noon, meter.event_name, customer, headers=key, expires_in="60")
    refused = ask(noon, meter.event_name, customer, expires_in="60")
    assert (first.body, refused.status) == (again.body, 400)


def test_what_cannot_be_written_down_is_not_held(
    noon: ClockedServer, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = create_meter(noon.client())
    usage_limit(noon, meter.id, "10", customer=customer)
    authorize(noon, meter.event_name, customer)

    @contextmanager
    def failing(records: RecordsDatabase) -> Iterator[Unit]:
        with whole(records) as unit:
            yield unit
            raise StorageFailed("The records could not be written.")

    whole = RecordsDatabase.writing
    with monkeypatch.context() as patched:
        patched.setattr(RecordsDatabase, "writing", failing)
        refused = ask(noon, meter.event_name, customer, "10", expires_in="60")
    assert (refused.status, refused.headers["stripe-should-retry"]) == (503, "true")
    assert authorize(noon, meter.event_name, customer, "10", expires_in="60")["authorized"]


def test_no_more_is_held_than_the_setting_allows(tmp_path: Path) -> None:
    with ClockedServer(tmp_path / "data", Settings(reservations_max=1)) as server:
        meter, customer = create_meter(server.client()), create_customer(server.client())
        made = authorize(server, meter.event_name, customer, expires_in="60")["reservation"]
        refused = ask(server, meter.event_name, customer, expires_in="60")
        release(server, made["id"])
        again = ask(server, meter.event_name, customer, expires_in="60")
    assert (refused.status, refused.json()["error"]["code"]) == (429, "rate_limit")
    assert again.status == 200


def test_what_only_extremes_count_is_asked_about_without_a_reservation(
    noon: ClockedServer, customer: str
) -> None:
    meter = create_meter(noon.client(), "max")
    refused = ask(noon, meter.event_name, customer, expires_in="60")
    assert authorize(noon, meter.event_name, customer)["authorized"]
    assert (refused.status, refused.json()["error"]["param"]) == (400, "reservation")


def test_what_is_reserved_outlasts_a_restart(tmp_path: Path) -> None:
    with ClockedServer(tmp_path / "data") as server:
        client, meter = server.client(), create_meter(server.client())
        customer = create_customer(client)
        usage_limit(server, meter.id, "10")
        made = [
            authorize(server, meter.event_name, customer, "3", expires_in=seconds)["reservation"]
            for seconds in ("60", "60", "10")
        ]
        send(client, meter, customer, "1", identifier=made[0]["id"])
    with ClockedServer(tmp_path / "data", later=10) as server:
        answer = authorize(server, meter.event_name, customer)
        statuses = [reservation(server, one["id"])["status"] for one in made]
    assert (answer["limits"][0]["used"], answer["limits"][0]["reserved"]) == (1, 3)
    assert statuses == ["settled", "held", "expired"]


def test_reservations_at_the_same_time_never_admit_more_than_the_limit(
    noon: ClockedServer, customer: str
) -> None:
    meter = create_meter(noon.client())
    usage_limit(noon, meter.id, "40", customer=customer)

    def reserve(turn: int) -> bool:
        made = authorize(noon, meter.event_name, customer, "1", expires_in="600")["reservation"]
        if made is not None and turn % 2:
            send(noon.client(), meter, customer, "1", identifier=made["id"])
        return made is not None

    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(reserve, range(120)))
    state = authorize(noon, meter.event_name, customer)["limits"][0]
    assert sum(admitted) == 40
    assert (state["used"] + state["reserved"], state["remaining"]) == (40, 0)
