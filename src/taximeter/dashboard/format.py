"""How numbers, money and moments are written for people."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from taximeter.kit import decimals, money
from taximeter.kit.calendar import CalendarWindow
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS

NOTHING = "\u2013"


def quantity(value: Decimal | int | None) -> str:
    """Write a quantity with all its digits and a comma between thousands: 1,234.5."""
    if value is None:
        return NOTHING
    whole, point, places = decimals.text(Decimal(value)).partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{point}{places}"


def amount(minor: int | None, currency: str) -> str:
    """Write an amount with its currency: 1,234.50 USD."""
    return NOTHING if minor is None else f"{money.spelled(minor, currency)} {currency.upper()}"


def change_of(minor: int, currency: str) -> str:
    """Write by how much an amount changes, with its sign: +1.50 USD."""
    return f"{'+' if minor > 0 else ''}{amount(minor, currency)}"


def decimal_text(text: str) -> str:
    """Write a quantity that travels as text, as in wire objects."""
    return quantity(decimals.parsed(text))


def decimal_amount(text: str, currency: str) -> str:
    """Write an exact amount that travels as text, as in wire objects."""
    return exact_amount(decimals.parsed(text), currency)


def exact_amount(minor: Decimal | None, currency: str) -> str:
    """Write an amount that is not rounded, with at least the places of money: 0.002 USD."""
    if minor is None:
        return NOTHING
    text = quantity(money.major(minor, currency))
    whole, _, after = text.partition(".")
    after = after.ljust(money.places(currency), "0")
    return f"{whole}{'.' if after else ''}{after} {currency.upper()}"


def day(seconds: int | None, zone: str = "UTC") -> str:
    """Write the day of a moment: 2026-01-31."""
    if seconds is None:
        return NOTHING
    return f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):%Y-%m-%d}"


def ends_of(start: int, end: int) -> tuple[str, str]:
    """Write where a period begins and ends in UTC: days where it has whole ones, else minutes."""
    whole = start % DAY_SECONDS == 0 and end % DAY_SECONDS == 0
    shape = "%Y-%m-%d" if whole else "%Y-%m-%d %H:%M"
    return (
        datetime.fromtimestamp(start, UTC).strftime(shape),
        datetime.fromtimestamp(end, UTC).strftime(shape),
    )


def moment(seconds: int | None, zone: str = "UTC") -> str:
    """Write a moment to the second, with its zone: 2026-01-31 23:59:59 UTC."""
    if seconds is None:
        return NOTHING
    return f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} {zone}"


def iso(seconds: int) -> str:
    """Write a moment as the `datetime` attribute takes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(seconds: int, now: int) -> str:
    """Write how long ago a moment was: 3 hours ago."""
    passed = _length(now - seconds)
    return "just now" if passed is None else f"{passed} ago"


def until(seconds: int, now: int) -> str:
    """Write how far off a moment is: in 3 hours."""
    left = _length(seconds - now)
    return "in less than a minute" if left is None else f"in {left}"


def _length(seconds: int) -> str | None:
    """Write a length of time by its largest unit; None for less than a minute."""
    for length, name in ((DAY_SECONDS, "day"), (HOUR_SECONDS, "hour"), (MINUTE_SECONDS, "minute")):
        if seconds >= length:
            count = seconds // length
            return f"{count} {name}{'' if count == 1 else 's'}"
    return None


def window_name(start: int, window: CalendarWindow | Literal["minute"], zone: str) -> str:
    """Name a window by where it begins, as a chart and its table show it."""
    local = datetime.fromtimestamp(start, ZoneInfo(zone))
    match window:
        case "minute" | "hour":
            return f"{local:%Y-%m-%d %H:%M}"
        case "day":
            return f"{local:%Y-%m-%d}"
        case "week":
            return f"week of {local:%Y-%m-%d}"
        case "month":
            return f"{local:%Y-%m}"
