"""What several commands share: the data directory, the settings, errors as sentences."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from taximeter.app.stores import StoreUnusable
from taximeter.settings import SettingError, Settings, read_settings

DEFAULT_DATA = Path("taximeter-data")
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 4242
DEFAULT_URL = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--data DIR`."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path),
        default=DEFAULT_DATA,
        show_default=True,
        envvar="TAXIMETER_DATA",
        show_envvar=True,
        help="The data directory.",
    )(command)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--url` and `--api-key`: which running server is asked."""
    url = click.option(
        "--url",
        default=DEFAULT_URL,
        show_default=True,
        envvar="TAXIMETER_URL",
        show_envvar=True,
        help="The running server to ask.",
    )
    key = click.option(
        "--api-key", envvar="TAXIMETER_API_KEY", show_envvar=True, help="A key it knows."
    )
    return url(key(command))


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--url`, `--api-key` and `--data`: a running server, or a stopped one's directory."""
    data = click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        help="Read a stopped server's directory instead.",
    )
    return server_options(data(command))


def existing(data: Path) -> None:
    """Refuse a directory that holds nothing yet, where making an empty one would mislead."""
    if not data.is_dir() or not any(data.iterdir()):
        raise click.ClickException(
            f"There is no data in {data.resolve()}. Name the directory that a server was started "
            "on with --data."
        )


@contextmanager
def sentences() -> Iterator[None]:
    """Turn what can be foreseen to go wrong into one sentence and exit code 1."""
    try:
        yield
    except (StoreUnusable, SettingError) as error:
        raise click.ClickException(str(error)) from None


def settings_from_environment() -> Settings:
    """Read the settings; to be called inside `sentences`."""
    return read_settings(os.environ)
