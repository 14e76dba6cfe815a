"""Figures from a stopped server's data directory."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from taximeter import meters
from taximeter.app.stores import Stores, open_stores
from taximeter.cli.options import existing, sentences, settings_from_environment
from taximeter.cli.usage.source import CustomerFound, Figure, MeterFound, Question, UsageFailed
from taximeter.environments import Environment, find_environment
from taximeter.ingest.log import LogFailed
from taximeter.kit.clock import MICROSECONDS
from taximeter.usage.reader import UsageQuery


@contextmanager
def open_environment(data: Path, name: str) -> Iterator[tuple[Stores, Environment]]:
    """Open a stopped server's directory and find an environment of it. Raises UsageFailed."""
    existing(data)
    with sentences(), open_stores(data, settings_from_environment()) as stores:
        with stores.records.reading() as unit:
            found = find_environment(store=unit.environments, name=name)
            names = [one.name for one in unit.environments.environments()]
        if found is None:
            raise UsageFailed(
                f"There is no sandbox '{name}'. The environments here: {', '.join(names)}."
            )
        yield stores, found


class DirectoryUsage:
    """See `UsageSource`. Every customer with usage is among "each", deleted ones included."""

    def __init__(self, stores: Stores, environment: Environment) -> None:
        """Read open stores; one environment of them."""
        self._stores = stores
        self._environment = environment

    def meters(self) -> Sequence[MeterFound]:
        """Return all meters, newest first."""
        with self._stores.records.reading() as unit:
            found = unit.meters.all()
        return [
            MeterFound(
                id=one.id,
                event_name=one.event_name,
                formula=one.formula,
                dimensions=one.dimension_keys,
                active=one.status == "active",
            )
            for one in reversed(found)
            if one.environment == self._environment.id
        ]

    def customers(self, ids: Sequence[str] | None) -> Sequence[CustomerFound]:
        """Return these customers; None, which only the API has to list, returns none."""
        found = []
        with self._stores.records.reading() as unit:
            for id in ids or ():
                customer = unit.customers.get(self._environment.id, id)
                if customer is None:
                    raise UsageFailed(f"No such customer: '{id}'")
                found.append(CustomerFound(id=id, name=customer.details.name or ""))
        return found

    def figures(self, question: Question) -> Sequence[Figure]:
        """Return a figure for each customer, group and window that has usage."""
        with self._stores.records.reading() as unit:
            meter = meters.retrieve(
                store=unit.meters, environment=self._environment, id=question.meter.id
            )
        window = question.utc_window
        try:
            totals = self._stores.reader.totals(
                UsageQuery(
                    meter=meter,
                    start_us=question.start * MICROSECONDS,
                    end_us=question.end * MICROSECONDS,
                    customer=question.customer,
                    by_customer=True,
                    window=window,
                    cuts_us=()
                    if window
                    else tuple(start * MICROSECONDS for start in question.starts[1:]),
                    group_by=question.by,
                    as_of_us=None if question.as_of is None else question.as_of * MICROSECONDS,
                )
            )
        except LogFailed as failure:
            raise UsageFailed(
                f"The usage log cannot be read ({failure}). 'taximeter doctor' tells more."
            ) from None
        return [
            Figure(
                customer=one.customer or "",
                start=one.start_us // MICROSECONDS,
                end=one.end_us // MICROSECONDS,
                value=one.value,
                dimensions=one.dimensions,
            )
            for one in totals
        ]
