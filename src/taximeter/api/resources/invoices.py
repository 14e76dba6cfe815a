"""`/v1/invoices`: made by hand, read, changed, deleted, listed."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import (
    CreatedParam,
    ListObject,
    ListParams,
    UnixTime,
    created_range,
    unknown_cursor,
)
from taximeter.api.params import Params
from taximeter.api.resources.invoice_view import EXPANDABLE, view, views
from taximeter.api.services import Context
from taximeter.api.wire.invoice import DeletedInvoiceObject, InvoiceObject
from taximeter.invoicing import drafts
from taximeter.invoicing.drafts import DraftChange, NewDraft
from taximeter.invoicing.invoice import InvoiceFilter, InvoiceStatus
from taximeter.kit.paging import UnknownCursor
from taximeter.pricing.draft import read_currency
from taximeter.subscriptions.subscription import CollectionMethod

_PAYMENTS = "Taximeter collects no payments; leave it out."
_TAXES = "Taxes are not computed here; leave it out."
_ACCOUNTS = "There are no connected accounts here; leave it out."
_NOT_YET = "It is not supported here; leave it out."
REFUSED = {
    "account_tax_ids": _TAXES,
    "application_fee_amount": _PAYMENTS,
    "automatic_tax": _TAXES,
    "custom_fields": "Set them in the customer's invoice_settings.",
    "customer_account": "There are no accounts here; name the customer in 'customer'.",
    "default_payment_method": _PAYMENTS,
    "default_source": _PAYMENTS,
    "default_tax_rates": _TAXES,
    "discounts": _NOT_YET,
    "effective_at": _NOT_YET,
    "from_invoice": _NOT_YET,
    "issuer": _ACCOUNTS,
    "number": "Invoices are numbered here by themselves, without gaps; leave it out.",
    "on_behalf_of": _ACCOUNTS,
    "payment_settings": _PAYMENTS,
    "rendering": _NOT_YET,
    "shipping_cost": _NOT_YET,
    "shipping_details": _NOT_YET,
    "statement_descriptor": _PAYMENTS,
    "transfer_data": _PAYMENTS,
}


class InvoiceUpdate(Params, frozen=True, kw_only=True):
    """What changing an invoice takes."""

    refused = REFUSED

    auto_advance: bool | UnsetType = UNSET
    automatically_finalizes_at: UnixTime | UnsetType = UNSET
    collection_method: CollectionMethod | UnsetType = UNSET
    days_until_due: Annotated[int, msgspec.Meta(ge=0, le=3_650)] | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    due_date: UnixTime | UnsetType = UNSET
    footer: str | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET

    def change(self) -> DraftChange:
        """Return what was sent of it."""
        return DraftChange(**{name: getattr(self, name) for name in DraftChange.__struct_fields__})


class InvoiceCreate(InvoiceUpdate, frozen=True, kw_only=True):
    """What making an invoice by hand takes."""

    customer: str | None = None
    currency: str | None = None
    pending_invoice_items_behavior: Literal["include", "exclude"] = "exclude"
    subscription: str | None = None


class InvoiceList(ListParams, frozen=True, kw_only=True):
    """What listing invoices takes."""

    refused = {"customer_account": REFUSED["customer_account"]}

    collection_method: CollectionMethod | None = None
    created: UnixTime | CreatedParam | None = None
    customer: str | None = None
    due_date: UnixTime | CreatedParam | None = None
    status: InvoiceStatus | None = None
    subscription: str | None = None


def _create(context: Context, params: InvoiceCreate) -> InvoiceObject:
    currency = None if params.currency is None else read_currency(params.currency, "currency")
    invoice = drafts.create(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        settings=context.services.settings,
        new=NewDraft(
            customer=params.customer,
            subscription=params.subscription,
            currency=currency,
            pending_invoice_items_behavior=params.pending_invoice_items_behavior,
            change=params.change(),
        ),
    )
    return view(context, params, invoice)


def _retrieve(context: Context, params: Params) -> InvoiceObject:
    invoice = drafts.retrieve(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoice"],
    )
    return view(context, params, invoice)


def _update(context: Context, params: InvoiceUpdate) -> InvoiceObject:
    invoice = drafts.update(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        settings=context.services.settings,
        id=context.path_params["invoice"],
        change=params.change(),
    )
    return view(context, params, invoice)


def _delete(context: Context, params: Params) -> DeletedInvoiceObject:
    invoice = drafts.delete(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoice"],
    )
    return DeletedInvoiceObject(id=invoice.id)


def _list(context: Context, params: InvoiceList) -> ListObject[InvoiceObject]:
    where = InvoiceFilter(
        collection_method=params.collection_method,
        created=created_range(params.created),
        customer=params.customer,
        due_date=created_range(params.due_date),
        status=params.status,
        subscription=params.subscription,
    )
    try:
        page = context.unit.invoices.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "invoice") from None
    return ListObject(
        data=views(context, params, page.data), has_more=page.has_more, url=context.path
    )


ALL = "/v1/invoices"
ONE = "/v1/invoices/{invoice}"

ENDPOINTS = (
    Endpoint(method="POST", path=ALL, params=InvoiceCreate, run=_create, expandable=EXPANDABLE),
    Endpoint(method="GET", path=ALL, params=InvoiceList, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=ONE, params=Params, run=_retrieve, expandable=EXPANDABLE),
    Endpoint(method="POST", path=ONE, params=InvoiceUpdate, run=_update, expandable=EXPANDABLE),
    Endpoint(method="DELETE", path=ONE, params=Params, run=_delete, expandable=EXPANDABLE),
)
