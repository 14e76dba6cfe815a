"""A setting that cannot be used is named, and nothing is opened with it."""

from pathlib import Path

import pytest

from taximeter.settings import SettingError, Settings, read_settings
from tests.lifecycle.refusal import refusal


def test_what_is_not_set_keeps_its_default() -> None:
    assert read_settings({"TAXIMETER_DATA": "elsewhere"}) == Settings()


def test_settings_are_read_by_their_names() -> None:
    environ = {
        "TAXIMETER_CANCEL_WINDOW_HOURS": "unlimited",
        "TAXIMETER_LOG_MEMORY": "512MB",
        "TAXIMETER_VALUE_DIGITS_MAX": "20",
    }
    assert read_settings(environ) == Settings(
        cancel_window_hours="unlimited", log_memory="512MB", value_digits_max=20
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("EVENT_AGE_DAYS_MAX", "soon"),
        ("EVENT_AGE_DAYS_MAX", "0"),
        ("EVENT_AGE_DAYS_MAX", ""),
        ("CANCEL_WINDOW_HOURS", "never"),
        ("VALUE_DIGITS_MAX", "24"),
        ("COMMIT_EVENTS_MAX", "1.5"),
        ("IDEMPOTENCY_WINDOW_HOURS", "23"),
        ("LOG_THREADS", "0"),
        ("LOG_MEMORY", "plenty"),
        ("LOG_MEMORY", "4"),
        ("TAIL_EVENTS_MAX", "0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^TAXIMETER_{name} cannot be used: .*[.]$"):
        read_settings({f"TAXIMETER_{name}": value})


def test_a_window_of_identifiers_shorter_than_that_of_timestamps_is_refused() -> None:
    with pytest.raises(SettingError, match=r"^TAXIMETER_IDENTIFIER_WINDOW_DAYS must be greater"):
        read_settings({"TAXIMETER_EVENT_AGE_DAYS_MAX": "36"})


def test_a_request_that_no_queue_could_hold_is_refused() -> None:
    with pytest.raises(SettingError, match=r"^TAXIMETER_STREAM_EVENTS_MAX must not be greater"):
        read_settings({"TAXIMETER_QUEUE_EVENTS_MAX": "99"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TAXIMETER_LOG_MEMORY", "plenty"),
        ("TAXIMETER_USAGE_URL", "clickhouse://localhost"),
        ("TAXIMETER_RECORDS_URL", "postgresql://localhost/taximeter"),
    ],
)
def test_nothing_is_opened_with_a_setting_that_cannot_be_used(
    name: str, value: str, tmp_path: Path
) -> None:
    said = refusal(tmp_path / "data", environ={name: value})
    assert said.startswith(f"{name} ")
    assert not (tmp_path / "data").exists()
