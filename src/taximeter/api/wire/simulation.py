"""`billing.simulation` on the wire: an object of ours."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.pricing.simulate import Simulated, Simulation


class SimulatedObject(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer would have paid, in the minor unit; a positive `difference` is more."""

    after: int
    before: int
    customer: str
    difference: int


class SimulatedList(msgspec.Struct, frozen=True, kw_only=True):
    """The customers for whom most changes, and whether there are more of them."""

    object: Literal["list"] = "list"
    data: Sequence[SimulatedObject]
    has_more: bool
    total_count: int
    url: str


class SimulationObject(msgspec.Struct, frozen=True, kw_only=True):
    """What all would have paid; `winners` would have paid less, `losers` more."""

    object: Literal["billing.simulation"] = "billing.simulation"
    after: int
    before: int
    currency: str
    customers: SimulatedList
    difference: int
    end_time: int
    livemode: bool
    losers: int
    start_time: int
    unchanged: int
    winners: int


def simulation_object(
    simulation: Simulation, environment: Environment, *, start: int, end: int, limit: int, url: str
) -> SimulationObject:
    """Render a simulation with its first `limit` customers."""
    count = len(simulation.customers)
    before, after = simulation.before, simulation.after
    winners, losers = simulation.winners, simulation.losers
    return SimulationObject(
        after=after,
        before=before,
        currency=simulation.currency,
        customers=SimulatedList(
            data=[_simulated_object(one) for one in simulation.customers[:limit]],
            has_more=count > limit,
            total_count=count,
            url=url,
        ),
        difference=after - before,
        end_time=end,
        livemode=environment.livemode,
        losers=losers,
        start_time=start,
        unchanged=count - winners - losers,
        winners=winners,
    )


def _simulated_object(one: Simulated) -> SimulatedObject:
    return SimulatedObject(
        after=one.after, before=one.before, customer=one.customer, difference=one.difference
    )
