"""What commands print with: tables that fit a terminal and are never cut in a pipe."""

import os
import sys
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

PIPE_COLUMNS = 200
"""The width of what no terminal shows, so that a pipe or a file receives whole lines."""


def output() -> Console:
    """Return the console on standard output; colours and a width of its own only in a terminal."""
    return _console(stderr=False)


def messages() -> Console:
    """Return the console on standard error, for what accompanies a command's output."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    piped = not stream.isatty() and "COLUMNS" not in os.environ
    return Console(stderr=stderr, highlight=False, width=PIPE_COLUMNS if piped else None)


def plain_table() -> Table:
    """Return a table without lines, which reads well and is easy to cut with other tools."""
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def date(unix_seconds: int) -> str:
    """Spell the UTC day of a moment."""
    return f"{datetime.fromtimestamp(unix_seconds, UTC):%Y-%m-%d}"
