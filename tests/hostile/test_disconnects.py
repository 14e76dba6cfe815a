"""A client that goes away in mid-request leaves nothing half recorded."""

from decimal import Decimal

import pytest
import stripe

from tests.hostile.line import Line, event_request, stream_request
from tests.hostile.totals import total_now
from tests.serving import Server
from tests.wire.world import create_customer, create_meter


class Sender:
    """Sends events of one meter and customer as bytes."""

    def __init__(self, server: Server) -> None:
        self.client = server.client()
        self.address = server.address
        self.meter = create_meter(self.client)
        self.customer = create_customer(self.client)

    def request(self, identifier: str) -> bytes:
        return event_request(self.meter, self.customer, identifier, 3)

    def batch(self, identifiers: list[str]) -> bytes:
        session = self.client.v2.billing.meter_event_session.create()
        payload = {"stripe_customer_id": self.customer, "value": "3"}
        events = [
            {"event_name": self.meter.event_name, "identifier": one, "payload": payload}
            for one in identifiers
        ]
        return stream_request(session.authentication_token, events)

    def total(self) -> Decimal:
        return total_now(self.client, self.meter, self.customer)

    def is_recorded(self, identifier: str) -> bool:
        try:
            self.client.raw_request("get", f"/v1/billing/meter_events/{identifier}")
        except stripe.InvalidRequestError:
            return False
        return True


@pytest.fixture
def sender(server: Server) -> Sender:
    return Sender(server)


@pytest.mark.parametrize("cut", [True, False])
def test_request_that_is_cut_off_at_any_byte_is_not_recorded(cut: bool, sender: Sender) -> None:
    identifier = f"cut-{sender.meter.id}"
    request = sender.request(identifier)
    for size in range(1, len(request), 7):
        with Line(sender.address) as line:
            line.send(request[:size])
            if cut:
                line.cut()
    assert not sender.is_recorded(identifier)
    with Line(sender.address) as line:
        line.send(request)
        assert line.answer().status == 200
    assert sender.total() == 3


def test_request_whose_sender_left_before_the_answer_counts_once_when_it_is_sent_again(
    sender: Sender,
) -> None:
    identifiers = [f"left-{number}-{sender.meter.id}" for number in range(60)]
    for number, identifier in enumerate(identifiers):
        with Line(sender.address) as line:
            line.send(sender.request(identifier))
            if number % 2:
                line.cut()
    for identifier in identifiers:
        with Line(sender.address) as line:
            line.send(sender.request(identifier))
            answer = line.answer()
            assert answer.status in {200, 400}
            if answer.status == 400:
                message = f"An event already exists with identifier {identifier}."
                assert answer.error["message"] == message
    assert sender.total() == 3 * len(identifiers)


def test_batch_that_is_cut_off_at_any_byte_is_not_recorded(sender: Sender) -> None:
    identifiers = [f"batch-{number}-{sender.meter.id}" for number in range(5)]
    request = sender.batch(identifiers)
    for size in range(1, len(request), 31):
        with Line(sender.address) as line:
            line.send(request[:size])
            line.cut()
    assert [one for one in identifiers if sender.is_recorded(one)] == []
    with Line(sender.address) as line:
        line.send(request)
        assert line.answer().status == 200
    assert sender.total() == 15


def test_batch_whose_sender_left_before_the_answer_counts_once_when_it_is_sent_again(
    sender: Sender,
) -> None:
    batches = [
        sender.batch([f"{batch}-{number}-{sender.meter.id}" for number in range(50)])
        for batch in range(20)
    ]
    for number, batch in enumerate(batches):
        with Line(sender.address) as line:
            line.send(batch)
            if number % 2:
                line.cut()
    for batch in batches:
        with Line(sender.address) as line:
            line.send(batch)
            assert line.answer().status == 200
    assert sender.total() == 3 * 50 * 20


def test_others_in_the_same_commit_are_answered_when_one_has_left(sender: Sender) -> None:
    staying = [Line(sender.address) for _ in range(20)]
    for number, line in enumerate(staying):
        with Line(sender.address) as leaving:
            leaving.send(sender.request(f"leaving-{number}-{sender.meter.id}"))
            line.send(sender.request(f"staying-{number}-{sender.meter.id}"))
            leaving.cut()
    assert [line.answer().status for line in staying] == [200] * 20
    for line in staying:
        line.socket.close()
