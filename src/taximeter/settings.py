"""Every knob and every limit: one frozen struct, checked at start.

Each field is read from `TAXIMETER_` and its name in capitals, for instance
`TAXIMETER_CANCEL_WINDOW_HOURS=unlimited`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
Natural = Annotated[int, msgspec.Meta(ge=0)]
Size = Annotated[str, msgspec.Meta(pattern="^[0-9]+(KB|MB|GB|TB)$")]

_GRACE_RULE = r"(cycle|metered|cycle\+metered)=([0-9]|[1-6][0-9]|7[0-2])"
GraceRules = Annotated[str, msgspec.Meta(pattern=f"^({_GRACE_RULE}(,{_GRACE_RULE})*)?$")]
"""Hours for invoices that meet conditions, such as `cycle=24,metered=48,cycle+metered=72`."""


class SettingError(ValueError):
    """A setting cannot be used; the message names it and says what it takes."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may change. Units stand last in the names."""

    # Where records and usage lie beyond the data directory; unset, both are embedded.
    usage_url: str | None = None
    records_url: str | None = None

    # Meter events
    event_age_days_max: Positive = 35
    event_future_seconds_max: Natural = 300
    identifier_window_days: Positive = 36
    cancel_window_hours: Positive | Literal["unlimited"] = 24
    value_digits_max: Annotated[int, msgspec.Meta(ge=1, le=23)] = 15
    payload_keys_max: Positive = 50
    payload_value_characters_max: Positive = 500

    # The writer
    commit_events_max: Positive = 20_000
    queue_events_max: Positive = 200_000

    # HTTP
    stream_events_max: Positive = 100
    body_bytes_max: Positive = 1_048_576
    bodies_bytes_max: Positive = 67_108_864
    header_bytes_max: Positive = 65_536
    request_seconds_max: Positive = 60
    idle_seconds_max: Positive = 75
    connections_max: Positive = 16_384
    idempotency_window_hours: Annotated[int, msgspec.Meta(ge=24)] = 720
    customer_cache_entries_max: Positive = 200_000
    key_cache_seconds: Natural = 1
    shutdown_seconds_max: Positive = 20

    # Alerts
    alert_interval_ms: Positive = 250
    alert_rows_max: Positive = 200_000

    # Due work
    due_batch_max: Positive = 2_000

    # Test clocks
    test_clock_advance_days_max: Annotated[int, msgspec.Meta(ge=1, le=36_600)] = 3_660
    test_clock_kept_days: Positive = 30

    # Reading usage
    meter_usage_meters_max: Positive = 100
    meter_usage_all_meters_max: Positive = 1_000
    meter_usage_windows_max: Positive = 10_000
    meter_usage_rows_max: Positive = 50_000

    # The usage log
    log_memory: Size = "512MB"
    log_threads: Positive = 2
    tail_events_max: Positive = 250_000

    # Invoices
    grace_period_hours: Annotated[int, msgspec.Meta(ge=0, le=72)] = 1
    grace_period_rules: GraceRules | None = None
    late_usage: Literal["report", "bill"] = "report"
    threshold_check_seconds: Positive = 60
    upcoming_invoice_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 7
    invoice_due_notice_days: Annotated[int, msgspec.Meta(ge=0, le=365)] = 3

    # Webhooks
    event_destinations_max: Positive = 16
    webhook_deliveries_at_once_max: Positive = 16
    webhook_connect_seconds_max: Positive = 5
    webhook_response_seconds_max: Positive = 20
    webhook_response_bytes_max: Natural = 4_096
    webhook_retry_hours: Positive = 72
    webhook_disable_days: Positive = 5
    webhook_private_addresses: bool = False

    # Check before use
    live_totals_max: Positive = 100_000
    limited_customers_max: Positive = 20_000
    reservations_max: Positive = 100_000
    reservation_batch_max: Positive = 1_000
    reservation_seconds_max: Positive = 86_400
    reservation_kept_days: Positive = 30

    # The dashboard
    browser_session_hours: Positive = 168
    sign_in_link_minutes: Positive = 60
    sign_in_attempts_max: Positive = 10
    sign_in_attempts_minutes: Positive = 15
    chart_windows_max: Positive = 800
    upload_bytes_max: Positive = 104_857_600
    uploads_kept_max: Positive = 100
    request_log_entries_max: Natural = 1_000


PREFIX = "TAXIMETER_"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; what is not set keeps its default.

    Raises SettingError for a value that the setting does not take.
    """
    given = {
        field: environ[PREFIX + field.upper()]
        for field in Settings.__struct_fields__
        if PREFIX + field.upper() in environ
    }
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingError(_explain(str(error))) from None
    if settings.identifier_window_days <= settings.event_age_days_max:
        raise SettingError(
            f"{PREFIX}IDENTIFIER_WINDOW_DAYS must be greater than {PREFIX}EVENT_AGE_DAYS_MAX: "
            "while an event's timestamp is accepted, its identifier has to be remembered."
        )
    if settings.stream_events_max > settings.queue_events_max:
        raise SettingError(
            f"{PREFIX}STREAM_EVENTS_MAX must not be greater than {PREFIX}QUEUE_EVENTS_MAX: the "
            "events of one request wait for their commit together."
        )
    return settings


def _explain(message: str) -> str:
    reason, _, path = message.partition(" - at `$.")
    reason = reason[0].lower() + reason[1:]
    return (
        f"{PREFIX}{path.rstrip('`').upper()} cannot be used: {reason}. Correct it, or unset it for "
        "its default."
    )
