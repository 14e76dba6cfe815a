"""What an import tells at its end."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.text import Text

from taximeter.imports.load import Imported
from taximeter.imports.tally import Tally, added


class FileReport(msgspec.Struct, frozen=True, kw_only=True):
    """How it went with one file."""

    name: str
    done: Imported
    rejected: Path


class Report:
    """How it went with all files; filled file by file."""

    def __init__(self, environment: str) -> None:
        """Start with nothing."""
        self.environment = environment
        self.files: list[FileReport] = []
        self.refused: list[tuple[str, str]] = []
        self.left: list[str] = []

    def add(self, name: str, done: Imported, rejected: Path) -> None:
        """Note how a file's import ended."""
        self.files.append(FileReport(name=name, done=done, rejected=rejected))
        if done.refused is not None:
            self.refuse(name, done.refused)

    def refuse(self, name: str, reason: str) -> None:
        """Note why a file, or the rest of it, was not read."""
        self.refused.append((name, reason))

    @property
    def stopped(self) -> bool:
        """Say whether somebody stopped the import."""
        return bool(self.left) or any(
            one.done.stopped and one.done.refused is None for one in self.files
        )

    @property
    def incomplete(self) -> bool:
        """Say whether there is a row that does not count."""
        return bool(self.refused) or any(one.done.tally.rejected for one in self.files)


def print_report(report: Report, console: Console) -> None:
    """Print what became of each file's rows, and of all of them where there are several files."""
    for one in report.files:
        _print_file(one, console)
    for name, reason in report.refused:
        _say(console, f"{name} cannot be imported: {reason}.", "bold red")
    if len(report.files) > 1:
        total = Tally()
        for one in report.files:
            total = added(total, one.done.tally)
        _say(console, f"Together: {_counts(total)}.", "bold")
    if report.stopped:
        _say(
            console,
            "Stopped. What is recorded stays; run the same command again to go on from here.",
            "bold",
        )


def _print_file(one: FileReport, console: Console) -> None:
    tally = one.done.tally
    _say(console, f"{one.name}: {_counts(tally)}.")
    if one.done.resumed:
        _say(console, f"  {one.done.resumed:,} of them before this import was interrupted.")
    for code, reason in sorted(tally.reasons.items(), key=lambda item: -item[1].count):
        told = f"{reason.count:,} {code}, first in line {reason.line:,}: {reason.message}"
        _say(console, f"  {told}", "red")
    if tally.rejected:
        _say(console, f"  Rejected rows are in {one.rejected}: correct and import that file.")


def _counts(tally: Tally) -> str:
    rows = f"{tally.rows:,} row{'' if tally.rows == 1 else 's'}"
    return (
        f"{rows}: {tally.recorded:,} recorded, {tally.duplicates:,} duplicate, "
        f"{tally.rejected:,} rejected"
    )


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style), soft_wrap=not console.is_terminal)
