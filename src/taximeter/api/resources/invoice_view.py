"""How invoices are answered: drafts as they stand now, with what the request has expanded."""

from collections.abc import Sequence

from taximeter.api.expand import expanded
from taximeter.api.lists import ListParams
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.customer import customer_object
from taximeter.api.wire.invoice import InvoiceObject, invoice_object
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.shown import shown

EXPANDABLE = frozenset(
    {
        "application",
        "confirmation_secret",
        "customer",
        "default_payment_method",
        "default_source",
        "discounts",
        "latest_revision",
        "on_behalf_of",
        "payments",
        "test_clock",
        "total_discount_amounts.discount",
    }
)


def view(context: Context, params: Params, invoice: Invoice) -> InvoiceObject:
    """Render an invoice."""
    (one,) = views(context, params, [invoice])
    return one


def views(context: Context, params: Params, invoices: Sequence[Invoice]) -> list[InvoiceObject]:
    """Render invoices of one environment, in their order."""
    unit, environment = context.unit, context.environment
    customers = unit.customers.many(environment.id, {one.customer for one in invoices})
    subscriptions = unit.subscriptions.many(
        environment.id, {one.subscription for one in invoices if one.subscription is not None}
    )
    expands = "customer" in expanded(params.expand, in_list=isinstance(params, ListParams))
    rendered = []
    for one in shown(invoices, unit=unit, environment=environment.id, customers=customers):
        customer = customers[one.customer]
        subscription = subscriptions.get(one.subscription or "")
        rendered.append(
            invoice_object(
                one,
                environment,
                customer=customer,
                subscription_metadata=None if subscription is None else subscription.metadata,
                expanded=customer_object(customer, environment) if expands else None,
            )
        )
    return rendered
