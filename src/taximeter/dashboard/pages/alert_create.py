"""Creating an alert: the form, read into what the API takes, so that both mean the same."""

import msgspec

from taximeter.api.resources.alert_params import (
    AlertCreate,
    BalanceParam,
    CreditBalanceThresholdParam,
    CreditLteParam,
    FilterParam,
    MoneyParam,
    SpendGteParam,
    SpendThresholdParam,
    UsageThresholdParam,
)
from taximeter.api.resources.alerts import create
from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.filter_lines import typed_filters
from taximeter.dashboard.page import Change, Done, Page, View
from taximeter.dashboard.pages.alert_form import (
    KINDS,
    RECURRENCES,
    AlertForm,
    typed_money,
    typed_quantity,
)
from taximeter.dashboard.pages.meter_create import Choice
from taximeter.errors import InvalidRequest
from taximeter.kit import decimals

_FIELDS = {
    "customer": "customer",
    "dimension": "filters",
    "gte": "gte",
    "hard_limit": "hard_limit",
    "meter": "meter",
    "title": "title",
    "value": "filters",
}
"""The field that each parameter of the API is typed into, by the last part of its name."""


class AlertCreateData(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, and what stands in the form at first."""

    form: AlertForm
    meter_options: tuple[tuple[str, str], ...]
    kinds: tuple[Choice, ...] = KINDS
    recurrences: tuple[Choice, ...] = RECURRENCES


def read_form_page(view: View, query: AlertForm) -> AlertCreateData:
    """Return the choices: the active meters, by name."""
    meters = [
        one
        for one in view.unit.meters.all()
        if one.environment == view.environment.id and one.status == "active"
    ]
    ordered = sorted(meters, key=lambda one: one.display_name.casefold())
    return AlertCreateData(
        form=query,
        meter_options=tuple((one.id, f"{one.display_name} ({one.formula})") for one in ordered),
    )


def create_alert(view: View, form: AlertForm) -> Done:
    """Make the alert. Raises FieldErrors."""
    if not form.title:
        raise FieldErrors({"title": "This is needed."})
    params = params_of(form)
    try:
        # The limits that the API's parameters state are held wherever these come from.
        msgspec.convert(msgspec.to_builtins(params), AlertCreate)
        made = create(view, params)
    except msgspec.ValidationError:
        raise FieldErrors(
            {"amount": "Write an amount above 0, and not beyond all bounds."}
        ) from None
    except InvalidRequest as error:
        raise FieldErrors({_field(error.param or ""): error.message}) from None
    return Done(
        location=view.url(f"alerts/{made.id}"),
        message="Made the alert. It looks at what is received from now on.",
    )


def _field(param: str) -> str:
    """Return which field of the form a parameter of the API is typed into."""
    last = param.rpartition("[")[2].rstrip("]")
    if "[amount]" in param or "[monetary]" in param:
        return "currency" if last == "currency" else "amount"
    return _FIELDS.get(last, "")


def params_of(form: AlertForm) -> AlertCreate:
    """Return what the API is asked for by a form. Raises FieldErrors."""
    filters: tuple[FilterParam, ...] = ()
    if form.customer:
        filters = (FilterParam(type="customer", customer=form.customer),)
    currency = form.currency.lower()
    match form.kind:
        case "usage_threshold":
            if not form.meter:
                raise FieldErrors({"meter": "Choose the meter that is watched."})
            segments = typed_filters(form.filters, field="filters")
            usage = UsageThresholdParam(
                gte=decimals.text(typed_quantity(form.gte, field="gte")),
                meter=form.meter,
                recurrence=form.recurrence,
                filters=filters
                + tuple(
                    FilterParam(type="dimension", dimension=key, value=value)
                    for key, values in segments.items()
                    for value in values
                ),
            )
            return AlertCreate(
                alert_type=form.kind,
                title=form.title,
                usage_threshold=usage,
                hard_limit=form.hard_limit,
            )
        case "spend_threshold":
            spend = SpendThresholdParam(
                gte=SpendGteParam(
                    type="amount",
                    amount=MoneyParam(
                        currency=currency,
                        value=typed_money(form.amount, currency, field="amount"),
                    ),
                ),
                recurrence=form.recurrence,
                filters=filters,
            )
            return AlertCreate(
                alert_type=form.kind,
                title=form.title,
                spend_threshold=spend,
                hard_limit=form.hard_limit,
            )
        case "credit_balance_threshold":
            credit = CreditBalanceThresholdParam(
                lte=CreditLteParam(
                    balance_type="monetary",
                    monetary=BalanceParam(
                        currency=currency,
                        value=typed_money(form.amount, currency, field="amount"),
                    ),
                ),
                filters=filters,
            )
            return AlertCreate(
                alert_type=form.kind,
                title=form.title,
                credit_balance_threshold=credit,
                hard_limit=form.hard_limit,
            )


PAGE = Page(
    path="alerts/new",
    area="alerts",
    query=AlertForm,
    read=read_form_page,
    template="alert_create.html",
    title=lambda _: "Create an alert",
    for_admins=True,
)

CREATE = Change(path="alerts/new", form=AlertForm, run=create_alert, page=PAGE)
