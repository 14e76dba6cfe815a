"""A meter that is being typed, with example events: what stands in the form, and what it means."""

from typing import Literal

import msgspec

from taximeter import meters
from taximeter.dashboard.calls import Parameter
from taximeter.dashboard.fields import Cells
from taximeter.dashboard.page import View
from taximeter.dashboard.pages.meter_preview import (
    EXAMPLES_MAX,
    Example,
    default_examples,
    next_example,
)
from taximeter.kit.periods import Window
from taximeter.meters import DEFAULT_CUSTOMER_KEY, DEFAULT_VALUE_KEY, FormulaName, Meter

UNNAMED = "my_event"
"""Stands in examples for an event name that is not typed yet."""

Ingestion = Literal["raw", "hour", "day"]


class MeterDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The form while it is typed, and the examples, row by row.

    `cell` holds the examples' dimension values and `cell_key` the dimension of each. `act` adds an
    example, or drops the one of a number.
    """

    display_name: str = ""
    event_name: str = ""
    formula: FormulaName = "sum"
    ingestion: Ingestion = "raw"
    customer_key: str = DEFAULT_CUSTOMER_KEY
    value_key: str = DEFAULT_VALUE_KEY
    dimensions: str = ""
    window: Window = "day"
    time: Cells = ()
    customer: Cells = ()
    value: Cells = ()
    cell: Cells = ()
    cell_key: Cells = ()
    act: str = ""


def drafted(view: View, query: MeterDraft, keys: tuple[str, ...]) -> Meter:
    """Return the meter that is typed. Raises InvalidRequest where there can be none."""
    return meters.draft(
        environment=view.environment,
        now=view.now(),
        display_name=query.display_name,
        event_name=query.event_name or UNNAMED,
        formula=query.formula,
        event_time_window=window_of(query.ingestion),
        customer_key=query.customer_key,
        value_key=query.value_key,
        dimension_keys=keys,
    )


def dimension_keys(typed: str) -> tuple[str, ...]:
    """Read dimensions that stand one a line."""
    return tuple(one.strip() for one in typed.splitlines() if one.strip())


def window_of(ingestion: Ingestion) -> Window | None:
    """Return the window of which only the last event counts."""
    return None if ingestion == "raw" else ingestion


def typed_examples(query: MeterDraft, keys: tuple[str, ...], now: int) -> tuple[Example, ...]:
    """Return the rows of examples; the default ones while nothing was typed."""
    if not query.time and not query.act:
        return default_examples(now, keys)
    cells: dict[str, list[str]] = {}
    for key, value in zip(query.cell_key, query.cell, strict=False):
        cells.setdefault(key, []).append(value)
    fresh = default_examples(now, keys)
    rows = zip(query.time, query.customer, query.value, strict=False)
    examples = [
        Example(
            time=time,
            customer=customer,
            value=value,
            dimensions={
                # A dimension that was just typed has no values yet: suggest some.
                key: cells[key][index]
                if index < len(cells.get(key, ()))
                else fresh[index % len(fresh)].dimensions[key]
                for key in keys
            },
        )
        for index, (time, customer, value) in enumerate(rows)
    ]
    if query.act == "add":
        examples.append(next_example(examples, now, keys))
    elif query.act in {str(index) for index in range(len(examples))}:
        del examples[int(query.act)]
    return tuple(examples[:EXAMPLES_MAX])


def parameters_of(query: MeterDraft, keys: tuple[str, ...]) -> dict[str, Parameter]:
    """Return what the API is sent for the same meter, what stands at its default left out."""
    parameters: dict[str, Parameter] = {
        "display_name": query.display_name or "My meter",
        "event_name": query.event_name or UNNAMED,
        "default_aggregation": {"formula": query.formula},
    }
    if query.ingestion != "raw":
        parameters["event_time_window"] = query.ingestion
    if query.customer_key != DEFAULT_CUSTOMER_KEY:
        parameters["customer_mapping"] = {
            "type": "by_id",
            "event_payload_key": query.customer_key,
        }
    if query.value_key != DEFAULT_VALUE_KEY:
        parameters["value_settings"] = {"event_payload_key": query.value_key}
    if keys:
        parameters["dimension_payload_keys"] = keys
    return parameters
