"""Check before use: whether hard limits leave room for usage, and reserving it."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from stripe.billing import Meter

from taximeter.alerts.alert import CreditBalanceThreshold, SpendThreshold
from taximeter.errors import StorageFailed
from taximeter.settings import Settings
from taximeter.storage.records.database import RecordsDatabase, Unit
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import create_price, grant
from tests.wire.limits import (
    ask,
    authorize,
    money_limit,
    release,
    reservation,
    usage_limit,
)
from tests.wire.plain import request
from tests.wire.world import create_customer, create_meter, send

DAY = 86_400


@pytest.fixture
def meter(noon: ClockedServer) -> Meter:
    return create_meter(noon.client(), dimension_payload_keys=["model"])


@pytest.fixture
def customer(noon: ClockedServer) -> str:
    return create_customer(noon.client())


def limits(answer: Any) -> list[tuple[str, float, float, float, float]]:
    names = ("alert", "limit", "used", "reserved", "remaining")
    return [tuple(one[name] for name in names) for one in answer["limits"]]


def test_the_answer_says_everything(noon: ClockedServer, meter: Meter, customer: str) -> None:
    alert = usage_limit(noon, meter.id, "10", customer=customer)
    send(noon.client(), meter, customer, "4", model="opus")
    answer = authorize(
        noon, meter.event_name, customer, "6.5", dimensions={"model": "opus"}, expires_in="60"
    )
    assert answer == {
        "object": "billing.meter_event_authorization",
        "authorized": False,
        "credit_balance": None,
        "customer": customer,
        "denied_by": [alert],
        "limits": [
            {
                "alert": alert,
                "alert_type": "usage_threshold",
                "limit": 10,
                "remaining": 6,
                "reserved": 0,
                "used": 4,
            }
        ],
        "livemode": False,
        "meter": meter.id,
        "reservation": None,
        "value": 6.5,
        "value_decimal": "6.5",
    }


def test_the_limit_itself_may_be_used(noon: ClockedServer, meter: Meter, customer: str) -> None:
    usage_limit(noon, meter.id, "10", customer=customer)
    dimensions = {"model": "opus"}
    asked = [
        authorize(noon, meter.event_name, customer, value, dimensions=dimensions)["authorized"]
        for value in ("10", "10.0000000000001")
    ]
    assert asked == [True, False]


def test_every_acknowledged_event_counts_and_none_that_is_cancelled(
    noon: ClockedServer, meter: Meter, customer: str
) -> None:
    client, alert = noon.client(), usage_limit(noon, meter.id, "10", customer=customer)
    seen = []
    for value in ("1", "2", "-1"):
        send(client, meter, customer, value, identifier=f"{meter.id} {value}", model="opus")
        answer = authorize(noon, meter.event_name, customer, dimensions={"model": "opus"})
        seen.append(limits(answer))
    client.v1.billing.meter_event_adjustments.create(
        {
            "event_name": meter.event_name,
            "type": "cancel",
            "cancel": {"identifier": f"{meter.id} -1"},
        }
    )
    seen.append(limits(authorize(noon, meter.event_name, customer, dimensions={"model": "o"})))
    assert seen == [[(alert, 10, used, 0, 10 - used)] for used in (1, 3, 2, 3)]


def test_only_limits_that_concern_what_is_asked_for_are_asked(
    noon: ClockedServer, meter: Meter, customer: str
) -> None:
    other = create_meter(noon.client())
    usage_limit(noon, other.id, "1", customer=customer)
    usage_limit(noon, meter.id, "1", customer=create_customer(noon.client()))
    some = usage_limit(noon, meter.id, "1", customer=customer, models=["haiku", "sonnet"])
    every = usage_limit(noon, meter.id, "9")
    send(noon.client(), meter, customer, "2", model="opus")
    send(noon.client(), meter, customer, "3", model="haiku")
    seen = [
        limits(authorize(noon, meter.event_name, customer, dimensions={"model": model}))
        for model in ("opus", "sonnet")
    ]
    assert seen == [[(every, 9, 5, 0, 4)], [(every, 9, 5, 0, 4), (some, 1, 3, 0, -2)]]


def test_a_new_limit_holds_at_once(noon: ClockedServer, meter: Meter, customer: str) -> None:
    opus = {"model": "opus"}
    before = authorize(noon, meter.event_name, customer, "2", dimensions=opus)
    alert = usage_limit(noon, meter.id, "1", customer=customer)
    after = authorize(noon, meter.event_name, customer, "2", dimensions=opus)
    assert (before["denied_by"], after["denied_by"]) == ([], [alert])


def test_a_counting_meter_is_asked_for_one_event(noon: ClockedServer, customer: str) -> None:
    counting = create_meter(noon.client(), "count")
    alert = usage_limit(noon, counting.id, "1", customer=customer)
    first = authorize(noon, counting.event_name, customer, None)
    send(noon.client(), counting, customer, None)
    second = authorize(noon, counting.event_name, customer, None)
    assert (first["denied_by"], first["value"], second["denied_by"]) == ([], 1, [alert])


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
    alert = usage_limit(noon, meter.id, "10", customer=customer)
    made = authorize(noon, meter.event_name, customer, "7", expires_in="60")["reservation"]
    send(client, meter, customer, "2", identifier=made["id"])
    after = authorize(noon, meter.event_name, customer, "8")
    assert limits(after) == [(alert, 10, 2, 0, 8)]
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


def test_what_cannot_be_priced_ahead_is_not_held_against_spend(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    spend_limit(noon, one.customer)
    meter = create_meter(noon.client(), "max")
    refused = ask(noon, meter.event_name, one.customer)
    assert (refused.status, refused.json()["error"]["param"]) == (400, "event_name")


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


def spend_limit(server: ClockedServer, customer: str) -> str:
    """Limit what a customer may spend in a period to a dollar."""
    spend = SpendThreshold(gte=100, currency="usd", recurrence="billing_period")
    return money_limit(server, customer, spend=spend)


class Subscriber:
    """A customer who pays ten cents for each unit of a meter, daily."""

    def __init__(self, server: ClockedServer) -> None:
        self.server = server
        self.client = server.client()
        self.customer = create_customer(self.client)
        self.meter = create_meter(self.client)
        recurring = {"interval": "day", "usage_type": "metered", "meter": self.meter.id}
        price = create_price(self.client, unit_amount=10, recurring=recurring)
        items: Any = [{"price": price}]
        self.client.v1.subscriptions.create({"customer": self.customer, "items": items})

    def use(self, units: str) -> None:
        send(self.client, self.meter, self.customer, units)

    def authorize(self, units: str, **params: Any) -> Any:
        return authorize(self.server, self.meter.event_name, self.customer, units, **params)


def shown(answer: Any) -> Sequence[tuple[int, ...]]:
    names = ("limit", "used", "reserved", "remaining")
    return [tuple(one[name] for name in names) for one in answer["limits"]]


def test_spend_is_what_the_next_invoice_would_bill(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    alert = spend_limit(noon, one.customer)
    one.use("3")
    assert one.authorize("2", expires_in="60")["authorized"]
    within, beyond = one.authorize("5"), one.authorize("5.1")
    assert shown(within) == [(100, 30, 20, 50)]
    assert (within["denied_by"], beyond["denied_by"]) == ([], [alert])


def test_credits_must_leave_what_the_limit_says(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    grant(one.client, one.customer, 100)
    least = CreditBalanceThreshold(lte=20, currency="usd")
    alert = money_limit(noon, one.customer, credit_balance=least)
    one.use("3")
    assert one.authorize("2", expires_in="60")["authorized"]
    within, beyond = one.authorize("3"), one.authorize("3.1")
    assert shown(within) == [(20, 30, 20, 30)]
    assert (within["denied_by"], beyond["denied_by"]) == ([], [alert])


def test_credits_must_pay_for_it_where_that_is_asked(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    grant(one.client, one.customer, 100)
    one.use("3")
    one.authorize("2", expires_in="60")
    asked = [one.authorize(units, require_credit_balance="true") for units in ("5", "5.1")]
    assert [(each["credit_balance"], each["authorized"]) for each in asked] == [
        (50, True),
        (50, False),
    ]
    assert asked[1]["denied_by"] == ["credit_balance"]


def test_new_credits_pay_at_once(noon: ClockedServer) -> None:
    one = Subscriber(noon)
    asked = [one.authorize("1", require_credit_balance="true")]
    grant(one.client, one.customer, 100)
    asked.append(one.authorize("1", require_credit_balance="true"))
    assert [each["credit_balance"] for each in asked] == [0, 100]
    assert [each["denied_by"] for each in asked] == [["credit_balance"], []]


def test_a_new_period_begins_at_nothing(clocked: ClockedServer) -> None:
    one = Subscriber(clocked)
    spend_limit(clocked, one.customer)
    usage_limit(clocked, one.meter.id, "10", recurrence="billing_period")
    one.use("10")
    full = one.authorize("1")
    clocked.clock.advance(seconds=DAY)
    waiting = one.authorize("1")
    clocked.run_due()
    empty = one.authorize("10")
    assert shown(full) == [(10, 10, 0, 0), (100, 100, 0, 0)]
    assert shown(empty) == [(10, 0, 0, 10), (100, 0, 0, 100)]
    assert (len(full["denied_by"]), empty["authorized"]) == (2, True)
    assert shown(waiting)[1] == (100, 100, 0, 0), (
        "until it is renewed, the old period's bill goes on"
    )
