"""`taximeter users`: the accounts that open the dashboard."""

from pathlib import Path
from typing import get_args

import click
from rich.markup import escape

from taximeter.accounts.sign_in import create_link
from taximeter.accounts.user import Role, add_user, find_user
from taximeter.app.stores import open_records
from taximeter.cli.options import (
    DEFAULT_URL,
    data_option,
    existing,
    sentences,
    settings_from_environment,
)
from taximeter.cli.terminal import date, messages, output, plain_table
from taximeter.errors import ApiError
from taximeter.kit.clock import SystemClock, now_s

LINK_PATH = "/sign-in/link/"

url_option = click.option(
    "--url",
    default=DEFAULT_URL,
    show_default=True,
    envvar="TAXIMETER_URL",
    help="The server's address, with which the link begins.",
)


@click.group()
def users() -> None:
    """Make, list and remove the accounts that open the dashboard.

    May be used while a server runs on the data directory.
    """


@users.command()
@click.argument("name")
@data_option
@url_option
@click.option(
    "--role",
    type=click.Choice(get_args(Role)),
    default="viewer",
    show_default=True,
    help="A viewer sees everything; an admin changes it too.",
)
def add(name: str, data: Path, url: str, role: Role) -> None:
    """Make an account and print a link that signs in once.

    Whoever opens the link chooses a password.
    """
    with sentences(), open_records(data) as records, records.writing() as unit:
        minutes = settings_from_environment().sign_in_link_minutes
        now = now_s(SystemClock())
        try:
            user = add_user(store=unit.users, name=name, role=role, now=now)
        except ApiError as error:
            raise click.ClickException(error.message) from None
        secret = create_link(store=unit.sign_ins, user=user, minutes=minutes, now=now)
    _say(url, secret, f"Made the {role} '{user.name}'.", minutes)


@users.command()
@click.argument("name")
@data_option
@url_option
def link(name: str, data: Path, url: str) -> None:
    """Print a link that signs NAME in once."""
    existing(data)
    with sentences(), open_records(data) as records, records.writing() as unit:
        minutes = settings_from_environment().sign_in_link_minutes
        try:
            user = find_user(store=unit.users, name=name)
        except ApiError as error:
            raise click.ClickException(error.message) from None
        secret = create_link(
            store=unit.sign_ins, user=user, minutes=minutes, now=now_s(SystemClock())
        )
    _say(url, secret, f"A link for '{user.name}'.", minutes)


@users.command("list")
@data_option
def list_users(data: Path) -> None:
    """List all accounts, oldest first."""
    existing(data)
    with sentences(), open_records(data) as records, records.reading() as unit:
        kept = unit.users.all()
    if not kept:
        messages().print("There are no accounts yet. Make one with 'taximeter users add'.")
        return
    table = plain_table()
    for column in ("Name", "Role", "Password", "Created"):
        table.add_column(column, overflow="fold")
    for one in kept:
        password = "set" if one.password_hash else "none yet"
        table.add_row(escape(one.name), one.role, password, date(one.created))
    output().print(table)


@users.command()
@click.argument("name")
@data_option
def remove(name: str, data: Path) -> None:
    """Remove an account for good, and sign its browsers out."""
    existing(data)
    with sentences(), open_records(data) as records, records.writing() as unit:
        try:
            user = find_user(store=unit.users, name=name)
        except ApiError as error:
            raise click.ClickException(error.message) from None
        unit.sign_ins.end_sessions(user=user.id)
        unit.users.remove(user.id)
    click.echo(f"Removed '{user.name}'.")


def _say(url: str, secret: str, what: str, minutes: int) -> None:
    # The link alone is output, as the secret of a key is.
    click.echo(f"{url.rstrip('/')}{LINK_PATH}{secret}")
    click.echo(f"{what} It works once, within {minutes} minutes.", err=True)
