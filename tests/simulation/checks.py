"""What a server answers, compared with brute force over everything that it was told."""

import json
from decimal import Decimal
from typing import Any

from taximeter.kit.forms import Tree
from taximeter.kit.periods import Window
from taximeter.meters import Meter
from taximeter.usage.reader import EventQuery, Total, UsageQuery
from tests.oracle.memory import MemoryReader
from tests.oracle.totals import brute_totals
from tests.simulation.client import Call
from tests.simulation.expected import Environment
from tests.simulation.usage_actions import EVENTS, TEXTS
from tests.simulation.world import World

SECONDS = {None: 60, "hour": 3_600, "day": 86_400}
US = 1_000_000
QUESTIONS = 4


def check_everything(world: World) -> None:
    """Compare lists, events and totals of both environments."""
    for environment in world.environments:
        check_lists(world, environment)
        check_events(world, environment)
        for meter in environment.meters:
            for _ in range(QUESTIONS):
                check_summaries(world, environment, meter)


def pages(world: World, environment: Environment, path: str, params: Tree) -> list[Any]:
    """Every item of a list, page by page; in half of the cases walked back as well."""
    limit = str(world.rng.choice([1, 3, 10, 100]))
    items: list[Any] = []
    cursor: Tree = {}
    more = True
    while more:
        found = _page(world, environment, path, {**params, "limit": limit, **cursor})
        items += found["data"]
        more = found["has_more"]
        cursor = {"starting_after": items[-1]["id"]} if items else {}
    if items and world.rng.random() < 0.5:
        back = items[-1:]
        more = True
        while more:
            cursor = {"ending_before": back[0]["id"]}
            found = _page(world, environment, path, {**params, "limit": limit, **cursor})
            back = [*found["data"], *back]
            more = found["has_more"]
        assert back == items, path
    return items


def _page(world: World, environment: Environment, path: str, params: Tree) -> Any:
    answer = world.call(Call(method="GET", path=path, key=environment.key, params=params))
    assert answer is not None
    assert answer.status == 200, answer
    return answer.body


def check_lists(world: World, environment: Environment) -> None:
    """Meters and customers are listed, newest first."""
    meters = pages(world, environment, "/v1/billing/meters", {})
    assert [(one["id"], one["status"], one["display_name"]) for one in meters] == [
        (one.id, one.status, one.display_name) for one in reversed(environment.meters)
    ]
    customers = pages(world, environment, "/v1/customers", {})
    present = [id for id, alive in environment.customers.items() if alive]
    assert [one["id"] for one in customers] == present[::-1]


def check_events(world: World, environment: Environment) -> None:
    """Events are listed, newest first, cancelled or not."""
    canceled = world.rng.choice([None, None, True, False])
    params: Tree = {} if canceled is None else {"canceled": str(canceled).lower()}
    listed = pages(world, environment, EVENTS, params)
    rows = MemoryReader(environment.usage).events(
        EventQuery(environment=environment.id, canceled=canceled, limit=100_000)
    )
    prefix = "mtrev_" if environment.id == 1 else "mtrev_test_"
    assert [
        (one["id"], one["identifier"], one["meter"], one["timestamp"], one["created"])
        for one in listed
    ] == [
        (
            f"{prefix}{row.seq:015d}",
            row.event.identifier,
            row.event.meter,
            row.event.timestamp_us // US,
            row.received_at_us // US,
        )
        for row in rows
    ]
    assert [(one["payload"], one["canceled_at"] is not None) for one in listed] == [
        (json.loads(row.event.payload), row.canceled_at_us is not None) for row in rows
    ]


def check_summaries(world: World, environment: Environment, meter: Meter) -> None:
    """A question about a meter, of any kind that the API takes."""
    if not environment.customers:
        return
    query, params = _question(world, environment, meter)
    path = f"/v1/billing/meters/{meter.id}/event_summaries"
    listed = pages(world, environment, path, params)
    totals = brute_totals(*environment.usage.rows(), query)
    totals.sort(key=lambda one: (-one.start_us, one.dimensions))
    assert [_seen(one) for one in listed] == [_wanted(one, query) for one in totals], (
        meter,
        params,
    )
    assert all(one["meter"] == meter.id for one in listed)


def _seen(one: Any) -> tuple[object, ...]:
    exact = Decimal(one["aggregated_value_decimal"])
    assert Decimal(one["aggregated_value"]) == exact
    return one["start_time"], one["end_time"], exact, one.get("dimensions")


def _wanted(one: Total, query: UsageQuery) -> tuple[object, ...]:
    dimensions = dict(zip(query.group_by, one.dimensions, strict=True)) or None
    return one.start_us // US, one.end_us // US, one.value, dimensions


def _question(world: World, environment: Environment, meter: Meter) -> tuple[UsageQuery, Tree]:
    rng, now = world.rng, world.now()
    windows: list[Window | None] = [None, "hour", "day"]
    window = rng.choice(windows)
    step = SECONDS[window]
    days = rng.choice([1, 2, 2, 40])
    start = (now - rng.randrange(days * 86_400)) // step * step
    end = start + rng.choice([1, 24, days * 86_400 // step + 2, days * 86_400 // step + 2]) * step
    customer = rng.choice(list(environment.customers))
    as_of = now - rng.choice([0, 1, 60, rng.randrange(2 * 86_400)])
    asked_as_of = as_of if rng.random() < 0.4 else None
    filters = tuple((key, rng.choice(TEXTS)) for key in meter.dimension_keys if rng.random() < 0.3)
    group_by = tuple(rng.sample(meter.dimension_keys, rng.randint(0, len(meter.dimension_keys))))
    params: Tree = {"customer": customer, "start_time": str(start), "end_time": str(end)}
    if window is not None:
        params["value_grouping_window"] = window
    if asked_as_of is not None:
        params["as_of"] = str(asked_as_of)
    params["dimension_filters"] = dict(filters)
    params["dimension_group_by_keys"] = {str(i): key for i, key in enumerate(group_by)}
    query = UsageQuery(
        meter=meter,
        start_us=start * US,
        end_us=end * US,
        customer=customer,
        window=window,
        dimension_filters=tuple((key, (value,)) for key, value in filters),
        group_by=group_by,
        as_of_us=None if asked_as_of is None else asked_as_of * US,
    )
    return query, params
