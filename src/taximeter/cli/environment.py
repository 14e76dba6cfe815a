"""Which environment a command works on: test, unless `--live` or `--sandbox` says otherwise."""

from collections.abc import Callable
from typing import Any

import click

from taximeter.environments import LIVE, TEST

SANDBOX_CHARACTERS_MAX = 100


def environment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--live` and `--sandbox NAME`."""
    live = click.option("--live", is_flag=True, help="The live environment instead of test.")
    sandbox = click.option("--sandbox", metavar="NAME", help="A sandbox instead of test.")
    return live(sandbox(command))


def environment_name(*, live: bool, sandbox: str | None) -> str:
    """Return the name of the environment that the options choose. Raises click.UsageError."""
    if sandbox is None:
        return LIVE if live else TEST
    if live:
        raise click.UsageError("--live and --sandbox exclude each other; give one of them.")
    name = sandbox.strip()
    if name in {LIVE, TEST}:
        raise click.UsageError(
            f"'{name}' is not a sandbox. Leave --sandbox out for test, or give --live for live."
        )
    if not name or len(name) > SANDBOX_CHARACTERS_MAX:
        raise click.UsageError(
            f"A sandbox's name has 1 to {SANDBOX_CHARACTERS_MAX} characters; choose another."
        )
    return name
