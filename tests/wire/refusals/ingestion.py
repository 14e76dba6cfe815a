"""Lists of what became of events, asked for wrongly."""

from typing import Any

from tests.wire.refusals.refusal import NOON, Refusal

STATISTICS = "/v1/billing/ingestion_statistics"
REJECTED = "/v1/billing/rejected_meter_events"
MINUTE = NOON // 60 * 60


def _row(name: str, path: str, param: str, message: str, **expected: Any) -> Refusal:
    return Refusal(
        name=f"ingestion: {name}",
        method="GET",
        path=path,
        param=param,
        message=message,
        **expected,
    )


def _both(name: str, query: str, param: str, message: str, **expected: Any) -> list[Refusal]:
    return [
        _row(f"{name} of {kind}", f"{path}?{query}", param, message, **expected)
        for kind, path in (("statistics", STATISTICS), ("rejected events", REJECTED))
    ]


INGESTION = (
    *_both(
        "no meter", "meter=mtr_none", "meter", "No such meter: 'mtr_none'", code="resource_missing"
    ),
    *_both(
        "limit 0",
        "limit=0",
        "limit",
        "This value must be greater than or equal to 1 (it currently is '0').",
        code="parameter_invalid_integer",
    ),
    *_both(
        "both cursors",
        "starting_after=a&ending_before=b",
        "ending_before",
        "You may only specify one of these parameters: ending_before, starting_after.",
        code="parameters_exclusive",
    ),
    *(
        _row(
            f"the cursor {id}",
            f"{STATISTICS}?starting_after={id}",
            "starting_after",
            f"No such ingestion statistics: '{id}'. Page with the `id` of a row of this list.",
            code="resource_missing",
        )
        for id in ("x", f"igst_{NOON}", f"igst_{'9' * 13}_none", f"igst_{NOON}_cus_1")
    ),
    *(
        _row(
            f"the cursor {id} of rejected events",
            f"{REJECTED}?ending_before={id}",
            "ending_before",
            f"No such rejected meter event: '{id}'. Page with the `id` of an event of this list.",
            code="resource_missing",
        )
        for id in ("x", f"rejmtrev_{NOON}_1_1", f"rejmtrev_{'9' * 19}_{'f' * 16}_1")
    ),
    _row(
        "an empty range of statistics",
        f"{STATISTICS}?start_time={NOON}&end_time={NOON}",
        "end_time",
        f"Invalid end_time: {MINUTE} must be later than start_time ({MINUTE}), in whole minutes.",
    ),
    _row(
        "a range that begins in the future",
        f"{STATISTICS}?start_time={NOON + 60}",
        "start_time",
        f"Invalid end_time: {MINUTE + 60} must be later than start_time ({MINUTE + 60}), in whole "
        "minutes.",
    ),
    _row(
        "an empty range of rejected events",
        f"{REJECTED}?start_time={NOON}&end_time={NOON - 1}",
        "end_time",
        f"Invalid end_time: {NOON - 1} must be later than start_time ({NOON}).",
    ),
    _row(
        "a code that is none",
        f"{REJECTED}?code=odd",
        "code",
        "Invalid code: must be one of archived_meter, meter_event_customer_not_found, "
        "meter_event_invalid_value, meter_event_no_customer_defined, "
        "meter_event_payload_too_large, meter_event_value_not_found, "
        "meter_event_value_too_many_digits, missing_dimension_payload_keys, no_meter, "
        "timestamp_in_future, or timestamp_too_far_in_past",
    ),
)
