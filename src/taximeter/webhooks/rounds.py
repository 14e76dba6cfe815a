"""Taking due deliveries and settling those that were tried: a round of short transactions."""

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec
import structlog

from taximeter.environments import Environment
from taximeter.events import Event
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.webhooks.delivery import Attempt, Delivery
from taximeter.webhooks.destination import EventDestination
from taximeter.webhooks.outcome import Outcome, delivery_after, destination_after
from taximeter.webhooks.post import Parcel
from taximeter.webhooks.stores import WebhookRecords, WebhookUnit

log = structlog.get_logger()


class RenderEvent(Protocol):
    """Spells an event as it is told; `pending` is how many deliveries of it are under way."""

    def __call__(self, event: Event, environment: Environment, *, pending: int) -> bytes:
        """Return the body of a delivery."""
        ...


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a lane holds by now, and how much more there is room for."""

    deliveries: frozenset[str] = frozenset()
    room: int


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """What a round has found: whom to tell, what of, and when the next delivery is due."""

    destinations: Sequence[EventDestination]
    parcels: Mapping[str, Sequence[Parcel]]
    next_attempt_us: int | None


class Rounds:
    """Deliveries in the records; used by one thread at a time."""

    def __init__(
        self,
        *,
        records: WebhookRecords,
        render: RenderEvent,
        clock: Clock,
        settings: Settings,
        random: random.Random,
    ) -> None:
        """Work on the records; events are spelled by `render`."""
        self._records = records
        self._render = render
        self._clock = clock
        self._settings = settings
        self._random = random

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Write down how attempts ended, all in one transaction."""
        with self._records.writing() as unit:
            current = unit.deliveries.many({one.delivery.id for one in outcomes})
            attempts: list[Attempt] = []
            for outcome in outcomes:
                delivery = current.get(outcome.delivery.id)
                if delivery is None:
                    continue
                attempts.append(outcome.attempt(delivery))
                current[delivery.id] = delivery_after(
                    outcome, delivery, settings=self._settings, random=self._random
                )
            unit.deliveries.save(list(current.values()), attempts)
            self._settle_destinations(unit, outcomes)

    def _settle_destinations(self, unit: WebhookUnit, outcomes: Sequence[Outcome]) -> None:
        before = {one.id: one for one in unit.event_destinations.all()}
        after = dict(before)
        for outcome in outcomes:
            destination = after.get(outcome.delivery.destination)
            if destination is not None:
                after[destination.id] = destination_after(
                    outcome, destination, settings=self._settings
                )
        for id, destination in after.items():
            if destination != before[id]:
                unit.event_destinations.save(destination)
            if destination.status != before[id].status:
                log.warning("event destination disabled after lasting failure", destination=id)

    def take(self, held: Mapping[str, Held], *, room: int) -> Round:
        """Return what is due at the enabled destinations; `room` is there for a new one."""
        now_us = self._clock.now_us()
        with self._records.reading() as unit:
            destinations = [one for one in unit.event_destinations.all() if one.status == "enabled"]
            due: list[Delivery] = []
            following: list[int] = []
            for one in destinations:
                lane = held.get(one.id, Held(room=room))
                if lane.room > 0:
                    due += unit.deliveries.due(
                        one.id, until_us=now_us, without=lane.deliveries, limit=lane.room
                    )
                next_us = unit.deliveries.next_attempt_us(one.id, after_us=now_us)
                if next_us is not None:
                    following.append(next_us)
            parcels, forgotten = self._pack(unit, due)
        if forgotten:
            self._cancel(forgotten)
        return Round(
            destinations=destinations,
            parcels=parcels,
            next_attempt_us=min(following, default=None),
        )

    def _pack(
        self, unit: WebhookUnit, due: Collection[Delivery]
    ) -> tuple[dict[str, list[Parcel]], list[Delivery]]:
        """Return the parcels of each destination, and deliveries whose event is there no more."""
        if not due:
            return {}, []
        environments = {one.id: one for one in unit.environments.environments()}
        events = unit.events.many({one.event for one in due})
        pending = unit.deliveries.pending(events)
        bodies = {
            id: self._render(event, environments[event.environment], pending=pending.get(id, 0))
            for id, event in events.items()
        }
        parcels: dict[str, list[Parcel]] = {}
        forgotten = []
        for one in due:
            if one.event in bodies:
                parcel = Parcel(delivery=one, body=bodies[one.event])
                parcels.setdefault(one.destination, []).append(parcel)
            else:
                forgotten.append(one)
        return parcels, forgotten

    def _cancel(self, deliveries: Sequence[Delivery]) -> None:
        """Try no more what there is nothing left to tell of."""
        canceled = [
            msgspec.structs.replace(one, status="canceled", next_attempt_us=None)
            for one in deliveries
        ]
        with self._records.writing() as unit:
            unit.deliveries.save(canceled)
