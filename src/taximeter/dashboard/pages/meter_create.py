"""Creating a meter by hand: the form, and beside it what example events would come to."""

from typing import Annotated, Literal

import msgspec

from taximeter import meters
from taximeter.dashboard.calls import Call, Parameter, calls
from taximeter.dashboard.fields import Cells, FieldErrors
from taximeter.dashboard.page import Change, Done, Page, View
from taximeter.dashboard.pages.formulas import FORMULAS, INGESTION
from taximeter.dashboard.pages.meter_preview import (
    EXAMPLES_MAX,
    Example,
    Preview,
    default_examples,
    next_example,
    preview,
)
from taximeter.errors import InvalidRequest
from taximeter.kit.periods import Window
from taximeter.meters import DEFAULT_CUSTOMER_KEY, DEFAULT_VALUE_KEY, FormulaName, Meter

DIMENSIONS_MAX = 20
KEY_CHARACTERS_MAX = 100
UNNAMED = "my_event"
"""Stands in examples for an event name that is not typed yet."""

Ingestion = Literal["raw", "hour", "day"]
PayloadKey = Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_CHARACTERS_MAX)]


class MeterForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form, as it is sent; dimensions stand one a line."""

    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]
    event_name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    formula: FormulaName
    ingestion: Ingestion = "raw"
    customer_key: PayloadKey = DEFAULT_CUSTOMER_KEY
    value_key: PayloadKey = DEFAULT_VALUE_KEY
    dimensions: str = ""


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


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of several, with what it means."""

    value: str
    label: str
    says: str


class MeterCreateData(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, what is typed so far, and what the examples come to.

    `preview` is None, and `problem` says why, while no meter can be made of what is typed.
    """

    formulas: tuple[Choice, ...]
    ingestions: tuple[Choice, ...]
    query: MeterDraft
    dimension_keys: tuple[str, ...]
    examples: tuple[Example, ...]
    added: bool
    preview: Preview | None
    problem: str = ""
    calls: tuple[Call, ...]

    @property
    def may_add(self) -> bool:
        """Say whether there is room for one more example."""
        return len(self.examples) < EXAMPLES_MAX


def read_form_page(view: View, query: MeterDraft) -> MeterCreateData:
    """Return the choices, and the preview of what is typed so far."""
    keys = _dimension_keys(query.dimensions)
    examples = _examples(query, keys, view.now())
    found, problem = None, ""
    try:
        found = preview(
            examples,
            meter=_draft(view, query, keys),
            window=query.window,
            now_us=view.services.clock.now_us(),
            settings=view.services.settings,
        )
    except InvalidRequest as error:
        problem = error.message
    return MeterCreateData(
        formulas=tuple(
            Choice(value=name, label=label, says=says) for name, (label, says) in FORMULAS.items()
        ),
        ingestions=tuple(
            Choice(value=name or "raw", label=label, says=says)
            for name, (label, says) in INGESTION.items()
        ),
        query=query,
        dimension_keys=keys,
        examples=examples,
        added=query.act == "add",
        preview=found,
        problem=problem,
        calls=calls(
            origin=view.origin,
            path="/v1/billing/meters",
            method="billing.meters.create",
            parameters=_parameters(query, keys),
        ),
    )


def _draft(view: View, query: MeterDraft, keys: tuple[str, ...]) -> Meter:
    return meters.draft(
        environment=view.environment,
        now=view.now(),
        display_name=query.display_name,
        event_name=query.event_name or UNNAMED,
        formula=query.formula,
        event_time_window=_window(query.ingestion),
        customer_key=query.customer_key,
        value_key=query.value_key,
        dimension_keys=keys,
    )


def _dimension_keys(typed: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in typed.splitlines() if one.strip())


def _window(ingestion: Ingestion) -> Window | None:
    return None if ingestion == "raw" else ingestion


def _examples(query: MeterDraft, keys: tuple[str, ...], now: int) -> tuple[Example, ...]:
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


def _parameters(query: MeterDraft, keys: tuple[str, ...]) -> dict[str, Parameter]:
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


def create_meter(view: View, form: MeterForm) -> Done:
    """Make the meter. Raises FieldErrors and InvalidRequest."""
    keys = _dimension_keys(form.dimensions)
    if len(keys) > DIMENSIONS_MAX:
        raise FieldErrors({"dimensions": f"A meter can have at most {DIMENSIONS_MAX} dimensions."})
    if any(len(key) > KEY_CHARACTERS_MAX for key in keys):
        raise FieldErrors(
            {"dimensions": f"A payload key has at most {KEY_CHARACTERS_MAX} characters."}
        )
    meter = meters.create(
        store=view.unit.meters,
        environment=view.environment,
        now=view.now(),
        display_name=form.display_name,
        event_name=form.event_name,
        formula=form.formula,
        event_time_window=_window(form.ingestion),
        customer_key=form.customer_key,
        value_key=form.value_key,
        dimension_keys=keys,
    )
    return Done(
        location=view.url(f"meters/{meter.id}"),
        message=f"Made the meter {meter.display_name}. It takes events now.",
    )


PAGE = Page(
    path="meters/new",
    area="meters",
    query=MeterDraft,
    read=read_form_page,
    template="meter_create.html",
    title=lambda _: "Create a meter",
    for_admins=True,
)

CREATE = Change(
    path="meters/new",
    form=MeterForm,
    run=create_meter,
    page=PAGE,
    fields={
        "event_name": "event_name",
        "display_name": "display_name",
        "customer_mapping[event_payload_key]": "customer_key",
        "value_settings[event_payload_key]": "value_key",
        "dimension_payload_keys": "dimensions",
    },
    changes_directory=True,
)
