"""A zone's calendar by looking at every minute, and moments at which zones do odd things."""

from datetime import datetime
from zoneinfo import ZoneInfo

MINUTE = 60

LABELS = {
    # With the offset: an hour that the clock goes through twice is two.
    "hour": "%Y-%m-%d %H %z",
    "day": "%Y-%m-%d",
    "week": "%G-W%V",
    "month": "%Y-%m",
}

TURNS = [
    ("America/New_York", "2026-03-08T07:00Z"),  # 2:00 becomes 3:00
    ("America/New_York", "2026-11-01T06:00Z"),  # 2:00 becomes 1:00
    ("America/Sao_Paulo", "2018-02-18T02:00Z"),  # midnight becomes 23:00
    ("America/Sao_Paulo", "2018-11-04T03:00Z"),  # midnight becomes 1:00
    ("Asia/Beirut", "2022-03-26T22:00Z"),  # midnight becomes 1:00
    ("Asia/Beirut", "2022-10-29T21:00Z"),  # midnight becomes 23:00
    ("Africa/Cairo", "2023-04-27T22:00Z"),  # midnight becomes 1:00
    ("Africa/Cairo", "2023-10-26T21:00Z"),  # midnight becomes 23:00
    ("Australia/Lord_Howe", "2026-04-04T15:00Z"),  # 2:00 becomes 1:30
    ("Australia/Lord_Howe", "2026-10-03T15:30Z"),  # 2:00 becomes 2:30
    ("Pacific/Chatham", "2026-04-04T14:00Z"),  # 3:45 becomes 2:45
    ("Pacific/Chatham", "2026-09-26T14:00Z"),  # 2:45 becomes 3:45
    ("Pacific/Apia", "2011-12-30T10:00Z"),  # the 29th ends, the 31st begins
    ("Pacific/Kwajalein", "1993-08-21T12:00Z"),  # the 20th ends, the 22nd begins
    ("America/St_Johns", "2009-11-01T02:31Z"),  # a minute past midnight becomes 23:01
    ("Africa/Casablanca", "2026-03-22T02:00Z"),  # five weeks after the last change
    ("Asia/Pyongyang", "2018-05-04T15:00Z"),  # 23:30 becomes midnight
    ("Asia/Kathmandu", "2026-09-22T18:15Z"),  # a midnight and nothing else
    ("Asia/Kolkata", "2026-09-30T18:30Z"),  # a midnight, of a month
    ("UTC", "2026-01-01T00:00Z"),
]


def moment(text: str) -> int:
    """An ISO time in Unix seconds."""
    return int(datetime.fromisoformat(text).timestamp())


def label(at: int, zone: ZoneInfo, window: str) -> str:
    """What the zone's wall calendar calls the window that a moment lies in."""
    return datetime.fromtimestamp(at, zone).strftime(LABELS[window])


def windows(start: int, end: int, *, window: str, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Runs of minutes under one label; start, end and every change lie on whole minutes."""
    bounds = [start]
    current = label(start, zone, window)
    for minute in range(start + MINUTE, end, MINUTE):
        if (found := label(minute, zone, window)) != current:
            bounds.append(minute)
            current = found
    return list(zip(bounds, [*bounds[1:], end], strict=True))
