"""What a simulated caller does with usage: send it, send it again, cancel it."""

from collections import Counter

import msgspec

from taximeter.ingest.event import LoggedEvent
from taximeter.kit.forms import Tree
from taximeter.meters import Meter
from tests.oracle.memory import MemoryReader
from tests.simulation.client import Answer, Call
from tests.simulation.expected import CANCEL_WINDOW_US, Environment, Sent
from tests.simulation.record_actions import NAMES
from tests.simulation.world import World

EVENTS = "/v1/billing/meter_events"
NUMBERS = ["0", "1", "-1", "2.5", "0.1", "1e3", ".5", "5.", "+7", "999999999999999", "1e-15"]
NUMBERS += ["-0.000000000000001", "9e22", "123456789.12345", "-4e22"]
BROKEN = ["", "NaN", "x", "1_000", "0x10", "1234567890123456", "1e23", "1e-16", "1e999", " 5"]
TEXTS = ["a", "A", "ä", "a b", "1", "1.0"]
DAY = 86_400


def send_event(world: World, environment: Environment) -> None:
    """Send an event, old or new, whole or broken, and again where the log failed."""
    sent = choose(world, environment)
    world.kept[environment.id].sent.append(sent)
    while not _send(world, environment, sent) and world.rng.random() < 0.8:
        pass


def choose(world: World, environment: Environment) -> Sent:
    """An event, old or new, whole or broken."""
    rng, kept = world.rng, world.kept[environment.id]
    if kept.sent and rng.random() < 0.15:
        earlier = rng.choice(kept.sent[-30:])
        if rng.random() < 0.3:
            return msgspec.structs.replace(earlier, timestamp=_timestamp(world))
        return earlier
    name = "unknown" if rng.random() < 0.02 else rng.choice(NAMES)
    identifier = None
    if rng.random() < 0.6:
        identifier = kept.fresh("identifier")
        if kept.identifiers and rng.random() < 0.3:
            identifier = rng.choice(kept.identifiers)
        kept.identifiers.append(identifier)
    return Sent(
        event_name=name,
        payload=_payload(world, environment, environment.holder_of_name(name)),
        identifier=identifier,
        timestamp=_timestamp(world),
        idempotency_key=kept.fresh("key") if rng.random() < 0.4 else None,
    )


def _payload(world: World, environment: Environment, meter: Meter | None) -> dict[str, str]:
    rng = world.rng
    payload = {"note": "kept and not counted"}
    if meter is None:
        return payload
    alive = [id for id, present in environment.customers.items() if present]
    id = rng.choice(alive) if alive else "cus_nobody"
    if rng.random() < 0.03:
        id = rng.choice([*environment.customers, "cus_nobody"])
    payload[meter.customer_key] = id
    payload[meter.value_key] = rng.choice(TEXTS if meter.formula == "unique_count" else NUMBERS)
    payload |= {key: rng.choice(TEXTS) for key in meter.dimension_keys}
    if rng.random() < 0.06:
        payload[meter.value_key] = rng.choice(BROKEN)
    if rng.random() < 0.04:
        del payload[rng.choice([key for key in payload if key != "note"])]
    return payload


def _timestamp(world: World) -> int | None:
    rng, now = world.rng, world.now()
    chosen = rng.random()
    if chosen < 0.4:
        return None
    if chosen < 0.6:
        return now - rng.randrange(3 * 3600)
    if chosen < 0.8:
        return now // 3600 * 3600 - rng.choice([0, 3600, DAY]) + rng.choice([-1, 0, 1])
    if chosen < 0.97:
        return now - rng.randrange(35 * DAY if rng.random() < 0.2 else DAY)
    return now + rng.choice([-35 * DAY, -35 * DAY - 1, 300, 301])


def _call(environment: Environment, sent: Sent) -> Call:
    params: Tree = {"event_name": sent.event_name, "payload": dict(sent.payload)}
    if sent.identifier is not None:
        params["identifier"] = sent.identifier
    if sent.timestamp is not None:
        params["timestamp"] = str(sent.timestamp)
    return Call(
        method="POST",
        path=EVENTS,
        key=environment.key,
        params=params,
        idempotency_key=sent.idempotency_key,
    )


def _send(world: World, environment: Environment, sent: Sent) -> bool:
    """Send an event and check the answer; False where the log failed."""
    answer = world.call(_call(environment, sent))
    if answer is None:
        return False
    now_us = world.clock.now_us()
    verdict, holder = environment.verdict(sent, now_us)
    expected: tuple[int, str | None, bool] = (400, None, False)
    match verdict:
        case "recorded":
            assert answer.body == _object(world, environment, sent, answer), verdict
            environment.record(sent, body=answer.body, now_us=now_us)
            expected = (200, None, False)
        case "replayed":
            assert holder is not None
            assert answer.body == environment.bodies[holder.seq], verdict
            expected = (200, None, True)
        case "key reused":
            assert answer.body["error"]["type"] == "idempotency_error", verdict
        case "duplicate":
            message = f"An event already exists with identifier {sent.identifier}."
            assert answer.body["error"]["message"] == message, verdict
            assert answer.headers["stripe-should-retry"] == "false", verdict
        case "refused":
            assert answer.code in environment.faults(sent, now_us), verdict
            expected = (400, answer.code, False)
    assert (answer.status, answer.code, answer.replayed) == expected, verdict
    return True


def _object(
    world: World, environment: Environment, sent: Sent, answer: Answer
) -> dict[str, object]:
    return {
        "object": "billing.meter_event",
        "created": world.now(),
        "event_name": sent.event_name,
        "identifier": sent.identifier or answer.body.get("identifier"),
        "livemode": environment.id == 1,
        "payload": dict(sent.payload),
        "timestamp": world.now() if sent.timestamp is None else sent.timestamp,
    }


def send_together(world: World, environment: Environment) -> None:
    """Send events at the same moment, some of them under one identifier: one of those counts."""
    if world.trouble.share:
        return
    kept = world.kept[environment.id]
    names = [kept.fresh("identifier") for _ in range(4)]
    burst = [
        msgspec.structs.replace(
            choose(world, environment), identifier=world.rng.choice(names), idempotency_key=None
        )
        for _ in range(10)
    ]
    good = [one for one in burst if not environment.faults(one, world.clock.now_us())]
    answers = world.client.together([_call(environment, sent) for sent in good])
    world.note(f"together {good} {answers}")
    taken = [
        (sent, answer) for sent, answer in zip(good, answers, strict=True) if answer.status == 200
    ]
    assert {answer.status for answer in answers} <= {200, 400}
    assert Counter(sent.identifier for sent, _ in taken) == Counter(
        {sent.identifier for sent in good}
    )
    for sent, answer in sorted(taken, key=lambda one: _place(world, environment, one[0])):
        assert answer.body == _object(world, environment, sent, answer)
        environment.record(sent, body=answer.body, now_us=world.clock.now_us())


def _place(world: World, environment: Environment, sent: Sent) -> str:
    """The id of a recorded event, which says in which order the log has them."""
    path = f"{EVENTS}/{sent.identifier}"
    answer = world.call(Call(method="GET", path=path, key=environment.key))
    assert answer is not None
    return str(answer.body["id"])


def cancel_event(world: World, environment: Environment) -> None:
    """Cancel an event: recent, old, cancelled, of another name or unknown."""
    rng, reader = world.rng, MemoryReader(environment.usage)
    rows = [one for one in environment.usage.current() if one.event.environment == environment.id]
    identifier, name = "identifier-0", NAMES[0]
    if rows and rng.random() < 0.9:
        row = rng.choice(rows if rng.random() < 0.3 else rows[-10:])
        identifier, name = row.event.identifier, row.event.event_name
    if rng.random() < 0.1:
        name = rng.choice(NAMES)
    params: Tree = {"event_name": name, "type": "cancel", "cancel": {"identifier": identifier}}
    key = world.kept[environment.id].fresh("key") if rng.random() < 0.3 else None
    call = Call(
        method="POST",
        path="/v1/billing/meter_event_adjustments",
        key=environment.key,
        params=params,
        idempotency_key=key,
    )
    for _ in range(rng.choice([1, 1, 2])):
        answer = world.call(call)
        if answer is not None:
            _check_canceled(
                world, environment, answer, reader.event(environment.id, identifier), name
            )


def _check_canceled(
    world: World,
    environment: Environment,
    answer: Answer,
    target: LoggedEvent | None,
    name: str,
) -> None:
    if target is None or target.event.event_name != name:
        assert (answer.status, answer.code) == (400, "resource_missing"), answer
        return
    age_us = world.clock.now_us() - target.received_at_us
    if target.canceled_at_us is None and age_us > CANCEL_WINDOW_US:
        assert (answer.status, answer.code) == (400, None), answer
        return
    assert (answer.status, answer.body["status"]) == (200, "complete"), answer
    if target.canceled_at_us is None:
        environment.cancel(target, now_us=world.clock.now_us())
