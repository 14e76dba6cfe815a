"""The use case of the command: which meters, which questions, one answer."""

from collections.abc import Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from taximeter.cli.usage.answer import Answer, Row, by_window, rows_of
from taximeter.cli.usage.source import (
    CustomerFound,
    Figure,
    MeterFound,
    Question,
    UsageFailed,
    UsageSource,
)
from taximeter.kit.calendar import CalendarWindow, window_starts


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the person at the terminal asked for; times in Unix seconds."""

    meter: str | None
    customer: str | None
    by: tuple[str, ...]
    window: CalendarWindow | None
    zone: ZoneInfo
    start: int
    end: int
    as_of: int | None


def ask(source: UsageSource, wish: Wish) -> Answer:
    """Put the questions that a wish comes down to. Raises UsageFailed."""
    meters = _meters(source.meters(), wish)
    alone = len(meters) == 1
    rows: list[Row] = []
    starts = _window_starts(wish)
    named: Sequence[CustomerFound] = (
        [] if wish.customer is None else source.customers([wish.customer])
    )
    for meter in meters:
        question = Question(
            meter=meter,
            start=wish.start,
            end=wish.end,
            customer=wish.customer,
            by=wish.by,
            window=wish.window,
            timezone=wish.zone.key,
            starts=starts,
            as_of=wish.as_of,
        )
        windows = _windows(source, question) if wish.window is not None else ()
        if alone and wish.customer is not None and wish.window is not None:
            rows = by_window(question, windows)
        else:
            whole = source.figures(msgspec.structs.replace(question, window=None, starts=()))
            rows += rows_of(question, whole, windows)
    if wish.customer is None:
        named = source.customers(sorted({row.customer for row in rows}))
    return Answer(
        meters=meters,
        names={one.id: one.name for one in named},
        customer=wish.customer,
        by=wish.by,
        window=wish.window,
        window_starts=starts,
        timezone=wish.zone.key,
        start=wish.start,
        end=wish.end,
        as_of=wish.as_of,
        rows=tuple(rows),
    )


def _windows(source: UsageSource, question: Question) -> Sequence[Figure]:
    """Ask window by window, and make sure that both sides mean the same windows.

    One that only ends elsewhere would stand in the right place with another window's figure.
    """
    figures = source.figures(question)
    bounds = set(pairwise((*question.starts, question.end)))
    if not {(one.start, one.end) for one in figures} <= bounds:
        raise UsageFailed(
            f"The server knows other rules of {question.timezone} than this machine. Update the "
            "package tzdata, or the operating system, of the one that is behind."
        )
    return figures


def _window_starts(wish: Wish) -> tuple[int, ...]:
    if wish.window is None:
        return ()
    inner = window_starts(wish.start, wish.end, window=wish.window, zone=wish.zone)
    return (wish.start, *inner)


def _meters(found: Sequence[MeterFound], wish: Wish) -> tuple[MeterFound, ...]:
    if not found:
        raise UsageFailed(
            "There are no meters here yet. Create one with POST /v1/billing/meters, or start "
            "'taximeter demo' to see some."
        )
    if wish.meter is not None:
        fitting = [one for one in found if wish.meter in {one.id, one.event_name}]
        if not fitting:
            raise UsageFailed(
                f"There is no meter '{wish.meter}'. The meters here: {_listed(found)}."
            )
        chosen = [one for one in fitting if one.active] or fitting
        meters: tuple[MeterFound, ...] = (chosen[0],)
    elif len(found) == 1 or (wish.customer is not None and not wish.by):
        meters = tuple(found)
    else:
        raise UsageFailed(f"Which meter? Name one with --meter. The meters here: {_listed(found)}.")
    for key in wish.by:
        if key not in meters[0].dimensions:
            has = ", ".join(meters[0].dimensions) or "none"
            raise UsageFailed(
                f"'{key}' is not a dimension of meter {meters[0].event_name}; its dimensions are: "
                f"{has}."
            )
    return meters


def _listed(meters: Sequence[MeterFound]) -> str:
    return ", ".join(sorted({one.event_name for one in meters}))
