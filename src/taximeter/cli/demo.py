"""`taximeter demo`: a server with the worked example in it."""

import asyncio
import shutil
import sys
from pathlib import Path

import click
import httpx2
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from taximeter.app.server import App
from taximeter.cli import example
from taximeter.cli.asking import Refused
from taximeter.cli.load import CONNECTIONS, Loaded, load_example
from taximeter.cli.logs import configure_logs
from taximeter.cli.options import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    DEFAULT_URL,
    sentences,
    settings_from_environment,
)
from taximeter.cli.receiver import receiving, tell
from taximeter.cli.serve import is_loopback
from taximeter.cli.server import run_server
from taximeter.cli.terminal import output
from taximeter.kit.clock import SystemClock
from taximeter.kit.periods import DAY_SECONDS

DEMO_KEY = "sk_test_demo"
_INTERRUPTED = "Loading was interrupted; the next 'taximeter demo' completes it."


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("taximeter-demo"),
    show_default=True,
    help="Where the example is kept.",
)
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, help="The port; 0 takes a free one."
)
def demo(data: Path, host: str, port: int) -> None:
    """Serve a month of example usage until Ctrl-C.

    The example is Alpaca AI, who sell language-model tokens to six customers. It is loaded through
    the public API at the first start, and kept, with alerts of which some fire; a receiver of the
    demo's own is told of what happens. The server runs in development mode, where any sk_test_ key
    is accepted, and so listens on loopback only.
    """
    if not is_loopback(host):
        raise click.ClickException(
            f"The demo accepts any sk_test_ key and so listens on loopback only, not on {host}. "
            "For a server that others reach, use 'taximeter serve'."
        )
    loading: set[asyncio.Task[None]] = set()

    async def started(_: App, address: str) -> None:
        click.echo(f"Taximeter serves {data} on {address}. Press Ctrl-C to stop.")
        loading.add(asyncio.create_task(_told(address)))

    configure_logs()
    with sentences():
        run_server(
            data=data,
            host=host,
            port=port,
            settings=settings_from_environment(),
            dev=True,
            started=started,
        )
    click.echo("Stopped; everything acknowledged is on disk.")


async def _told(address: str) -> None:
    """Load the example, and be told of all that happens until the server stops."""
    async with receiving() as receiver:
        await _load(address, receiver)
        await asyncio.Event().wait()


async def _load(address: str, receiver: str) -> None:
    try:
        async with httpx2.AsyncClient(
            base_url=address,
            auth=(DEMO_KEY, ""),
            timeout=30,
            limits=httpx2.Limits(max_connections=CONNECTIONS),
            trust_env=False,
        ) as client:
            await tell(client, receiver)
            with _progress() as progress:
                task = progress.add_task("Loading the example", total=None)
                loaded = await load_example(
                    client,
                    clock=SystemClock(),
                    advanced=lambda done, of: progress.update(task, completed=done, total=of),
                )
    except* Refused as refusals:
        click.echo(f"The example could not be loaded: {refusals.exceptions[0]}", err=True)
    except* httpx2.TransportError:
        click.echo(_INTERRUPTED, err=True)
    else:
        click.echo(next_steps(address, loaded))


def _progress() -> Progress:
    console = output()
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        transient=True,
        expand=True,
        disable=not console.is_terminal,
    )


class _Rate(ProgressColumn):
    """Events a second."""

    def render(self, task: Task) -> Text:
        """Show the rate, once there is one."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


def next_steps(address: str, loaded: Loaded) -> str:
    """Say what is there and what to try with it, in lines that can be copied whole."""
    program = _program()
    customer = loaded.customers["cusco-robotics"]
    there = (
        f"Loaded {loaded.events:,} events of {len(loaded.customers)} customers."
        if loaded.events
        else "The example is there already."
    )
    url = "" if address == DEFAULT_URL else f"  export TAXIMETER_URL={address}\n"
    end = loaded.start + example.DAYS * DAY_SECONDS
    return f"""{there}

  {_bold("dashboard")}  {address}/
  {_bold("key")}        {DEMO_KEY}

Try in another terminal:

  {_bold("# Every customer's tokens")}
  export TAXIMETER_API_KEY={DEMO_KEY}
{url}  {program} usage --meter {example.EVENT_NAME}

  {_bold("# One customer's days, and which models they went to")}
  {program} usage --customer {customer} --window day
  {program} usage --customer {customer} --by model

  {_bold("# The invoices of last month: a draft, open ones and paid ones")}
  curl -s -u {DEMO_KEY}: {address}/v1/invoices

  {_bold("# What the month to come has brought up to now")}
  curl -s -u {DEMO_KEY}: {address}/v1/invoices/create_preview \\
    -d subscription={loaded.subscriptions["cusco-robotics"]}

  {_bold("# What is left of prepaid credits, this month's usage taken off")}
  curl -s -u {DEMO_KEY}: -G {address}/v1/billing/credit_balance_summary \\
    -d customer={customer} -d live=true -d "filter[type]=applicability_scope" \\
    -d "filter[applicability_scope][price_type]=metered"

  {_bold("# The alerts that have fired, as a webhook was told of them")}
  curl -s -u {DEMO_KEY}: -G {address}/v1/events -d type=billing.alert.triggered

  {_bold("# The same total, through Stripe's API")}
  curl -s -u {DEMO_KEY}: -G \\
    {address}/v1/billing/meters/{loaded.meter}/event_summaries \\
    -d customer={customer} \\
    -d start_time={loaded.start} -d end_time={end}
"""


def _bold(text: str) -> str:
    return click.style(text, bold=True)


def _program() -> str:
    """Return what starts this program from here: its name where a shell finds it by that."""
    if shutil.which("taximeter"):
        return "taximeter"
    start = Path(sys.argv[0])
    if start.name == "__main__.py":
        return f"{_from_here(Path(sys.executable))} -m taximeter"
    return _from_here(start)


def _from_here(path: Path) -> str:
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
