"""The progress of an import: how much of the file, how many rows, how fast, how long still."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from taximeter.imports.load import Advance

NARROW_COLUMNS = 70
"""Below this width the bar gives way to the figures."""

_NAME_CHARACTERS_MAX = 24


class RowsColumn(ProgressColumn):
    """How many rows have been dealt with, and how many each second of this run."""

    def __init__(self) -> None:
        """Stay on one line, however narrow the terminal is."""
        super().__init__(table_column=Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        """Render both."""
        rows = int(task.fields["rows"])
        seconds = task.elapsed or 0.0
        rate = (rows - int(task.fields["resumed"])) / seconds if seconds else 0.0
        return Text(f"{rows:,} rows  {rate:,.0f}/s")


class Bar:
    """Draws the file under way."""

    def __init__(self, progress: Progress) -> None:
        """Draw nothing yet."""
        self._progress = progress

    def begin(self, name: str, size: int | None) -> None:
        """Start anew with another file; without a size there is no end to count down to."""
        for task in self._progress.task_ids:
            self._progress.remove_task(task)
        self._progress.add_task(_shortened(name), total=size, rows=0, resumed=0)

    def advance(self, advance: Advance) -> None:
        """Show how far the file has come."""
        (task,) = self._progress.task_ids
        self._progress.update(
            task,
            completed=advance.read_bytes,
            rows=advance.tally.rows,
            resumed=advance.resumed,
        )


def _shortened(name: str) -> str:
    return name if len(name) <= _NAME_CHARACTERS_MAX else f"…{name[1 - _NAME_CHARACTERS_MAX :]}"


@contextmanager
def progress_bar(console: Console) -> Iterator[Bar]:
    """Draw progress on a terminal; anywhere else nothing is drawn."""
    wide = console.width >= NARROW_COLUMNS
    columns: list[ProgressColumn] = [TextColumn("{task.description}", markup=False)]
    columns += [BarColumn(bar_width=None)] if wide else []
    columns += [RowsColumn(), TimeRemainingColumn(compact=True)]
    columns += [TextColumn("left")] if wide else []
    with Progress(
        *columns,
        console=console,
        transient=True,
        expand=wide,
        refresh_per_second=5,
        disable=not console.is_terminal,
    ) as progress:
        yield Bar(progress)
