"""`invoice` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.lists import ListObject
from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject
from taximeter.api.wire.line_item import (
    LineItemObject,
    PretaxCreditAmount,
    credit_amounts,
    line_item_object,
)
from taximeter.customers import Address, Customer, CustomField, Shipping, TaxExempt
from taximeter.environments import Environment
from taximeter.invoicing.invoice import BillingReason, Invoice, InvoiceStatus
from taximeter.subscriptions.subscription import CollectionMethod

LINES_SHOWN_MAX = 10
"""How many lines an invoice shows itself, as Stripe's; its list of lines has all of them."""


class AutomaticTax(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Taxes are not computed here."""

    disabled_reason: None = None
    enabled: bool = False
    liability: None = None
    provider: None = None
    status: None = None


class Issuer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who issues the invoice: whoever runs the server."""

    account: None = None
    type: Literal["self"] = "self"


class PaymentSettings(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Payments are not collected here."""

    default_mandate: None = None
    payment_method_options: None = None
    payment_method_types: None = None


class SubscriptionDetails(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The subscription that an invoice is for."""

    metadata: dict[str, str] | None
    subscription: str
    subscription_proration_date: None = None


class InvoiceParent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an invoice was made from."""

    quote_details: None = None
    subscription_details: SubscriptionDetails
    type: Literal["subscription_details"] = "subscription_details"


class StatusTransitions(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """When the invoice became what."""

    finalized_at: int | None
    marked_uncollectible_at: int | None
    paid_at: int | None
    voided_at: int | None


class ThresholdReason(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The amount that was crossed."""

    amount_gte: int | None
    item_reasons: tuple[()] = ()


class InvoiceObject(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=False):
    """An invoice; what belongs to payments, taxes and discounts is empty."""

    id: str
    object: Literal["invoice"] = "invoice"
    account_country: None = None
    account_name: None = None
    account_tax_ids: None = None
    amount_due: int
    amount_overpaid: int = 0
    amount_paid: int
    amount_paid_off_stripe: int
    amount_remaining: int
    amount_shipping: int = 0
    application: None = None
    attempt_count: int = 0
    attempted: bool
    auto_advance: bool
    automatic_tax: AutomaticTax = AutomaticTax()
    automatically_finalizes_at: int | None
    billing_reason: BillingReason
    collection_method: CollectionMethod
    confirmation_secret: None = None
    created: int
    currency: str
    custom_fields: tuple[CustomField, ...] | None
    customer: str | CustomerObject | DeletedCustomerObject
    customer_account: None = None
    customer_address: Address | None
    customer_email: str | None
    customer_name: str | None
    customer_phone: str | None
    customer_shipping: Shipping | None
    customer_tax_exempt: TaxExempt
    customer_tax_ids: tuple[()] = ()
    default_payment_method: None = None
    default_source: None = None
    default_tax_rates: tuple[()] = ()
    description: str | None
    discounts: tuple[()] = ()
    due_date: int | None
    effective_at: int | None
    ending_balance: int | None
    footer: str | None
    from_invoice: None = None
    hosted_invoice_url: None = None
    invoice_pdf: None = None
    issuer: Issuer = Issuer()
    last_finalization_error: None = None
    latest_revision: None = None
    lines: ListObject[LineItemObject]
    livemode: bool
    metadata: dict[str, str]
    next_payment_attempt: None = None
    number: str | None
    on_behalf_of: None = None
    parent: InvoiceParent | None
    payment_settings: PaymentSettings = PaymentSettings()
    payments: None = None
    period_end: int
    period_start: int
    post_payment_credit_notes_amount: int = 0
    pre_payment_credit_notes_amount: int = 0
    receipt_number: None = None
    rendering: None = None
    shipping_cost: None = None
    shipping_details: None = None
    starting_balance: int
    statement_descriptor: None = None
    status: InvoiceStatus
    status_details: None = None
    status_transitions: StatusTransitions
    subtotal: int
    subtotal_excluding_tax: int
    test_clock: str | None
    threshold_reason: ThresholdReason | None
    total: int
    total_discount_amounts: tuple[()] = ()
    total_excluding_tax: int
    total_pretax_credit_amounts: tuple[PretaxCreditAmount, ...]
    total_taxes: tuple[()] = ()
    webhooks_delivered_at: int | None


class DeletedInvoiceObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that is left to see of a deleted draft."""

    id: str
    object: Literal["invoice"] = "invoice"
    deleted: Literal[True] = True


def invoice_object(
    invoice: Invoice,
    environment: Environment,
    *,
    customer: Customer,
    subscription_metadata: dict[str, str] | None = None,
    expanded: CustomerObject | DeletedCustomerObject | None = None,
) -> InvoiceObject:
    """Render an invoice: a draft with what is known of the customer by now, others as they were.

    `expanded` stands in place of the customer's id.
    """
    details = invoice.billed_to or customer.details
    shown = invoice.lines[:LINES_SHOWN_MAX]
    parent = None
    if invoice.subscription is not None:
        parent = InvoiceParent(
            subscription_details=SubscriptionDetails(
                metadata=subscription_metadata, subscription=invoice.subscription
            )
        )
    final = invoice.status != "draft"
    # Each of them adds up the lines.
    subtotal, total, amount_due = invoice.subtotal, invoice.total, invoice.amount_due
    return InvoiceObject(
        id=invoice.id,
        amount_due=amount_due,
        amount_paid=invoice.amount_paid,
        amount_paid_off_stripe=invoice.amount_paid if invoice.paid_out_of_band else 0,
        amount_remaining=amount_due - invoice.amount_paid,
        attempted=final and invoice.status == "paid",
        auto_advance=invoice.auto_advance and invoice.status in {"draft", "open"},
        automatically_finalizes_at=invoice.automatically_finalizes_at,
        billing_reason=invoice.billing_reason,
        collection_method=invoice.collection_method,
        created=invoice.created,
        currency=invoice.currency,
        custom_fields=details.invoice_settings.custom_fields,
        customer=invoice.customer if expanded is None else expanded,
        customer_address=details.address,
        customer_email=details.email,
        customer_name=details.name,
        customer_phone=details.phone,
        customer_shipping=details.shipping,
        customer_tax_exempt=details.tax_exempt,
        description=invoice.description,
        due_date=invoice.due_date,
        effective_at=invoice.finalized_at,
        ending_balance=invoice.ending_balance if final else None,
        footer=invoice.footer or details.invoice_settings.footer,
        lines=ListObject(
            data=[line_item_object(line, invoice, environment) for line in shown],
            has_more=len(shown) < len(invoice.lines),
            url=f"/v1/invoices/{invoice.id}/lines",
        ),
        livemode=environment.livemode,
        metadata=invoice.metadata,
        number=invoice.number,
        parent=parent,
        period_end=invoice.period_end,
        period_start=invoice.period_start,
        starting_balance=invoice.starting_balance if final else customer.details.balance,
        status=invoice.status,
        status_transitions=StatusTransitions(
            finalized_at=invoice.finalized_at,
            marked_uncollectible_at=invoice.marked_uncollectible_at,
            paid_at=invoice.paid_at,
            voided_at=invoice.voided_at,
        ),
        subtotal=subtotal,
        subtotal_excluding_tax=subtotal,
        test_clock=invoice.test_clock,
        threshold_reason=(
            None
            if invoice.threshold_amount_gte is None
            else ThresholdReason(amount_gte=invoice.threshold_amount_gte)
        ),
        total=total,
        total_excluding_tax=total,
        total_pretax_credit_amounts=tuple(
            amount for line in invoice.lines for amount in credit_amounts(line)
        ),
        webhooks_delivered_at=None,
    )
