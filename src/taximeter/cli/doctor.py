"""`taximeter doctor`: an audit of a stopped server's directory."""

import textwrap
import time
from pathlib import Path
from typing import Any

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from taximeter.app.stores import Stores, open_stores
from taximeter.audit.check import check_store
from taximeter.audit.finding import Finding
from taximeter.cli.options import data_option, existing, sentences, settings_from_environment
from taximeter.cli.terminal import output

_INDENT = 6

_OPENED = Finding(
    check="directory",
    promise="in nobody's use, both schemas known",
    checked=2,
    differences=0,
    examples=(),
)
"""What opening the stores has shown; where it fails, its sentence is all there is to say."""


@click.command()
@data_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--rebuild-rollups", is_flag=True, help="Make all rollups anew from the log before checking."
)
def doctor(data: Path, as_json: bool, rebuild_rollups: bool) -> None:
    """Check that a stopped server's directory holds what it promises.

    Everything is read: the order of the log, what was accepted twice, what each event's payload
    says, every rollup, which is computed again from the log, and every total, which is computed
    again from the payloads. Nothing is changed unless --rebuild-rollups is given; rollups only
    repeat the log. Ends with exit code 0 when all is well, else with 1.
    """
    existing(data)
    started = time.monotonic()
    console = output()
    with sentences():
        settings = settings_from_environment()
        with (
            open_stores(data, settings) as stores,
            stores.records.reading() as unit,
            _progress(console) as progress,
        ):
            task = progress.add_task("Checking", total=None)
            findings = [_OPENED]
            if rebuild_rollups:
                stores.audit.rebuild_rollups()
            if not as_json:
                _print(_OPENED, progress.console)
            for finding in check_store(
                records=stores.records,
                meters=unit.meters,
                customers=unit.customers,
                log=stores.audit,
                reader=stores.reader,
                settings=settings,
                advanced=lambda events: progress.advance(task, events),
            ):
                findings.append(finding)
                if finding.check == "cancellations":
                    progress.update(task, total=_events(stores))
                if not as_json:
                    _print(finding, progress.console)
    ok = all(finding.ok for finding in findings)
    seconds = time.monotonic() - started
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(_plain(findings, seconds))).decode())
    else:
        console.print(_conclusion(findings, data, seconds), soft_wrap=True)
    if not ok:
        raise SystemExit(1)


def _events(stores: Stores) -> int:
    return stores.usage_log.head().seq


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TimeRemainingColumn(compact=True),
        TextColumn("left"),
        console=console,
        transient=True,
        expand=True,
        disable=not console.is_terminal,
    )


def _print(finding: Finding, console: Console) -> None:
    mark = Text("ok", "green") if finding.ok else Text("FAIL", "bold red")
    mark.pad_right(_INDENT - len(mark))
    line = f"{finding.check:<18}{finding.checked:>11,}  {finding.promise}"
    console.print(mark + line, soft_wrap=True)
    room = max(30, console.width - _INDENT)
    for example in finding.examples:
        for text in textwrap.wrap(example, room, subsequent_indent="  "):
            console.print(" " * _INDENT, Text(text), sep="", soft_wrap=True)
    if finding.differences > len(finding.examples):
        more = finding.differences - len(finding.examples)
        console.print(f"{'':{_INDENT}}and {more:,} more", soft_wrap=True)


def _conclusion(findings: list[Finding], data: Path, seconds: float) -> Text:
    counts = {finding.check: finding.checked for finding in findings}
    failed = [finding.check for finding in findings if not finding.ok]
    read = (
        f"{_counted(counts['meters'], 'event')}, "
        f"{_counted(counts['cancellations'], 'cancellation')} and "
        f"{_counted(counts['totals'], 'total')} in {seconds:.1f} s"
    )
    if failed:
        anew = " Rollups only repeat the log; --rebuild-rollups makes them anew."
        return Text(
            f"\n{data} is damaged: {', '.join(failed)}. Keep a copy of the directory as it is "
            f"before anything else.{anew if 'rollups' in failed else ''} Checked {read}.",
            "bold",
        )
    return Text(f"\n{data} is well: {read}.")


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _plain(findings: list[Finding], seconds: float) -> dict[str, Any]:
    """Lay the findings out for programs."""
    return {
        "ok": all(finding.ok for finding in findings),
        "seconds": round(seconds, 3),
        "checks": [{**msgspec.structs.asdict(one), "ok": one.ok} for one in findings],
    }
