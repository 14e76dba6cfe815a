"""Timestamps as files spell them: Unix seconds, a UTC day, or ISO 8601 with a zone offset.

Columns that hold one kind are read whole; every other one timestamp by timestamp, by the rules in
`read_timestamp`, which alone decide. A property test holds the two together.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import numpy as np
import pyarrow as pa

from taximeter.imports.rows import SentTimestamp
from taximeter.ingest.columns import Moments
from taximeter.kit.clock import MICROSECONDS

_SECONDS_DIGITS_MAX = 11
_SECONDS = re.compile(r"(-?)([0-9]{1,11})(?:\.([0-9]+))?", re.ASCII)
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[T ]([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?)?"
    r" ?(Z|UTC|[+-][0-9]{2}(?::?[0-9]{2})?)?)?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ISO_TYPE: Any = pa.timestamp("us", "UTC")


def read_timestamp(sent: SentTimestamp) -> int | str:
    """Return a timestamp in microseconds, or the sentence that says why it is none."""
    if sent is None or sent == "":
        return "The timestamp is missing. Each row needs one: Unix seconds, or ISO 8601."
    text = sent if isinstance(sent, str) else str(sent)
    found = _SECONDS.fullmatch(text)
    if found is not None:
        moment = int(found[2]) * MICROSECONDS + _microseconds(found[3])
        return -moment if found[1] else moment
    found = _ISO.fullmatch(text)
    if found is None:
        return (
            f"The timestamp '{text[:40]}' cannot be read. Send Unix seconds, a day such as "
            "2026-11-23, or a moment with its zone offset, such as 2026-11-23T10:00:00+05:30."
        )
    if found[4] is not None and found[8] is None:
        return (
            f"The timestamp '{text}' has no zone offset. Append Z if it is UTC, or the offset, "
            "such as +05:30."
        )
    year, month, day, hour, minute, second = (int(found[group] or 0) for group in range(1, 7))
    try:
        zone = _zone(found[8])
        moment_at = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        return f"The timestamp '{text}' names no moment: {error}."
    return (moment_at - _EPOCH) // _MICROSECOND + _microseconds(found[7])


def _microseconds(digits: str | None) -> int:
    return int((digits or "0").ljust(6, "0")[:6])


def _zone(text: str | None) -> timezone:
    if text in (None, "Z", "UTC"):
        return UTC
    assert text is not None, "handled above"
    digits = text[1:].replace(":", "").ljust(4, "0")
    if int(digits[2:]) > 59:
        raise ValueError("offset minutes must be in 0..59")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def read_plain_column(sent: Sequence[SentTimestamp]) -> Moments | None:
    """Read a column of Unix seconds, or one of moments in ISO 8601; None where it is neither."""
    kinds = set(map(type, sent))
    if kinds == {int}:
        return _seconds(cast("Sequence[int]", sent))
    if kinds != {str}:
        return None
    texts = cast("Sequence[str]", sent)
    joined = "".join(texts)
    if joined.isascii() and joined.isdigit():
        if not all(texts) or max(map(len, texts)) > _SECONDS_DIGITS_MAX:
            return None
        return _seconds(list(map(int, texts)))
    try:
        moments = pa.array(texts, pa.string()).cast(_ISO_TYPE).cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    read: Moments = moments.to_numpy()
    return read


def _seconds(sent: Sequence[int]) -> Moments | None:
    if len(str(max(sent))) > _SECONDS_DIGITS_MAX or min(sent) < 0:
        return None
    return np.array(sent, dtype=np.int64) * MICROSECONDS
