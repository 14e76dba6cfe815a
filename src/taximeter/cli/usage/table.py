"""An answer as a table: exact figures, and a picture of them in whatever room is left."""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.text import Text

from taximeter.cli.terminal import plain_table
from taximeter.cli.usage.answer import Answer, Row
from taximeter.cli.usage.bars import bar, shrunk, sparkline
from taximeter.kit import decimals
from taximeter.kit.zones import UTC

PICTURE_COLUMNS_MAX = 40
PICTURE_COLUMNS_MIN = 6
_GAP = 2


class Column(msgspec.Struct, frozen=True):
    """A column of text: its heading, what it says of a row, and how it is laid."""

    heading: str
    cell: Callable[[Row], str]
    number: bool = False
    total: str = ""


def print_answer(answer: Answer, console: Console) -> None:
    """Print a heading, the table, and how its rows add up where they do."""
    console.print(Text(_heading(answer), style="bold"), soft_wrap=True)
    if not answer.rows:
        console.print("No usage in this time.")
        return
    columns = _columns(answer)
    table = plain_table()
    cells = [[column.cell(row) for column in columns] for row in answer.rows]
    footer = [column.total for column in columns]
    for column in columns:
        table.add_column(
            column.heading,
            justify="right" if column.number else "left",
            no_wrap=column.number,
            overflow="fold",
        )
    room = console.width - _width([[one.heading for one in columns], *cells, footer])
    draw = _picture(answer, min(room, PICTURE_COLUMNS_MAX)) if _draws(console) else None
    if draw is not None:
        table.add_column(_picture_heading(answer), no_wrap=True)
    for row, texts in zip(answer.rows, cells, strict=True):
        table.add_row(*map(Text, texts), *([draw(row)] if draw else []))
    if any(footer) and len(answer.rows) > 1:
        table.add_row(*(Text(text, style="bold") for text in footer))
    console.print(table)


def _heading(answer: Answer) -> str:
    subject = "Usage"
    if len(answer.meters) == 1:
        subject = f"{answer.meters[0].event_name} ({answer.meters[0].formula})"
    if answer.customer is not None:
        name = answer.names.get(answer.customer)
        subject += f" of {name or answer.customer}"
    period = f"{_day(answer, answer.start)} to {_day(answer, answer.end - 1)}"
    as_of = "" if answer.as_of is None else f", as of {_local(answer, answer.as_of)}"
    return f"{subject}, {period} {answer.timezone}{as_of}"


def _local(answer: Answer, unix_seconds: int) -> str:
    local = datetime.fromtimestamp(unix_seconds, ZoneInfo(answer.timezone))
    return f"{local:%Y-%m-%d %H:%M:%S}"


def _day(answer: Answer, unix_seconds: int) -> str:
    return _local(answer, unix_seconds)[:10]


def _hour(answer: Answer, unix_seconds: int) -> str:
    """Write an hour; outside UTC with its offset, by which one that comes twice can be told."""
    local = datetime.fromtimestamp(unix_seconds, ZoneInfo(answer.timezone))
    return f"{local:%Y-%m-%d %H:%M}" + (f" {local:%z}" if answer.timezone != UTC else "")


def _columns(answer: Answer) -> list[Column]:
    columns: list[Column] = []
    windowed = _windowed(answer)
    if windowed:
        spell = _hour if answer.window == "hour" else _day
        heading = str(answer.window).title()
        columns.append(Column(heading, lambda row: spell(answer, row.start)))
    if len(answer.meters) > 1 or (answer.customer and not windowed and not answer.by):
        formulas = {one.event_name: one.formula for one in answer.meters}
        columns.append(Column("Meter", lambda row: row.meter))
        columns.append(Column("Formula", lambda row: formulas[row.meter]))
    if answer.customer is None:
        columns.append(Column("Customer", lambda row: answer.names.get(row.customer, "")))
        columns.append(Column("ID", lambda row: row.customer))
    columns += [_dimension(index, key) for index, key in enumerate(answer.by)]
    total = answer.total
    if columns and total is not None:
        columns[0] = msgspec.structs.replace(columns[0], total="Total")
    columns.append(
        Column(
            "Total",
            lambda row: spelled(row.value),
            number=True,
            total="" if total is None else spelled(total),
        )
    )
    comparable = len(answer.rows) > 1 and all(row.value >= 0 for row in answer.rows)
    if total and comparable and answer.window is None:
        columns.append(Column("Share", lambda row: f"{row.value / total:.1%}", number=True))
    return columns


def _dimension(index: int, key: str) -> Column:
    return Column(key, lambda row: row.dimensions[index])


def _windowed(answer: Answer) -> bool:
    return answer.window is not None and not answer.rows[0].windows


def spelled(value: Decimal) -> str:
    """Write a decimal with all its digits and a comma between the thousands."""
    return format(decimals.normal(value), ",f")


def _width(lines: Sequence[Sequence[str]]) -> int:
    return sum(max(map(len, column)) + _GAP for column in zip(*lines, strict=True))


def _draws(console: Console) -> bool:
    return console.encoding.startswith("utf")


def _picture_heading(answer: Answer) -> str:
    if answer.window is None or _windowed(answer):
        return ""
    return f"{answer.window.title()}s"


def _picture(answer: Answer, columns: int) -> Callable[[Row], Text] | None:
    """Return how to draw a row, or None where there is no room or nothing to compare."""
    if columns < PICTURE_COLUMNS_MIN:
        return None
    if answer.window is not None and not _windowed(answer):
        return lambda row: _sparkline(row, columns)
    if len(answer.meters) > 1 or len(answer.rows) == 1:
        return None
    largest = max(abs(row.value) for row in answer.rows)
    return lambda row: Text(
        bar(row.value, largest=largest, columns=columns),
        style="red" if row.value < 0 else "cyan",
    )


def _sparkline(row: Row, columns: int) -> Text:
    values = shrunk(row.windows, columns=columns)
    largest = max((value for value in values if value is not None), default=decimals.ZERO)
    return Text(sparkline(values, largest=largest), style="cyan")
