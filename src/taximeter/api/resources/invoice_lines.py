"""`/v1/invoices/{invoice}/lines`, a line explained, and late usage, which Stripe has neither of."""

from collections.abc import Sequence

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import ListObject, ListParams, list_object
from taximeter.api.params import Params
from taximeter.api.resources.invoices import ONE
from taximeter.api.services import Context
from taximeter.api.wire.explanation import ExplanationObject, explanation_object
from taximeter.api.wire.late_usage import LateUsageObject, late_usage_object
from taximeter.api.wire.line_item import LineItemObject, line_item_object
from taximeter.errors import ResourceMissing
from taximeter.invoicing import drafts
from taximeter.invoicing.explain import Explanation, check_explained, explain, line_of
from taximeter.invoicing.invoice import Invoice, Line
from taximeter.invoicing.late import before_line, billed_quantities, late_usage
from taximeter.invoicing.shown import shown
from taximeter.invoicing.terms import read_terms
from taximeter.invoicing.usage import read_usage, settled_now
from taximeter.kit.paging import Page

EXPANDABLE = frozenset({"discount_amounts.discount", "discounts"})


def shown_invoice(context: Context) -> Invoice:
    """Return the invoice that the path names; a draft as if it were finalized now."""
    invoice = drafts.retrieve(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoice"],
    )
    environment = context.environment.id
    customers = context.unit.customers.many(environment, [invoice.customer])
    (one,) = shown([invoice], unit=context.unit, environment=environment, customers=customers)
    return one


def _list(context: Context, params: ListParams) -> ListObject[LineItemObject]:
    invoice = shown_invoice(context)
    page = _page(invoice.lines, params)
    return list_object(
        page,
        context.path,
        lambda line: line_item_object(line, invoice, context.environment),
    )


def _page(lines: Sequence[Line], params: ListParams) -> Page[Line]:
    """Cut a page out of an invoice's lines, which have an order of their own."""
    cursor = params.cursor()
    places = {line.id: place for place, line in enumerate(lines)}
    for name in ("starting_after", "ending_before"):
        id = getattr(cursor, name)
        if id is not None and id not in places:
            raise ResourceMissing(f"No such invoice line item: '{id}'", param=name)
    if cursor.ending_before is not None:
        end = places[cursor.ending_before]
        start = max(0, end - cursor.limit)
        return Page(data=lines[start:end], has_more=start > 0)
    start = 0 if cursor.starting_after is None else places[cursor.starting_after] + 1
    end = start + cursor.limit
    return Page(data=lines[start:end], has_more=end < len(lines))


def _explain(context: Context, params: Params) -> ExplanationObject:
    invoice = shown_invoice(context)
    return explanation_object(explained(context, invoice), invoice, context.environment)


def explained(context: Context, invoice: Invoice) -> Explanation:
    """Explain the line of an invoice that the path names.

    Raises NotFound, InvalidRequest for a line that bills no usage, LogFailed.
    """
    line = line_of(invoice, context.path_params["line"])
    usage = check_explained(line)
    assert line.price is not None, "usage is billed at a price"
    unit, environment = context.unit, context.environment
    price = unit.prices.get(environment.id, line.price)
    meter = unit.meters.get(environment.id, usage.meter)
    assert price is not None, "prices are never deleted"
    assert meter is not None, "meters are never deleted"
    return explain(
        line,
        customer=invoice.customer,
        before=before_line(line, _of_subscription(context, invoice)),
        meter=meter,
        price=price,
        reader=context.services.reader,
    )


def _of_subscription(context: Context, invoice: Invoice) -> Sequence[Invoice]:
    """Return all invoices of an invoice's subscription, or the invoice alone."""
    if invoice.subscription is None:
        return [invoice]
    return context.unit.invoices.recent(
        context.environment.id, [invoice.subscription], period_end_gt=-1
    )


def _late_usage(context: Context, params: Params) -> LateUsageObject:
    invoice = shown_invoice(context)
    services = context.services
    quantities = billed_quantities(invoice, invoices=_of_subscription(context, invoice))
    prices = {line.price for one in quantities for line in one.lines if line.price is not None}
    terms = read_terms(context.unit, context.environment.id, prices)
    usage = read_usage(
        {one.key for one in quantities},
        environment=context.environment.id,
        meters=terms.meters,
        reader=services.reader,
        as_of_us=settled_now(barrier=services.writer, clock=services.clock),
    )
    return late_usage_object(
        late_usage(quantities, usage=usage, terms=terms),
        invoice,
        context.environment,
        behavior=services.settings.late_usage,
    )


_LINES = ONE + "/lines"

ENDPOINTS = (
    Endpoint(method="GET", path=_LINES, params=ListParams, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_LINES + "/{line}/explain", params=Params, run=_explain),
    Endpoint(method="GET", path=ONE + "/late_usage", params=Params, run=_late_usage),
)
