"""`subscription` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.lists import ListObject
from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject
from taximeter.api.wire.invoice import InvoiceObject
from taximeter.api.wire.subscription_item import SubscriptionItemObject
from taximeter.api.wire.test_clock import TestClockObject
from taximeter.environments import Environment
from taximeter.subscriptions.subscription import (
    AnchorConfig,
    BillingMode,
    BillingThresholds,
    CollectionMethod,
    PauseCollection,
    Status,
    Subscription,
)


class AutomaticTaxObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Taxes, which are not computed here."""

    disabled_reason: None = None
    enabled: Literal[False] = False
    liability: None = None


class FlexibleObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How flexible mode shows discounts on prorations; there are none."""

    proration_discounts: Literal["included"] = "included"


class BillingModeObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the subscription is billed."""

    flexible: FlexibleObject | None
    type: BillingMode
    updated_at: None = None


class CancellationDetailsObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Why the subscription ends."""

    comment: str | None
    feedback: str | None
    feedback_option: None = None
    reason: str | None


class IssuerObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who issues the invoices."""

    account: None = None
    type: Literal["self"] = "self"


class SubscriptionInvoiceSettingsObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the subscription's invoices carry: what the customer's say."""

    account_tax_ids: None = None
    custom_fields: None = None
    description: None = None
    footer: None = None
    issuer: IssuerObject = IssuerObject()


class PaymentSettingsObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How invoices are paid, which is not known here."""

    payment_method_options: None = None
    payment_method_types: None = None
    save_default_payment_method: Literal["off"] = "off"


class EndBehaviorObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What follows a trial: an invoice, whether or not there is a way to collect it."""

    billing_cycle_anchor: None = None
    missing_payment_method: Literal["create_invoice"] = "create_invoice"


class TrialSettingsObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How trials end."""

    end_behavior: EndBehaviorObject = EndBehaviorObject()


class SubscriptionObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A subscription; what belongs to payments, taxes, discounts and Connect is null."""

    id: str
    object: Literal["subscription"] = "subscription"
    application: None = None
    application_fee_percent: None = None
    automatic_tax: AutomaticTaxObject = AutomaticTaxObject()
    billing_cycle_anchor: int
    billing_cycle_anchor_config: AnchorConfig | None
    billing_mode: BillingModeObject
    billing_schedules: tuple[()] = ()
    billing_thresholds: BillingThresholds | None
    cancel_at: int | None
    cancel_at_period_end: bool
    canceled_at: int | None
    cancellation_details: CancellationDetailsObject
    collection_method: CollectionMethod
    created: int
    currency: str
    customer: str | CustomerObject | DeletedCustomerObject
    customer_account: None = None
    days_until_due: int | None
    default_payment_method: None = None
    default_source: None = None
    default_tax_rates: tuple[()] = ()
    description: str | None
    discounts: tuple[()] = ()
    ended_at: int | None
    invoice_settings: SubscriptionInvoiceSettingsObject = SubscriptionInvoiceSettingsObject()
    items: ListObject[SubscriptionItemObject]
    latest_invoice: str | InvoiceObject | None
    livemode: bool
    managed_payments: None = None
    metadata: dict[str, str]
    next_pending_invoice_item_invoice: None = None
    on_behalf_of: None = None
    pause_collection: PauseCollection | None
    payment_settings: PaymentSettingsObject = PaymentSettingsObject()
    pending_invoice_item_interval: None = None
    pending_setup_intent: None = None
    pending_update: None = None
    presentment_details: None = None
    schedule: None = None
    start_date: int
    status: Status
    status_details: None = None
    test_clock: str | TestClockObject | None
    transfer_data: None = None
    trial_end: int | None
    trial_settings: TrialSettingsObject = TrialSettingsObject()
    trial_start: int | None


def subscription_object(
    subscription: Subscription,
    environment: Environment,
    *,
    items: list[SubscriptionItemObject],
    customer: CustomerObject | DeletedCustomerObject | None = None,
    latest_invoice: InvoiceObject | None = None,
    test_clock: TestClockObject | None = None,
) -> SubscriptionObject:
    """Render a subscription; what is given beside its items stands in place of an id."""
    ends_with_period = subscription.cancel_at_period_end and subscription.ended_at is None
    flexible = subscription.billing_mode == "flexible"
    return SubscriptionObject(
        id=subscription.id,
        billing_cycle_anchor=subscription.billing_cycle_anchor,
        billing_cycle_anchor_config=subscription.billing_cycle_anchor_config,
        billing_mode=BillingModeObject(
            flexible=FlexibleObject() if flexible else None, type=subscription.billing_mode
        ),
        billing_thresholds=subscription.billing_thresholds,
        cancel_at=subscription.current_period_end if ends_with_period else subscription.cancel_at,
        cancel_at_period_end=subscription.cancel_at_period_end,
        canceled_at=subscription.canceled_at,
        cancellation_details=CancellationDetailsObject(
            comment=subscription.cancellation_comment,
            feedback=subscription.cancellation_feedback,
            reason=subscription.cancellation_reason,
        ),
        collection_method=subscription.collection_method,
        created=subscription.created,
        currency=subscription.currency,
        customer=customer or subscription.customer,
        days_until_due=subscription.days_until_due,
        description=subscription.description,
        ended_at=subscription.ended_at,
        items=ListObject(
            data=items,
            has_more=False,
            url=f"/v1/subscription_items?subscription={subscription.id}",
        ),
        latest_invoice=latest_invoice or subscription.latest_invoice,
        livemode=environment.livemode,
        metadata=subscription.metadata,
        pause_collection=subscription.pause_collection,
        start_date=subscription.start_date,
        status=subscription.status,
        test_clock=test_clock or subscription.test_clock,
        trial_end=subscription.trial_end,
        trial_start=subscription.trial_start,
    )
