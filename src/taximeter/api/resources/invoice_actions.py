"""`/v1/invoices/{invoice}/…`: finalizing, paying, voiding, writing off, sending."""

from taximeter.api.endpoint import Endpoint
from taximeter.api.params import Params
from taximeter.api.resources.invoice_view import EXPANDABLE, view
from taximeter.api.resources.invoices import ONE
from taximeter.api.services import Context
from taximeter.api.wire.invoice import InvoiceObject
from taximeter.errors import InvalidRequest
from taximeter.invoicing import drafts, status
from taximeter.invoicing.finalize import finalize_now
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.present import customers_present

_PAYMENTS = "Taximeter collects no payments; leave it out."


class InvoiceFinalize(Params, frozen=True, kw_only=True):
    """What finalizing takes; whether the invoice goes on by itself then makes no difference."""

    auto_advance: bool | None = None


class InvoicePay(Params, frozen=True, kw_only=True):
    """What paying takes."""

    refused = {
        "mandate": _PAYMENTS,
        "payment_method": _PAYMENTS,
        "source": _PAYMENTS,
    }

    forgive: bool = False
    off_session: bool | None = None
    paid_out_of_band: bool = False


def _found(context: Context) -> Invoice:
    return drafts.retrieve(
        unit=context.unit,
        environment=context.environment,
        id=context.path_params["invoice"],
    )


def present_of(context: Context, invoice: Invoice) -> int:
    """Return what time it is for the customer of an invoice."""
    customer = context.unit.customers.get(context.environment.id, invoice.customer)
    assert customer is not None, "customers are kept for their invoices"
    return customers_present(unit=context.unit, customer=customer, clock=context.services.clock)


def finalized(context: Context, invoice: Invoice) -> Invoice:
    """Finalize a draft as of now, and return it. Raises LogFailed."""
    services = context.services
    return finalize_now(
        invoice,
        unit=context.unit,
        now=present_of(context, invoice),
        reader=services.reader,
        barrier=services.writer,
        clock=services.clock,
        settings=services.settings,
    )


def _finalize(context: Context, params: InvoiceFinalize) -> InvoiceObject:
    invoice = _found(context)
    status.check_not_final(invoice)
    return view(context, params, finalized(context, invoice))


def _pay(context: Context, params: InvoicePay) -> InvoiceObject:
    invoice = _found(context)
    if invoice.status == "draft":
        invoice = finalized(context, invoice)
        if invoice.status == "paid":
            return view(context, params, invoice)
    paid = status.pay(
        invoice,
        unit=context.unit,
        now=present_of(context, invoice),
        out_of_band=params.paid_out_of_band,
    )
    return view(context, params, paid)


def _void(context: Context, params: Params) -> InvoiceObject:
    invoice = _found(context)
    voided = status.void(invoice, unit=context.unit, now=present_of(context, invoice))
    return view(context, params, voided)


def _mark_uncollectible(context: Context, params: Params) -> InvoiceObject:
    invoice = _found(context)
    marked = status.mark_uncollectible(invoice, unit=context.unit, now=present_of(context, invoice))
    return view(context, params, marked)


def _send(context: Context, params: Params) -> InvoiceObject:
    invoice = _found(context)
    if invoice.collection_method != "send_invoice":
        raise InvalidRequest(
            "You can only manually send an invoice if its collection method is 'send_invoice'."
        )
    if invoice.status == "draft":
        invoice = finalized(context, invoice)
    return view(context, params, invoice)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=ONE + "/finalize",
        params=InvoiceFinalize,
        run=_finalize,
        expandable=EXPANDABLE,
    ),
    Endpoint(method="POST", path=ONE + "/pay", params=InvoicePay, run=_pay, expandable=EXPANDABLE),
    Endpoint(method="POST", path=ONE + "/void", params=Params, run=_void, expandable=EXPANDABLE),
    Endpoint(
        method="POST",
        path=ONE + "/mark_uncollectible",
        params=Params,
        run=_mark_uncollectible,
        expandable=EXPANDABLE,
    ),
    Endpoint(method="POST", path=ONE + "/send", params=Params, run=_send, expandable=EXPANDABLE),
)
