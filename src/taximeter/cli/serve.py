"""`taximeter serve`."""

import asyncio
import ipaddress
from pathlib import Path

import click

from taximeter.accounts.first import first_link
from taximeter.api.services import Services
from taximeter.app.server import App
from taximeter.cli.logs import configure_logs
from taximeter.cli.options import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    data_option,
    sentences,
    settings_from_environment,
)
from taximeter.cli.server import run_server
from taximeter.cli.users import LINK_PATH
from taximeter.kit.clock import now_s


@click.command()
@data_option
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="The address to listen on.")
@click.option(
    "--port", default=DEFAULT_PORT, show_default=True, help="The port; 0 takes a free one."
)
@click.option("--dev", is_flag=True, help="Accept any sk_test_ key; on loopback only.")
def serve(data: Path, host: str, port: int, dev: bool) -> None:
    """Serve the API until Ctrl-C or SIGTERM."""
    if dev and not is_loopback(host):
        raise click.ClickException(
            f"--dev accepts any sk_test_ key and so listens on loopback only, not on {host}. "
            "Leave --dev out and make a key with 'taximeter keys create'."
        )

    async def started(app: App, address: str) -> None:
        mode = ", accepting any sk_test_ key" if dev else ""
        click.echo(f"Taximeter serves {data} on {address}{mode}. Press Ctrl-C to stop.")
        if not dev:
            # Writing to disk is not for the thread that serves.
            await asyncio.to_thread(_offer_link, app.services, address)

    configure_logs()
    with sentences():
        run_server(
            data=data,
            host=host,
            port=port,
            settings=settings_from_environment(),
            dev=dev,
            started=started,
        )
    click.echo("Stopped; everything acknowledged is on disk.")


def _offer_link(services: Services, address: str) -> None:
    """Print how to sign in for the first time, until somebody has."""
    minutes = services.settings.sign_in_link_minutes
    with services.records.writing() as unit:
        secret = first_link(
            users=unit.users,
            sign_ins=unit.sign_ins,
            minutes=minutes,
            now=now_s(services.clock),
        )
    if secret is not None:
        click.echo(
            f"Nobody has a password yet. Choose one within {minutes} minutes:\n"
            f"  {address}{LINK_PATH}{secret}"
        )


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
