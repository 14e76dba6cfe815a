"""`taximeter simulate`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import click
import msgspec

from taximeter.cli.environment import environment_name, environment_options
from taximeter.cli.options import source_options
from taximeter.cli.simulate.source import (
    DirectorySimulation,
    Outcome,
    ServerSimulation,
    SimulationSource,
    Wish,
)
from taximeter.cli.simulate.table import print_outcome
from taximeter.cli.terminal import output
from taximeter.cli.usage.api import ServerApi, needed_key
from taximeter.cli.usage.directory import open_environment
from taximeter.cli.usage.source import UsageFailed
from taximeter.kit.calendar import last_days
from taximeter.kit.clock import SystemClock, now_s
from taximeter.kit.zones import UTC, find_zone

DAYS_MAX = 3_660
LISTED_MAX = 100_000


@click.command()
@click.option(
    "--before",
    multiple=True,
    required=True,
    metavar="PRICE",
    help="A price to compare with; may be repeated.",
)
@click.option(
    "--after",
    multiple=True,
    required=True,
    metavar="PRICE",
    help="A price to try; may be repeated.",
)
@click.option(
    "--customer",
    "customers",
    multiple=True,
    metavar="ID",
    help="One customer instead of each; may be repeated.",
)
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_MAX),
    default=30,
    show_default=True,
    help="How many days of usage, today included; priced as one period.",
)
@click.option("--currency", metavar="CODE", help="The currency, if the prices have several.")
@click.option(
    "--limit",
    type=click.IntRange(1, LISTED_MAX),
    default=20,
    show_default=True,
    help="How many customers to list, those first for whom most changes.",
)
@source_options
@environment_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON; amounts are in minor units.")
def simulate(
    before: tuple[str, ...],
    after: tuple[str, ...],
    customers: tuple[str, ...],
    days: int,
    currency: str | None,
    limit: int,
    url: str,
    api_key: str | None,
    data: Path | None,
    live: bool,
    sandbox: str | None,
    as_json: bool,
) -> None:
    """Price past usage under two sets of prices, and show who would have paid what.

    Every customer with usage is priced as if it had subscribed to all prices of a set. Nothing is
    changed.
    """
    if data is None and (live or sandbox is not None):
        raise click.UsageError(
            "--live and --sandbox go with --data; a running server opens what the key belongs to."
        )
    now, zone = now_s(SystemClock()), find_zone(UTC)
    assert zone is not None, "UTC is known everywhere"
    start, end = last_days(days, now=now, zone=zone)
    wish = Wish(
        before=before,
        after=after,
        customers=customers,
        currency=currency,
        start=start,
        end=end,
        limit=limit,
    )
    environment = environment_name(live=live, sandbox=sandbox)
    try:
        with _source(url, api_key, data, environment, now=now) as source:
            outcome = source.outcome(wish)
    except UsageFailed as failure:
        raise click.ClickException(str(failure)) from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_plain(outcome, wish))).decode())
    else:
        print_outcome(outcome, wish, output())


@contextmanager
def _source(
    url: str, api_key: str | None, data: Path | None, environment: str, *, now: int
) -> Iterator[SimulationSource]:
    if data is None:
        with closing(ServerApi(url, needed_key(api_key))) as api:
            yield ServerSimulation(api)
        return
    with open_environment(data, environment) as (stores, found):
        yield DirectorySimulation(stores, found, now=now)


def _plain(outcome: Outcome, wish: Wish) -> dict[str, Any]:
    """Lay an outcome out for programs."""
    return {
        "start_time": wish.start,
        "end_time": wish.end,
        "currency": outcome.currency,
        "before": outcome.before,
        "after": outcome.after,
        "difference": outcome.after - outcome.before,
        "winners": outcome.winners,
        "losers": outcome.losers,
        "unchanged": outcome.count - outcome.winners - outcome.losers,
        "customers": [
            {
                "customer": one.customer,
                "customer_name": outcome.names.get(one.customer, ""),
                "before": one.before,
                "after": one.after,
                "difference": one.difference,
            }
            for one in outcome.customers
        ],
    }
