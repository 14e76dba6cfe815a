"""Creating a meter by hand."""

from typing import Annotated, Literal

import msgspec

from taximeter import meters
from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.pages.formulas import FORMULAS, INGESTION
from taximeter.kit.periods import Window
from taximeter.meters import DEFAULT_CUSTOMER_KEY, DEFAULT_VALUE_KEY, FormulaName

DIMENSIONS_MAX = 20

PayloadKey = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class MeterForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form, as it is sent; dimensions stand one a line."""

    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=250)]
    event_name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    formula: FormulaName
    ingestion: Literal["raw", "hour", "day"] = "raw"
    customer_key: PayloadKey = DEFAULT_CUSTOMER_KEY
    value_key: PayloadKey = DEFAULT_VALUE_KEY
    dimensions: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One of several, with what it means."""

    value: str
    label: str
    says: str


class MeterCreateData(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, and what stands in the form at first."""

    formulas: tuple[Choice, ...]
    ingestions: tuple[Choice, ...]
    customer_key: str = DEFAULT_CUSTOMER_KEY
    value_key: str = DEFAULT_VALUE_KEY


def read_form_page(view: View, query: NoQuery) -> MeterCreateData:
    """Return the choices."""
    return MeterCreateData(
        formulas=tuple(
            Choice(value=name, label=label, says=says) for name, (label, says) in FORMULAS.items()
        ),
        ingestions=tuple(
            Choice(value=name or "raw", label=label, says=says)
            for name, (label, says) in INGESTION.items()
        ),
    )


def create_meter(view: View, form: MeterForm) -> Done:
    """Make the meter. Raises FieldErrors and InvalidRequest."""
    keys = tuple(one.strip() for one in form.dimensions.splitlines() if one.strip())
    if len(keys) > DIMENSIONS_MAX:
        raise FieldErrors({"dimensions": f"A meter can have at most {DIMENSIONS_MAX} dimensions."})
    if any(len(key) > 100 for key in keys):
        raise FieldErrors({"dimensions": "A payload key has at most 100 characters."})
    window: Window | None = None if form.ingestion == "raw" else form.ingestion
    meter = meters.create(
        store=view.unit.meters,
        environment=view.environment,
        now=view.now(),
        display_name=form.display_name,
        event_name=form.event_name,
        formula=form.formula,
        event_time_window=window,
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
    query=NoQuery,
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
