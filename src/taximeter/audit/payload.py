"""Checks of one event against its payload and its meter: what was read out of it, read again."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

import msgspec

from taximeter.ingest.event import (
    LoggedEvent,
    Reading,
    Rejection,
    dimension_values,
    read_value,
)
from taximeter.kit import decimals
from taximeter.meters import Meter
from taximeter.settings import Settings

# What was accepted under a higher limit than today's stays right.
_LENIENT = Settings(value_digits_max=23)


class Reread(msgspec.Struct, frozen=True, kw_only=True):
    """An event's columns, read out of its payload again."""

    customer: str | None
    reading: Reading
    dimensions: str


def reread(logged: LoggedEvent, meter: Meter) -> Reread | str:
    """Read the payload as ingestion does; a text where it cannot be read, saying why."""
    try:
        payload = msgspec.json.decode(logged.event.payload, type=dict[str, str])
    except msgspec.DecodeError as error:
        return f"its payload is not a map of texts ({error})"
    reading = read_value(payload, meter, _LENIENT)
    if isinstance(reading, Rejection):
        return reading.message
    missing = [key for key in meter.dimension_keys if not payload.get(key)]
    if missing:
        return f"its payload has no {', '.join(missing)}"
    return Reread(
        customer=payload.get(meter.customer_key),
        reading=reading,
        dimensions=dimension_values([payload[key] for key in meter.dimension_keys]),
    )


def differences(logged: LoggedEvent, again: Reread, meter: Meter) -> Iterator[str]:
    """Say which columns of an event are not what its payload, or its meter, says."""
    event = logged.event
    columns: Mapping[str, tuple[object, object]] = {
        "customer": (event.customer, again.customer),
        "value": (event.value, again.reading.value),
        "value_text": (event.value_text, again.reading.text),
        "dimensions": (event.dimensions, again.dimensions),
    }
    for name, (kept, true) in columns.items():
        if kept != true:
            yield f"seq {logged.seq} keeps {name} {_shown(kept)}; its payload says {_shown(true)}"
    if event.rollup != meter.rollup:
        yield (
            f"seq {logged.seq} keeps rollup '{event.rollup}'; its meter {meter.id} rolls up by "
            f"'{meter.rollup}'"
        )


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return decimals.text(value) if isinstance(value, Decimal) else f"'{value}'"
