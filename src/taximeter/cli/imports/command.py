"""`taximeter import`."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import msgspec
import pyarrow as pa

from taximeter.app.ingest import Ingest, open_ingest
from taximeter.app.stores import DirectoryHeld
from taximeter.cli.environment import environment_name, environment_options
from taximeter.cli.imports.progress import Bar, progress_bar
from taximeter.cli.imports.report import Report, print_report
from taximeter.cli.options import data_option, existing, sentences, settings_from_environment
from taximeter.cli.terminal import messages, output
from taximeter.environments import Environment, find_environment
from taximeter.errors import StorageFailed
from taximeter.imports.checkpoint import CheckpointStore
from taximeter.imports.content import STANDARD_INPUT, Content, open_content
from taximeter.imports.detect import find_reader
from taximeter.imports.load import Imported, Recorder, import_content
from taximeter.imports.rejected import NotWritten, RejectedFile, rejected_path
from taximeter.imports.rows import FORMAT_NAMES, FileRefused, FormatName, RowReader
from taximeter.imports.stop import Stop
from taximeter.ingest.log import LogFailed

CHECKPOINTS_NAME = "imports"
INTERRUPTED_CODE = 130


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of each file."""

    format: FormatName | None
    event_name: str | None
    rejected: Path | None
    restart: bool
    as_new: bool


class Source(msgspec.Struct, frozen=True):
    """An open file and how it is read."""

    file: str
    content: Content
    reader: RowReader


@click.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@data_option
@environment_options
@click.option(
    "--format",
    "format_name",
    type=click.Choice(FORMAT_NAMES),
    help="JSON Lines, a JSON array, or CSV; found out where it is not given.",
)
@click.option("--event-name", metavar="NAME", help="The event name of rows that have none.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected rows go; FILE.rejected.csv or .jsonl where it is not given.",
)
@click.option(
    "--restart", is_flag=True, help="Read from the start, not from where it was interrupted."
)
@click.option(
    "--as-new",
    is_flag=True,
    help="Count all rows of a changed file, though its rows have no identifiers.",
)
def import_(
    files: tuple[str, ...],
    data: Path,
    live: bool,
    sandbox: str | None,
    format_name: FormatName | None,
    event_name: str | None,
    rejected: Path | None,
    restart: bool,
    as_new: bool,
) -> None:
    """Record usage from files, straight into a stopped server's directory.

    FILE is JSON Lines, a JSON array or CSV, also packed with gzip; - is standard input. Rows that
    cannot be counted go to a file of their own, with reasons, to be corrected and imported.

    The same command again goes on where it was interrupted. No row counts twice: rows are known
    by their identifiers, or by their place in their file.

    Ends with exit code 0 when every row counts, with 1 when some were rejected.
    """
    if rejected is not None and len(files) > 1:
        raise click.UsageError(
            "--rejected goes with one FILE; each file has rejected rows of its own."
        )
    if files.count(STANDARD_INPUT) > 1:
        raise click.UsageError("Standard input (-) can be read only once.")
    if event_name is not None and not event_name.strip():
        raise click.UsageError("--event-name is empty; leave it out or give a name.")
    name = environment_name(live=live, sandbox=sandbox)
    wish = Wish(
        format=format_name,
        event_name=event_name,
        rejected=rejected,
        restart=restart,
        as_new=as_new,
    )
    existing(data)
    with ExitStack() as opened, sentences():
        sources = [_opened(file, wish, opened) for file in files]
        with _ingest(data) as ingest:
            environment = _environment(ingest, name)
            report = _run(sources, ingest, environment, wish, data / CHECKPOINTS_NAME)
    print_report(report, output())
    if report.stopped:
        raise SystemExit(INTERRUPTED_CODE)
    if report.incomplete:
        raise SystemExit(1)


@contextmanager
def _ingest(data: Path) -> Iterator[Ingest]:
    """Open the directory, and turn what goes wrong on the way into sentences."""
    try:
        with open_ingest(data, settings=settings_from_environment()) as ingest:
            yield ingest
    except DirectoryHeld as held:
        raise click.ClickException(
            f"{held} An import writes into a directory that no server holds: stop the server, "
            "import, and start it again."
        ) from None
    except LogFailed as failure:
        raise click.ClickException(
            f"The usage log cannot be read ({failure}). 'taximeter doctor' tells more."
        ) from None


def _opened(file: str, wish: Wish, opened: ExitStack) -> Source:
    try:
        content = opened.enter_context(open_content(file))
        found = find_reader(content, asked=wish.format, event_name=wish.event_name)
    except FileRefused as refused:
        raise click.ClickException(f"{_shown(file)} cannot be imported: {refused}.") from None
    return Source(file, content, found)


def _environment(ingest: Ingest, name: str) -> Environment:
    with ingest.stores.records.reading() as unit:
        found = find_environment(store=unit.environments, name=name)
        names = [one.name for one in unit.environments.environments()]
    if found is None:
        raise click.ClickException(
            f"There is no sandbox '{name}'. The environments here: {', '.join(names)}."
        )
    return found


def _run(
    sources: list[Source], ingest: Ingest, environment: Environment, wish: Wish, folder: Path
) -> Report:
    """Import one file after the other, until one of them cannot be read on."""
    stop = Stop()
    report = Report(environment=environment.name)
    checkpoints = CheckpointStore(folder, environment=environment.id)
    with _signals(stop), progress_bar(messages()) as bar:
        for source in sources:
            if stop.asked:
                report.left.append(_shown(source.file))
                continue
            path = wish.rejected or rejected_path(source.file, source.reader.name)
            try:
                done = _import(source, ingest, environment, checkpoints, path, wish, stop, bar)
            except FileRefused as refused:
                report.refuse(_shown(source.file), str(refused))
            except (StorageFailed, NotWritten) as failure:
                raise click.ClickException(
                    f"{_shown(source.file)} was not imported to its end: {failure}. What was "
                    "recorded stays; run the command again to go on."
                ) from None
            else:
                report.add(_shown(source.file), done, path)
    return report


def _import(
    source: Source,
    ingest: Ingest,
    environment: Environment,
    checkpoints: CheckpointStore,
    path: Path,
    wish: Wish,
    stop: Stop,
    bar: Bar,
) -> Imported:
    bar.begin(_shown(source.file), source.content.size)
    return import_content(
        content=source.content,
        reader=source.reader,
        recorder=Recorder(
            writer=ingest.writer,
            directory=ingest.directory,
            environment=environment,
            clock=ingest.clock,
            settings=ingest.settings,
        ),
        checkpoints=checkpoints,
        rejected=RejectedFile(path, source.reader.rejected_head()),
        log_seq=ingest.stores.usage_log.head().seq,
        restart=wish.restart,
        as_new=wish.as_new,
        stop=stop,
        advanced=bar.advance,
    )


@contextmanager
def _signals(stop: Stop) -> Iterator[None]:
    """Let Ctrl-C and SIGTERM finish what is under way; a second one ends at once.

    Arrow would answer them too, by giving up what it parses.
    """
    pa.enable_signal_handlers(False)
    earlier = {
        number: signal.signal(number, lambda *_: stop.ask())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def _shown(file: str) -> str:
    return "Standard input" if file == STANDARD_INPUT else file
