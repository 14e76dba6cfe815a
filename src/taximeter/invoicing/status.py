"""What becomes of a finalized invoice: paid, void or uncollectible. Each is said once."""

import msgspec

from taximeter.credits.ledger import reinstate
from taximeter.errors import InvalidRequest
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.stores import BillingUnit

TRANSITION = "status_transition_invalid"
NOT_EDITABLE = "invoice_not_editable"


def check_draft(invoice: Invoice, doing: str) -> None:
    """Refuse to do to a finalized invoice what only a draft allows. Raises InvalidRequest."""
    if invoice.status == "draft":
        return
    raise InvalidRequest(
        f"Invoice {invoice.id} is finalized (its status is {invoice.status}), and cannot be "
        f"{doing}. Void it and create another one instead.",
        code=NOT_EDITABLE,
    )


def check_not_final(invoice: Invoice) -> None:
    """Refuse to finalize an invoice a second time. Raises InvalidRequest."""
    if invoice.status != "draft":
        raise InvalidRequest(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice. Its "
            f"status is {invoice.status}.",
            code=TRANSITION,
        )


def pay(invoice: Invoice, *, unit: BillingUnit, now: int, out_of_band: bool) -> Invoice:
    """Record that an open or uncollectible invoice was paid, and return it.

    Nobody is charged here: an invoice with something left to pay is paid outside, and whoever says
    so sends `paid_out_of_band`. Raises InvalidRequest.
    """
    match invoice.status:
        case "paid":
            raise InvalidRequest("Invoice is already paid.", code=TRANSITION)
        case "void":
            raise InvalidRequest(
                f"Invoice {invoice.id} is void and cannot be paid. Create another one instead.",
                code=TRANSITION,
            )
        case "draft":
            raise AssertionError("a draft is finalized before it is paid")
        case "open" | "uncollectible":
            pass
    if not out_of_band:
        raise InvalidRequest(
            "There is no payment method to charge: Taximeter collects no payments. Send "
            "paid_out_of_band=true to record that the invoice was paid.",
            param="paid_out_of_band",
        )
    paid = msgspec.structs.replace(
        invoice,
        status="paid",
        paid_at=now,
        paid_out_of_band=True,
        amount_paid=invoice.amount_due,
    )
    unit.invoices.save([paid])
    return paid


def void(invoice: Invoice, *, unit: BillingUnit, now: int) -> Invoice:
    """Take an open or uncollectible invoice back: credits and balance are given back with it.

    Raises InvalidRequest.
    """
    if invoice.status == "draft":
        raise InvalidRequest(
            f"Invoice {invoice.id} is a draft. Delete it, or finalize it before voiding it.",
            code=TRANSITION,
        )
    if invoice.status not in {"open", "uncollectible"}:
        raise InvalidRequest(
            f"Only open and uncollectible invoices can be voided; the status of {invoice.id} is "
            f"{invoice.status}.",
            code=TRANSITION,
        )
    reinstate(
        grants=unit.credit_grants,
        ledger=unit.credit_ledger,
        environment=invoice.environment,
        invoice=invoice.id,
        now=now,
    )
    if invoice.balance_applied:
        customer = unit.customers.get(invoice.environment, invoice.customer)
        assert customer is not None, "customers are kept for their invoices"
        balance = customer.details.balance + invoice.balance_applied
        details = msgspec.structs.replace(customer.details, balance=balance)
        unit.customers.save(msgspec.structs.replace(customer, details=details))
    voided = msgspec.structs.replace(invoice, status="void", voided_at=now)
    unit.invoices.save([voided])
    return voided


def mark_uncollectible(invoice: Invoice, *, unit: BillingUnit, now: int) -> Invoice:
    """Write an open invoice off; it can still be paid. Raises InvalidRequest."""
    if invoice.status != "open":
        raise InvalidRequest(
            f"Only open invoices can be marked uncollectible; {invoice.id} is {invoice.status}.",
            code=TRANSITION,
        )
    marked = msgspec.structs.replace(invoice, status="uncollectible", marked_uncollectible_at=now)
    unit.invoices.save([marked])
    return marked
