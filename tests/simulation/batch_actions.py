"""What a simulated caller does with the stream: many events at once, good and bad, old and new."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tests.simulation.client import Call
from tests.simulation.expected import Environment, Sent
from tests.simulation.usage_actions import choose
from tests.simulation.world import World

SESSIONS = "/v2/billing/meter_event_session"
STREAM = "/v2/billing/meter_event_stream"
SESSION_SECONDS = 900
EVENTS_MAX = 100


def send_batch(world: World, environment: Environment) -> None:
    """Send a batch, and again where the log failed; now and then one that was sent before."""
    kept = world.kept[environment.id]
    batch = [
        msgspec.structs.replace(
            one, identifier=one.identifier or kept.fresh("identifier"), idempotency_key=None
        )
        for one in (choose(world, environment) for _ in range(world.rng.choice([1, 3, 12, 40])))
    ]
    if kept.sent and world.rng.random() < 0.5:
        earlier = [one for one in kept.sent[-60:] if one.identifier and not one.idempotency_key]
        batch += earlier
    if world.rng.random() < 0.3:
        batch = [*batch[:5], *batch]
    batch = batch[:EVENTS_MAX]
    kept.sent += batch
    while not _send(world, environment, batch) and world.rng.random() < 0.8:
        pass


def _send(world: World, environment: Environment, batch: Sequence[Sent]) -> bool:
    """Send a batch and work out what it comes to; False where the log failed."""
    token = _token(world, environment)
    content = msgspec.json.encode({"events": [_event(one) for one in batch]})
    answer = world.call(Call(method="POST", path=STREAM, key=token, content=content))
    if answer is None:
        return False
    kept = world.kept[environment.id]
    assert kept.session is not None, "the token is of a session"
    if world.now() >= kept.session[1]:
        kept.session = None
        expired = (401, "billing_meter_event_session_expired")
        assert (answer.status, answer.code) == expired, answer
        return _send(world, environment, batch)
    assert (answer.status, answer.body) == (200, {}), answer
    now_us = world.clock.now_us()
    for one in _by_name(batch):
        verdict, _ = environment.verdict(one, now_us)
        assert verdict in {"recorded", "duplicate", "refused"}, verdict
        if verdict == "recorded":
            environment.record(one, body=_body(world, environment, one), now_us=now_us)
    return True


def _token(world: World, environment: Environment) -> str:
    """The token of the session that was opened last, even if it has run out since."""
    kept = world.kept[environment.id]
    if kept.session is None:
        call = Call(method="POST", path=SESSIONS, key=environment.key, content=b"{}")
        answer = world.call(call)
        assert answer is not None, "the usage log has no part in this"
        assert answer.status == 200, answer
        token = str(answer.body["authentication_token"])
        kept.session = (token, world.now() + SESSION_SECONDS)
    return kept.session[0]


def _event(sent: Sent) -> dict[str, Any]:
    event: dict[str, Any] = {
        "event_name": sent.event_name,
        "payload": sent.payload,
        "identifier": sent.identifier,
    }
    if sent.timestamp is not None:
        event["timestamp"] = datetime.fromtimestamp(sent.timestamp, UTC)
    return event


def _by_name(batch: Sequence[Sent]) -> list[Sent]:
    """The order in which the log takes a batch: as sent if identifiers repeat, else by name."""
    if len({one.identifier for one in batch}) < len(batch):
        return list(batch)
    names = list(dict.fromkeys(one.event_name for one in batch))
    return sorted(batch, key=lambda one: names.index(one.event_name))


def _body(world: World, environment: Environment, sent: Sent) -> dict[str, object]:
    """The event as v1 would have answered it."""
    return {
        "object": "billing.meter_event",
        "created": world.now(),
        "event_name": sent.event_name,
        "identifier": sent.identifier,
        "livemode": environment.id == 1,
        "payload": dict(sent.payload),
        "timestamp": world.now() if sent.timestamp is None else sent.timestamp,
    }
