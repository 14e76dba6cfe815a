"""What a simulated caller does with meters and customers."""

import msgspec

from taximeter.kit.forms import Tree
from taximeter.meters import Meter
from tests.simulation.client import Answer, Call
from tests.simulation.expected import KEY_WINDOW_US, Environment
from tests.simulation.world import World

NAMES = ["tokens", "calls", "storage"]
FORMULAS = ["sum", "sum", "count", "last", "max", "min", "avg", "unique_count"]
KEY_SETS: list[tuple[str, ...]] = [(), (), ("model",), ("model", "region")]


def create_meter(world: World, environment: Environment, event_name: str | None = None) -> None:
    """Create a meter, unless an active one holds its name."""
    rng = world.rng
    keys = rng.choice(KEY_SETS)
    params: Tree = {
        "display_name": "Meter",
        "event_name": event_name or rng.choice(NAMES),
        "default_aggregation": {"formula": rng.choice(FORMULAS)},
        "dimension_payload_keys": {str(index): key for index, key in enumerate(keys)},
    }
    if rng.random() < 0.4:
        params["event_time_window"] = rng.choice(["hour", "day"])
    if rng.random() < 0.3:
        params["value_settings"] = {"event_payload_key": "amount"}
    if rng.random() < 0.3:
        params["customer_mapping"] = {"type": "by_id", "event_payload_key": "customer"}
    _create(world, environment, "/v1/billing/meters", params)


def create_customer(world: World, environment: Environment) -> None:
    """Create a customer."""
    params: Tree = {"name": world.kept[environment.id].fresh("customer")}
    _create(world, environment, "/v1/customers", params)


def _create(world: World, environment: Environment, path: str, params: Tree) -> None:
    kept = world.kept[environment.id]
    key = kept.fresh("key") if world.rng.random() < 0.5 else None
    call = Call(method="POST", path=path, key=environment.key, params=params, idempotency_key=key)
    answer = world.call(call)
    assert answer is not None, "the usage log has no part in this"
    holder = None
    if path == "/v1/billing/meters":
        holder = environment.holder_of_name(str(params["event_name"]))
    if holder is not None and holder.status == "active":
        assert (answer.status, holder.id in answer.body["error"]["message"]) == (400, True)
        return
    _keep(environment, path, answer)
    if key is not None:
        kept.creations.append((call, world.now(), answer.body))


def _keep(environment: Environment, path: str, answer: Answer) -> None:
    assert answer.status == 200, answer
    body = answer.body
    if path == "/v1/customers":
        environment.customers[body["id"]] = True
        return
    environment.meters.append(
        Meter(
            id=body["id"],
            environment=environment.id,
            created=body["created"],
            updated=body["updated"],
            display_name=body["display_name"],
            event_name=body["event_name"],
            event_time_window=body["event_time_window"],
            formula=body["default_aggregation"]["formula"],
            customer_key=body["customer_mapping"]["event_payload_key"],
            value_key=body["value_settings"]["event_payload_key"],
            dimension_keys=tuple(body.get("dimension_payload_keys") or ()),
        )
    )


def create_again(world: World, environment: Environment) -> None:
    """Repeat a creation under its key: the same answer, or a refusal of other parameters."""
    oldest = world.now() - KEY_WINDOW_US // 1_000_000
    again = [one for one in world.kept[environment.id].creations if one[1] >= oldest]
    if not again:
        return
    call, _, body = world.rng.choice(again)
    if world.rng.random() < 0.3:
        call = msgspec.structs.replace(call, params={**call.params, "description": "other"})
        answer = world.call(call)
        assert answer is not None
        refused = answer.body["error"]["type"]
        unknown = "default_aggregation" in call.params
        expected = "invalid_request_error" if unknown else "idempotency_error"
        assert (answer.status, refused) == (400, expected), answer
        return
    answer = world.call(call)
    assert answer is not None
    assert (answer.status, answer.replayed, answer.body) == (200, True, body)


def rename_meter(world: World, environment: Environment) -> None:
    """Change a display name."""
    if not environment.meters:
        return
    meter = world.rng.choice(environment.meters)
    name = world.kept[environment.id].fresh("name")
    answer = _post(world, environment, f"/v1/billing/meters/{meter.id}", {"display_name": name})
    assert (answer.status, answer.body["display_name"]) == (200, name)
    environment.replace(msgspec.structs.replace(meter, display_name=name))


def deactivate_meter(world: World, environment: Environment) -> None:
    """Deactivate a meter, perhaps one that is inactive."""
    if not environment.meters:
        return
    meter = world.rng.choice(environment.meters)
    answer = _post(world, environment, f"/v1/billing/meters/{meter.id}/deactivate", {})
    assert (answer.status, answer.body["status"]) == (200, "inactive")
    environment.replace(msgspec.structs.replace(meter, status="inactive"))


def reactivate_meter(world: World, environment: Environment) -> None:
    """Reactivate a meter, perhaps one whose name is taken."""
    if not environment.meters:
        return
    meter = world.rng.choice(environment.meters)
    answer = _post(world, environment, f"/v1/billing/meters/{meter.id}/reactivate", {})
    holder = environment.holder_of_name(meter.event_name)
    assert holder is not None
    if holder.status == "active" and holder.id != meter.id:
        assert (answer.status, holder.id in answer.body["error"]["message"]) == (400, True)
        return
    assert (answer.status, answer.body["status"]) == (200, "active")
    environment.replace(msgspec.structs.replace(meter, status="active"))


def delete_customer(world: World, environment: Environment) -> None:
    """Delete a customer, perhaps one that is gone."""
    if not environment.customers:
        return
    id = world.rng.choice(list(environment.customers))
    call = Call(method="DELETE", path=f"/v1/customers/{id}", key=environment.key)
    answer = world.call(call)
    assert answer is not None
    assert answer.status == (200 if environment.customers[id] else 404)
    environment.customers[id] = False


def _post(world: World, environment: Environment, path: str, params: Tree) -> Answer:
    answer = world.call(Call(method="POST", path=path, key=environment.key, params=params))
    assert answer is not None, "the usage log has no part in this"
    return answer
