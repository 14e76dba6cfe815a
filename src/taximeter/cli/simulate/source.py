"""Where the command's simulation is computed: a running server, or a stopped one's directory."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from taximeter.app.stores import Stores
from taximeter.cli.usage.api import ServerApi
from taximeter.cli.usage.source import UsageFailed
from taximeter.environments import Environment
from taximeter.errors import ApiError
from taximeter.ingest.log import LogFailed
from taximeter.pricing.sets import common_currency, metered_set, meters_of
from taximeter.pricing.simulate import Simulated, simulate

_ONE_BY_ONE_MAX = 200
"""Of more customers than these the names are read from the list of all."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the person at the terminal asked for: ids of prices, and times in Unix seconds."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    customers: tuple[str, ...]
    currency: str | None
    start: int
    end: int
    limit: int


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What all would have paid, and the first customers, for whom most changes, by name."""

    currency: str
    before: int
    after: int
    winners: int
    losers: int
    count: int
    customers: Sequence[Simulated]
    names: dict[str, str]


class SimulationSource(Protocol):
    """Computes simulations."""

    def outcome(self, wish: Wish) -> Outcome:
        """Return what would have been paid. Raises UsageFailed."""
        ...


class ServerSimulation:
    """See `SimulationSource`: a running server's, over its API."""

    def __init__(self, api: ServerApi) -> None:
        """Ask a server."""
        self._api = api

    def outcome(self, wish: Wish) -> Outcome:
        """Return what would have been paid."""
        form = {"start_time": str(wish.start), "end_time": str(wish.end), "limit": str(wish.limit)}
        for name in ("before", "after", "customers"):
            form |= {f"{name}[{index}]": id for index, id in enumerate(getattr(wish, name))}
        if wish.currency is not None:
            form["currency"] = wish.currency
        found = self._api.post("/v1/billing/simulations", form)
        customers = [
            Simulated(customer=one["customer"], before=one["before"], after=one["after"])
            for one in found["customers"]["data"]
        ]
        return Outcome(
            currency=found["currency"],
            before=found["before"],
            after=found["after"],
            winners=found["winners"],
            losers=found["losers"],
            count=found["customers"]["total_count"],
            customers=customers,
            names=self._names([one.customer for one in customers]),
        )

    def _names(self, ids: Sequence[str]) -> dict[str, str]:
        """Return what customers are called; a deleted one has no name any more."""
        one_by_one = (self._api.get(f"/v1/customers/{id}", {}) for id in ids)
        found = one_by_one if len(ids) <= _ONE_BY_ONE_MAX else self._api.pages("/v1/customers", {})
        return {one["id"]: one.get("name") or "" for one in found}


class DirectorySimulation:
    """See `SimulationSource`: computed here, from a stopped server's directory."""

    def __init__(self, stores: Stores, environment: Environment, *, now: int) -> None:
        """Read open stores; one environment of them."""
        self._stores = stores
        self._environment = environment
        self._now = now

    def outcome(self, wish: Wish) -> Outcome:
        """Return what would have been paid."""
        try:
            return self._outcome(wish)
        except ApiError as error:
            raise UsageFailed(error.message) from None
        except LogFailed as failure:
            raise UsageFailed(
                f"The usage log cannot be read ({failure}). 'taximeter doctor' tells more."
            ) from None

    def _outcome(self, wish: Wish) -> Outcome:
        environment = self._environment
        with self._stores.records.reading() as unit:
            before, after = (
                metered_set(
                    ids,
                    prices=unit.prices,
                    meters=unit.meters,
                    environment=environment,
                    now=self._now,
                    path=path,
                )
                for path, ids in (("before", wish.before), ("after", wish.after))
            )
            meters = meters_of((*before, *after), meters=unit.meters, environment=environment)
        simulation = simulate(
            reader=self._stores.reader,
            meters=meters,
            before=before,
            after=after,
            currency=common_currency(before, after, wanted=wish.currency),
            start=wish.start,
            end=wish.end,
            customers=wish.customers or None,
        )
        customers = simulation.customers[: wish.limit]
        return Outcome(
            currency=simulation.currency,
            before=simulation.before,
            after=simulation.after,
            winners=simulation.winners,
            losers=simulation.losers,
            count=len(simulation.customers),
            customers=customers,
            names=self._names([one.customer for one in customers]),
        )

    def _names(self, ids: Sequence[str]) -> dict[str, str]:
        with self._stores.records.reading() as unit:
            found = [unit.customers.get(self._environment.id, id) for id in ids]
        return {one.id: one.details.name or "" for one in found if one is not None}
