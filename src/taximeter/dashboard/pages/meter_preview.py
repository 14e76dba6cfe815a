"""The preview pane: example events, what each comes to, and the totals, before a meter is made."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.dashboard.format import window_name
from taximeter.ingest.event import Rejection, SentEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, Window
from taximeter.meters import Meter
from taximeter.settings import Settings
from taximeter.usage.preview import Judged, judge, preview_totals

EXAMPLES_MAX = 20
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_DAYS_AGO = (
    (2, 10 * HOUR_SECONDS + 5 * MINUTE_SECONDS, "cus_anna", "12"),
    (2, 10 * HOUR_SECONDS + 40 * MINUTE_SECONDS, "cus_anna", "30"),
    (2, 15 * HOUR_SECONDS, "cus_ben", "8"),
    (1, 9 * HOUR_SECONDS + 30 * MINUTE_SECONDS, "cus_anna", "4.5"),
    (1, 18 * HOUR_SECONDS + 20 * MINUTE_SECONDS, "cus_ben", "8"),
)
"""Examples on which the formulas and the ways of ingestion differ from each other."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An example event as it is typed; `dimensions` are its values by payload key."""

    time: str
    customer: str
    value: str
    dimensions: Mapping[str, str] = {}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an example."""

    kind: Literal["counts", "replaced", "rejected"]
    says: str


class PreviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """A window, or a group, or all: what each customer used, in order, and all of them."""

    label: str
    values: tuple[Decimal | None, ...]
    together: Decimal | None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What the examples come to."""

    outcomes: tuple[Outcome, ...]
    customers: tuple[str, ...]
    windows: tuple[PreviewRow, ...]
    groups: tuple[PreviewRow, ...]
    total: PreviewRow


def default_examples(now: int, keys: Sequence[str]) -> tuple[Example, ...]:
    """Return examples of the last two days."""
    midnight = now // DAY_SECONDS * DAY_SECONDS
    return tuple(
        Example(
            time=_typed(midnight - days * DAY_SECONDS + seconds),
            customer=customer,
            value=value,
            dimensions={key: f"{key}-{'ab'[index % 2]}" for key in keys},
        )
        for index, (days, seconds, customer, value) in enumerate(_DAYS_AGO)
    )


def next_example(examples: Sequence[Example], now: int, keys: Sequence[str]) -> Example:
    """Return one more: now, and otherwise like the last."""
    if not examples:
        return msgspec.structs.replace(default_examples(now, keys)[0], time=_typed(now))
    return msgspec.structs.replace(examples[-1], time=_typed(now // MINUTE_SECONDS * 60))


def preview(
    examples: Sequence[Example],
    *,
    meter: Meter,
    window: Window,
    now_us: int,
    settings: Settings,
) -> Preview:
    """Check and count the examples, in the order in which they stand."""
    moments = {index: _moment_us(one.time) for index, one in enumerate(examples) if one.time}
    legible = [index for index in range(len(examples)) if moments.get(index, 0) is not None]
    judged = judge(
        [_sent(examples[index], index, moments.get(index), meter) for index in legible],
        meter=meter,
        now_us=now_us,
        settings=settings,
    )
    by_place = dict(zip(legible, judged, strict=True))
    by_customer = preview_totals(judged, meter=meter, by_customer=True)
    customers = tuple(one.customer or "" for one in by_customer)
    return Preview(
        outcomes=tuple(
            _outcome(by_place.get(index), meter, one) for index, one in enumerate(examples)
        ),
        customers=customers,
        windows=_rows(judged, customers, meter=meter, window=window),
        groups=_rows(judged, customers, meter=meter, group_by=meter.dimension_keys)
        if meter.dimension_keys
        else (),
        total=PreviewRow(
            label="Total",
            values=tuple(one.value for one in by_customer),
            together=next((one.value for one in preview_totals(judged, meter=meter)), None),
        ),
    )


def _sent(example: Example, index: int, moment_us: int | None, meter: Meter) -> SentEvent:
    payload = {meter.customer_key: example.customer, meter.value_key: example.value}
    payload |= {key: example.dimensions.get(key, "") for key in meter.dimension_keys}
    return SentEvent(
        event_name=meter.event_name,
        payload={key: value for key, value in payload.items() if value},
        identifier=f"example-{index + 1}",
        timestamp_us=moment_us,
    )


def _outcome(judged: Judged | None, meter: Meter, example: Example) -> Outcome:
    if judged is None:
        says = f"'{example.time}' is no moment; write it as 2026-01-31T23:59."
        return Outcome(kind="rejected", says=says)
    if isinstance(judged.event, Rejection):
        return Outcome(kind="rejected", says=judged.event.message)
    if judged.replaced:
        says = f"Replaced by an event received later for the same {meter.event_time_window}."
        return Outcome(kind="replaced", says=says)
    return Outcome(kind="counts", says="Counts.")


def _rows(
    judged: Sequence[Judged],
    customers: Sequence[str],
    *,
    meter: Meter,
    window: Window | None = None,
    group_by: Sequence[str] = (),
) -> tuple[PreviewRow, ...]:
    together = preview_totals(judged, meter=meter, window=window, group_by=group_by)
    found = {
        (one.start_us if window else 0, one.dimensions, one.customer): one.value
        for one in preview_totals(
            judged, meter=meter, window=window, group_by=group_by, by_customer=True
        )
    }
    return tuple(
        PreviewRow(
            label=window_name(one.start_us // MICROSECONDS, window, "UTC")
            if window
            else " · ".join(one.dimensions),
            values=tuple(
                found.get((one.start_us if window else 0, one.dimensions, customer))
                for customer in customers
            ),
            together=one.value,
        )
        for one in together
    )


def _moment_us(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _typed(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M}"
