"""What was sent and what was acknowledged, kept by the sender: what the server must agree with."""

import random
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec

from taximeter.kit import decimals

EVENT_NAME = "requests"


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is sent, and sent again; `number` tells it apart even without identifier."""

    number: int
    customer: str
    value: Decimal
    identifier: str | None
    idempotency_key: str | None

    def form(self) -> dict[str, str]:
        identifier = {} if self.identifier is None else {"identifier": self.identifier}
        return {
            "event_name": EVENT_NAME,
            "payload[stripe_customer_id]": self.customer,
            "payload[value]": str(self.value),
            "payload[number]": str(self.number),
            **identifier,
        }

    def event(self) -> dict[str, Any]:
        """The event as a stream carries it."""
        assert self.identifier is not None, "what a stream sends can be sent again"
        payload = {
            "stripe_customer_id": self.customer,
            "value": str(self.value),
            "number": str(self.number),
        }
        return {"event_name": EVENT_NAME, "identifier": self.identifier, "payload": payload}

    def headers(self) -> dict[str, str]:
        return {} if self.idempotency_key is None else {"Idempotency-Key": self.idempotency_key}


class Ledger:
    def __init__(self, *, customers: list[str], random: random.Random) -> None:
        self.customers = customers
        self.sent: dict[int, Sending] = {}
        self.acknowledged: dict[int, str] = {}
        self.cancels_sent: set[int] = set()
        self.cancels_acknowledged: set[int] = set()
        self._random = random

    def next(self) -> Sending:
        """A new event: with identifier, with idempotency key, or with both."""
        number = len(self.sent)
        kind = number % 3
        sending = Sending(
            number=number,
            customer=self._random.choice(self.customers),
            value=Decimal(self._random.randint(-99, 9_999)) / 100,
            identifier=f"event-{number}" if kind != 0 else None,
            idempotency_key=f"key-{number}" if kind != 1 else None,
        )
        self.sent[number] = sending
        return sending

    def next_batch(self, size: int) -> list[Sending]:
        """New events for the stream, and now and then some that were sent before."""
        batch = [
            Sending(
                number=number,
                customer=self._random.choice(self.customers),
                value=Decimal(self._random.randint(-99, 9_999)) / 100,
                identifier=f"event-{number}",
                idempotency_key=None,
            )
            for number in range(len(self.sent), len(self.sent) + size)
        ]
        self.sent |= {one.number: one for one in batch}
        again = [self.sent[self._random.randrange(len(self.sent))] for _ in range(size // 10)]
        return batch + [one for one in again if one.identifier and not one.idempotency_key]

    def acknowledge(self, sending: Sending, identifier: str) -> None:
        """An event is counted, under one identifier for good."""
        assert self.acknowledged.setdefault(sending.number, identifier) == identifier
        assert sending.identifier in {None, identifier}

    def acknowledge_batch(self, batch: Iterable[Sending]) -> None:
        """Every event of a batch is counted."""
        for one in batch:
            assert one.identifier is not None, "what a stream sends can be sent again"
            self.acknowledge(one, one.identifier)

    def unacknowledged(self) -> list[Sending]:
        return [one for number, one in self.sent.items() if number not in self.acknowledged]

    def cancels_unacknowledged(self) -> list[int]:
        return sorted(self.cancels_sent - self.cancels_acknowledged)

    def expected_totals(self) -> dict[str, Decimal]:
        """Each customer's total once everything that was sent has been acknowledged."""
        return {
            customer: decimals.total(
                one.value
                for one in self.sent.values()
                if one.customer == customer and one.number not in self.cancels_sent
            )
            for customer in self.customers
        }

    def check(self, stored: Iterable[dict[str, Any]]) -> None:
        """The log agrees: every acknowledged event once, nothing else but what was sent, whole."""
        by_number = Counter(int(event["payload"]["number"]) for event in stored)
        assert [number for number, times in by_number.items() if times > 1] == []
        assert set(by_number) <= set(self.sent), "an event that was never sent"
        assert set(self.acknowledged) <= set(by_number), "an acknowledged event was lost"
        canceled = set()
        for event in stored:
            sending = self.sent[int(event["payload"]["number"])]
            known = self.acknowledged.get(sending.number, sending.identifier)
            assert known in {None, event["identifier"]}
            assert (event["customer"], Decimal(event["value"])) == (sending.customer, sending.value)
            if event["canceled_at"] is not None:
                canceled.add(sending.number)
        assert self.cancels_acknowledged <= canceled, "an acknowledged cancellation was lost"
        assert canceled <= self.cancels_sent, "a cancellation that was never sent"
