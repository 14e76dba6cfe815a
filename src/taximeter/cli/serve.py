"""`taximeter serve`."""

import ipaddress
from pathlib import Path

import click

from taximeter.app import App
from taximeter.cli.logs import configure_logs
from taximeter.cli.options import (
    DEFAULT_HOST,
    DEFAULT_PORT,
    data_option,
    sentences,
    settings_from_environment,
)
from taximeter.cli.server import run_server


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

    async def started(_: App, address: str) -> None:
        mode = ", accepting any sk_test_ key" if dev else ""
        click.echo(f"Taximeter serves {data} on {address}{mode}. Press Ctrl-C to stop.")

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


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
