"""The use case: at the end of a transaction, what it has changed becomes events.

Whoever else writes events does so before. For each that is written two old ones are forgotten: so
there are never many more than those of the days for which they are kept, and no transaction has
much to clear away.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from taximeter.api.http import encode
from taximeter.api.services import Unit
from taximeter.api.snapshots.differences import previous_attributes
from taximeter.api.snapshots.rendering import KINDS
from taximeter.api.snapshots.standing import Standing, both_moments
from taximeter.api.snapshots.types import event_types, present
from taximeter.changes import Cause, Change, ChangedKind
from taximeter.environments import Environment
from taximeter.events import EVENT_US, Event, RelatedObject, snapshot
from taximeter.kit.clock import Clock

FORGOTTEN_FOR_EACH = 2

CHANGES_AT_ONCE = 500
"""So many are rendered before their events are written: enough to read once for many, and few
enough that what was rendered does not pile up while a period is closed."""


class _Shown(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A change with its record rendered as it was and as it is."""

    change: Change
    before: Any
    after: Any


class Snapshots:
    """Writes the events of each transaction's changes, within that transaction."""

    def __init__(self, clock: Clock) -> None:
        """Date events by the server's clock, whatever clock their objects are on."""
        self._clock = clock

    def write(self, unit: Unit) -> None:
        """Write the events of what has changed, in the order in which it was first touched."""
        now_us = self._clock.now_us()
        changes = unit.changes.all()
        if changes:
            _write(unit, changes, now_us)
        if unit.events.added:
            limit = FORGOTTEN_FOR_EACH * len(unit.events.added)
            unit.events.forget(created_before_us=now_us - EVENT_US, limit=limit)


def _write(unit: Unit, changes: Sequence[Change], created_us: int) -> None:
    for environment in unit.environments.environments():
        some = [one for one in changes if one.environment == environment.id]
        before, after = both_moments(unit, environment, some)
        told = [one for change in some if event_types(one := present(change))]
        for start in range(0, len(told), CHANGES_AT_ONCE):
            events: list[Event] = []
            for shown in _shown(before, after, told[start : start + CHANGES_AT_ONCE]):
                events += _events(shown, environment, created_us=created_us, cause=unit.cause)
            unit.events.add(events)


def _shown(before: Standing, after: Standing, told: Sequence[Change]) -> list[_Shown]:
    """Render what has changed, a kind at a time, and return it in its order."""
    was = _rendered(before, [(one.kind, one.id, one.before) for one in told])
    now = _rendered(after, [(one.kind, one.id, one.after) for one in told])
    return [
        _Shown(change=one, before=was.get((one.kind, one.id)), after=now.get((one.kind, one.id)))
        for one in told
    ]


def _rendered(
    standing: Standing, records: Sequence[tuple[ChangedKind, str, Any]]
) -> dict[tuple[ChangedKind, str], msgspec.Struct]:
    found: dict[tuple[ChangedKind, str], msgspec.Struct] = {}
    for kind, how in KINDS.items():
        some = [(id, record) for one, id, record in records if one == kind and record is not None]
        if some:
            objects = how.render(standing, [record for _, record in some])
            found |= {(kind, id): one for (id, _), one in zip(some, objects, strict=True)}
    return found


def _events(
    shown: _Shown, environment: Environment, *, created_us: int, cause: Cause | None
) -> list[Event]:
    change, before, after = shown.change, shown.before, shown.after
    previous: str | None = None
    if before is not None and after is not None:
        changed = previous_attributes(before, after)
        if not changed:
            return []
        previous = encode(changed).decode()
    told = before if after is None else after
    text = encode(told).decode()
    about = RelatedObject(
        id=change.id, type=told.object, url=f"{KINDS[change.kind].path}/{change.id}"
    )
    return [
        event
        for type in event_types(change)
        for event in snapshot(
            type=type,
            environment=environment,
            created_us=created_us,
            object=text,
            previous_attributes=previous if type.endswith(".updated") else None,
            related_object=about,
            request_id=None if cause is None else cause.request_id,
            idempotency_key=None if cause is None else cause.idempotency_key,
        )
    ]
