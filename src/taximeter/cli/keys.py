"""`taximeter keys`: the secret keys that open environments."""

from pathlib import Path

import click
from rich.markup import escape

from taximeter.app.stores import open_records
from taximeter.cli.environment import environment_name, environment_options
from taximeter.cli.options import data_option, existing, sentences
from taximeter.cli.terminal import date, messages, output, plain_table
from taximeter.environments import ApiKey, Environment, create_key, find_environment
from taximeter.kit.clock import SystemClock, now_s

NAME_CHARACTERS_MAX = 100
WHOLE_ID_COLUMNS = 72
"""The terminal width from which an id stands on one line, to be copied."""


@click.group()
def keys() -> None:
    """Make, list and revoke the keys that open the API.

    May be used while a server runs on the data directory.
    """


@keys.command()
@data_option
@environment_options
@click.option("--name", default="", help="What the key is for, to know it by in the list.")
def create(data: Path, live: bool, sandbox: str | None, name: str) -> None:
    """Make a key and print its secret, once.

    The key opens the test environment, unless --live or --sandbox is given; a sandbox that does
    not exist yet is made. Only a hash of the secret is stored: nobody can print it again.
    """
    chosen = environment_name(live=live, sandbox=sandbox)
    if len(name) > NAME_CHARACTERS_MAX:
        raise click.UsageError(f"--name takes at most {NAME_CHARACTERS_MAX} characters.")
    with sentences(), open_records(data) as records, records.writing() as unit:
        store = unit.environments
        environment = find_environment(store=store, name=chosen)
        if environment is None:
            environment = store.add_environment(chosen)
        new = create_key(store=store, environment=environment, name=name, now=now_s(SystemClock()))
    # The secret alone is output, so that KEY=$(taximeter keys create) works.
    click.echo(new.secret)
    click.echo(
        f"Made {new.key.id} for the {_described(environment)} environment. This is the only time "
        "that its secret is shown.",
        err=True,
    )


@keys.command("list")
@data_option
def list_keys(data: Path) -> None:
    """List all keys, oldest first, revoked ones included."""
    existing(data)
    with sentences(), open_records(data) as records, records.reading() as unit:
        environments = {one.id: one for one in unit.environments.environments()}
        kept = unit.environments.keys()
    if not kept:
        messages().print("There are no keys yet. Make one with 'taximeter keys create'.")
        return
    table = plain_table()
    console = output()
    whole = {"Ends in", "Created"} | ({"ID"} if console.width >= WHOLE_ID_COLUMNS else set())
    for column in ("ID", "Environment", "Ends in", "Created", "Name"):
        table.add_column(column, no_wrap=column in whole, overflow="fold")
    for key in kept:
        table.add_row(*_row(key, environments[key.environment]))
    console.print(table)


def _row(key: ApiKey, environment: Environment) -> list[str]:
    name = key.name
    if key.revoked_at is not None:
        name = f"{name} (revoked {date(key.revoked_at)})".lstrip()
    return [escape(one) for one in (key.id, environment.name, key.hint, date(key.created), name)]


@keys.command()
@click.argument("id")
@data_option
def revoke(id: str, data: Path) -> None:
    """Close a key for good.

    ID is the key's id, as 'taximeter keys list' shows it. A running server refuses the key within
    seconds.
    """
    existing(data)
    with sentences(), open_records(data) as records, records.writing() as unit:
        revoked = unit.environments.revoke_key(id, revoked_at=now_s(SystemClock()))
    if not revoked:
        raise click.ClickException(
            f"There is no open key {id}. 'taximeter keys list' shows them all."
        )
    click.echo(f"Revoked {id}.")


def _described(environment: Environment) -> str:
    return environment.name if environment.id <= 2 else f"'{environment.name}' sandbox"
