"""`taximeter usage`."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo

import click
import msgspec

from taximeter.cli.environment import environment_name, environment_options
from taximeter.cli.options import source_options
from taximeter.cli.terminal import output
from taximeter.cli.usage.answer import Answer
from taximeter.cli.usage.api import needed_key
from taximeter.cli.usage.ask import Wish, ask
from taximeter.cli.usage.directory import DirectoryUsage, open_environment
from taximeter.cli.usage.server import ServerUsage
from taximeter.cli.usage.source import UsageFailed, UsageSource
from taximeter.cli.usage.table import print_answer
from taximeter.kit import decimals
from taximeter.kit.calendar import CalendarWindow, last_days
from taximeter.kit.clock import SystemClock, now_s
from taximeter.kit.zones import UTC, find_zone, not_a_zone

DAYS_MAX = 3_660
WINDOWS: tuple[CalendarWindow, ...] = get_args(CalendarWindow)


def _zone(context: click.Context, option: click.Parameter, name: str) -> ZoneInfo:
    zone = find_zone(name)
    if zone is None:
        raise click.BadParameter(not_a_zone(name))
    return zone


@click.command()
@click.option("--meter", help="The meter's event name or id; needed where there are several.")
@click.option("--customer", metavar="ID", help="One customer instead of each.")
@click.option("--by", multiple=True, metavar="KEY", help="Divide by a dimension; may be repeated.")
@click.option("--window", type=click.Choice(WINDOWS), help="Show each hour, day, week or month.")
@click.option(
    "--timezone",
    "zone",
    default=UTC,
    show_default=True,
    metavar="ZONE",
    callback=_zone,
    help="Whose hours, days, weeks and months, such as Europe/Paris.",
)
@click.option(
    "--days",
    type=click.IntRange(1, DAYS_MAX),
    default=30,
    show_default=True,
    help="How many days, today included.",
)
@click.option(
    "--as-of",
    type=click.IntRange(min=0),
    metavar="UNIX",
    help="The answer as it stood at a moment, in Unix seconds.",
)
@source_options
@environment_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON; totals are exact, as strings.")
def usage(
    meter: str | None,
    customer: str | None,
    by: tuple[str, ...],
    window: CalendarWindow | None,
    zone: ZoneInfo,
    days: int,
    as_of: int | None,
    url: str,
    api_key: str | None,
    data: Path | None,
    live: bool,
    sandbox: str | None,
    as_json: bool,
) -> None:
    """Show what customers have used, exactly, and draw it.

    Without --customer, each customer has a line; with one, each of its meters has, or with
    --window each window. --data reads the environment that --live or --sandbox names, or
    test; a server answers for the one that the key opens, and leaves out deleted customers.
    """
    if data is None and (live or sandbox is not None):
        raise click.UsageError(
            "--live and --sandbox go with --data; a running server opens what the key belongs to."
        )
    start, end = last_days(days, now=now_s(SystemClock()), zone=zone)
    wish = Wish(
        meter=meter,
        customer=customer,
        by=tuple(dict.fromkeys(by)),
        window=window,
        zone=zone,
        start=start,
        end=end,
        as_of=as_of,
    )
    try:
        with _source(url, api_key, data, environment_name(live=live, sandbox=sandbox)) as source:
            answer = ask(source, wish)
    except UsageFailed as failure:
        raise click.ClickException(str(failure)) from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_plain(answer))).decode())
    else:
        print_answer(answer, output())


@contextmanager
def _source(
    url: str, api_key: str | None, data: Path | None, environment: str
) -> Iterator[UsageSource]:
    if data is None:
        with closing(ServerUsage(url, needed_key(api_key))) as server:
            yield server
        return
    with open_environment(data, environment) as (stores, found):
        yield DirectoryUsage(stores, found)


def _plain(answer: Answer) -> dict[str, Any]:
    """Lay an answer out for programs."""
    ids = {one.event_name: one.id for one in answer.meters}
    return {
        "start_time": answer.start,
        "end_time": answer.end,
        "as_of": answer.as_of,
        "window": answer.window,
        "timezone": answer.timezone,
        **({"window_starts": answer.window_starts} if answer.window is not None else {}),
        "meters": [
            {"id": one.id, "event_name": one.event_name, "formula": one.formula}
            for one in answer.meters
        ],
        "rows": [
            {
                "meter": ids[row.meter],
                "customer": row.customer,
                "customer_name": answer.names.get(row.customer, ""),
                "dimensions": dict(zip(answer.by, row.dimensions, strict=True)),
                "start_time": row.start,
                "end_time": row.end,
                "total": decimals.text(row.value),
                **(
                    {"windows": [one if one is None else decimals.text(one) for one in row.windows]}
                    if row.windows
                    else {}
                ),
            }
            for row in answer.rows
        ],
        "total": None if answer.total is None else decimals.text(answer.total),
    }
