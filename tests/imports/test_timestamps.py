"""Timestamps in files: what is accepted, and what is told of all else."""

import pytest

from taximeter.imports.timestamps import read_timestamp

NOON_US = 1_795_435_200_000_000
SECOND_US = 1_000_000


@pytest.mark.parametrize(
    ("text", "moment_us"),
    [
        ("1795435200", NOON_US),
        ("1795435200.0", NOON_US),
        ("1795435200.25", NOON_US + SECOND_US // 4),
        ("-1", -SECOND_US),
        ("2026-11-23", NOON_US - 12 * 3_600 * SECOND_US),
        ("2026-11-23T12:00:00Z", NOON_US),
        ("2026-11-23 12:00:00 UTC", NOON_US),
        ("2026-11-23T17:30:00+0530", NOON_US),
        ("2026-11-23T17:30:00+05:30", NOON_US),
        ("2026-11-23 17:30:00 +0530", NOON_US),
        ("2026-11-23T04:00-08", NOON_US),
        ("2026-11-23T12:00:00.123456789Z", NOON_US + 123_456),
    ],
)
def test_a_timestamp_is_read(text: str, moment_us: int) -> None:
    assert read_timestamp(text) == moment_us


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (None, "is missing"),
        ("", "is missing"),
        ("yesterday", "cannot be read"),
        ("23.11.2026", "cannot be read"),
        ("1795435200000", "cannot be read"),
        ("20261123T120000Z", "cannot be read"),
        ("1_000", "cannot be read"),
        ("٣", "cannot be read"),
        ("2026-11-23T12:00:00", "has no zone offset"),
        ("2026-11-31", "names no moment"),
        ("2026-11-23T24:00:00Z", "names no moment"),
        ("2026-11-23T12:00:00+05:99", "names no moment"),
        ("2026-11-23T12:00:00+24:00", "names no moment"),
    ],
)
def test_what_is_no_timestamp_is_told_why(sent: str | None, sentence: str) -> None:
    answer = read_timestamp(sent)
    assert isinstance(answer, str)
    assert sentence in answer
