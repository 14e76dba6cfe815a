"""Creating a meter by hand: the form, and beside it what example events would come to."""

from typing import Annotated

import msgspec

from taximeter import meters
from taximeter.dashboard.calls import Call, calls
from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.page import Change, Done, Page, View
from taximeter.dashboard.pages.formulas import FORMULAS, INGESTION
from taximeter.dashboard.pages.meter_draft import (
    Ingestion,
    MeterDraft,
    dimension_keys,
    drafted,
    parameters_of,
    typed_examples,
    window_of,
)
from taximeter.dashboard.pages.meter_preview import EXAMPLES_MAX, Example, Preview, preview
from taximeter.errors import InvalidRequest
from taximeter.meters import DEFAULT_CUSTOMER_KEY, DEFAULT_VALUE_KEY, FormulaName

DIMENSIONS_MAX = 20
KEY_CHARACTERS_MAX = 100
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
    keys = dimension_keys(query.dimensions)
    examples = typed_examples(query, keys, view.now())
    found, problem = None, ""
    try:
        found = preview(
            examples,
            meter=drafted(view, query, keys),
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
            parameters=parameters_of(query, keys),
        ),
    )


def create_meter(view: View, form: MeterForm) -> Done:
    """Make the meter. Raises FieldErrors and InvalidRequest."""
    keys = dimension_keys(form.dimensions)
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
        event_time_window=window_of(form.ingestion),
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
