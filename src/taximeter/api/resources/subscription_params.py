"""The parameters of subscriptions."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.lists import CreatedParam, ListParams, UnixTime
from taximeter.api.params import Params
from taximeter.api.resources.added_item_params import AddedItemParam
from taximeter.api.resources.refusals import (
    NO_ACCOUNTS,
    NO_CONNECT,
    NO_DISCOUNTS,
    NO_TAXES,
    NOT_YET,
    PAYMENTS,
    USE_PRICE,
)
from taximeter.api.resources.subscription_item_params import ItemParam, ItemUpdateParam
from taximeter.errors import (
    InvalidInteger,
    InvalidRequest,
)
from taximeter.subscriptions.create import TRIAL_DAYS_MAX
from taximeter.subscriptions.subscription import (
    AnchorConfig,
    BillingThresholds,
    CollectionMethod,
    ProrationBehavior,
)

PaymentBehavior = Literal[
    "allow_incomplete", "default_incomplete", "error_if_incomplete", "pending_if_incomplete"
]
Description = Annotated[str, msgspec.Meta(max_length=500)]
DaysUntilDue = Annotated[int, msgspec.Meta(ge=0, le=3_650)]


class AnchorConfigParam(msgspec.Struct, frozen=True, kw_only=True):
    """An anchor that is given by the calendar."""

    day_of_month: Annotated[int, msgspec.Meta(ge=1, le=31)]
    month: Annotated[int, msgspec.Meta(ge=1, le=12)] | None = None
    hour: Annotated[int, msgspec.Meta(ge=0, le=23)] | None = None
    minute: Annotated[int, msgspec.Meta(ge=0, le=59)] | None = None
    second: Annotated[int, msgspec.Meta(ge=0, le=59)] | None = None

    def config(self) -> AnchorConfig:
        """Return what it says."""
        return AnchorConfig(
            day_of_month=self.day_of_month,
            month=self.month,
            hour=self.hour,
            minute=self.minute,
            second=self.second,
        )


class ThresholdsParam(msgspec.Struct, frozen=True, kw_only=True):
    """An amount at which usage is invoiced."""

    amount_gte: Annotated[int, msgspec.Meta(ge=0, le=99_999_999)] | None = None
    reset_billing_cycle_anchor: bool = False


class SwitchParam(msgspec.Struct, frozen=True, kw_only=True):
    """Something of Stripe's that can only be off here."""

    enabled: bool


class PaymentSettingsParam(msgspec.Struct, frozen=True, kw_only=True):
    """How Stripe would collect; it is taken, since SDK users send it by habit, and does nothing."""

    refused: ClassVar[dict[str, str]] = {"payment_method_options": PAYMENTS}

    payment_method_types: tuple[str, ...] = ()
    save_default_payment_method: Literal["off", "on_subscription"] = "off"


class EndBehaviorParam(msgspec.Struct, frozen=True, kw_only=True):
    """What follows a trial."""

    refused: ClassVar[dict[str, str]] = {"billing_cycle_anchor": NOT_YET}

    missing_payment_method: Literal["create_invoice"] = "create_invoice"


class TrialSettingsParam(msgspec.Struct, frozen=True, kw_only=True):
    """How trials end: with an invoice."""

    end_behavior: EndBehaviorParam


class FlexibleParam(msgspec.Struct, frozen=True, kw_only=True):
    """How flexible mode shows discounts; there are none."""

    proration_discounts: Literal["included", "itemized"] = "included"


class BillingModeParam(msgspec.Struct, frozen=True, kw_only=True):
    """How the subscription is billed."""

    type: Literal["classic", "flexible"]
    flexible: FlexibleParam | None = None


class CancellationDetailsParam(msgspec.Struct, frozen=True, kw_only=True):
    """Why the subscription ends."""

    refused: ClassVar[dict[str, str]] = {"feedback_option": NOT_YET}

    comment: Annotated[str, msgspec.Meta(max_length=5_000)] | None | UnsetType = UNSET
    feedback: (
        Literal[
            "customer_service",
            "low_quality",
            "missing_features",
            "other",
            "switched_service",
            "too_complex",
            "too_expensive",
            "unused",
        ]
        | None
        | UnsetType
    ) = UNSET


class Collected(Params, frozen=True, kw_only=True):
    """What Stripe takes for collecting payments; it changes nothing here, where none are."""

    automatic_tax: SwitchParam | None = None
    off_session: bool = False
    payment_behavior: PaymentBehavior = "allow_incomplete"
    payment_settings: PaymentSettingsParam | None = None
    trial_from_plan: bool = False
    trial_settings: TrialSettingsParam | None = None

    def check_collected(self) -> None:
        """Refuse to switch on what is not here. Raises InvalidRequest."""
        if self.automatic_tax is not None and self.automatic_tax.enabled:
            raise InvalidRequest(
                "Taxes are not computed here; leave automatic_tax out, or send enabled=false.",
                param="automatic_tax[enabled]",
            )
        if self.trial_from_plan:
            raise InvalidRequest(
                "A trial is set on the subscription here; send trial_period_days or trial_end.",
                param="trial_from_plan",
            )


def thresholds(sent: ThresholdsParam | None | UnsetType) -> BillingThresholds | None | UnsetType:
    """Return the thresholds that a request sets; without an amount there are none."""
    if sent is UNSET or sent is None:
        return sent
    if sent.amount_gte is None:
        return None
    return BillingThresholds(
        amount_gte=sent.amount_gte, reset_billing_cycle_anchor=sent.reset_billing_cycle_anchor
    )


def moment_or_word(sent: str, param: str, *words: str) -> Any:
    """Read Unix seconds, or one of a parameter's words. Raises InvalidInteger."""
    if sent in words:
        return sent
    try:
        return msgspec.convert(sent, UnixTime, strict=False)
    except msgspec.ValidationError:
        raise InvalidInteger(
            f"Invalid {param}: {sent[:100]}; send a Unix time in seconds, or {' or '.join(words)}",
            param=param,
        ) from None


_REFUSED = {
    "application_fee_percent": NO_CONNECT,
    "billing_schedules": NOT_YET,
    "default_payment_method": PAYMENTS,
    "default_source": PAYMENTS,
    "default_tax_rates": NO_TAXES,
    "discounts": NO_DISCOUNTS,
    "invoice_settings": NOT_YET,
    "on_behalf_of": NO_CONNECT,
    "pending_invoice_item_interval": NOT_YET,
    "transfer_data": NO_CONNECT,
}


class SubscriptionCreate(Collected, frozen=True, kw_only=True):
    """What creating a subscription takes."""

    refused = {
        **_REFUSED,
        "customer_account": NO_ACCOUNTS,
    }

    customer: str
    items: tuple[ItemParam, ...] = ()
    add_invoice_items: tuple[AddedItemParam, ...] = ()
    backdate_start_date: UnixTime | None = None
    billing_cycle_anchor: UnixTime | None = None
    billing_cycle_anchor_config: AnchorConfigParam | None = None
    billing_mode: BillingModeParam = BillingModeParam(type="flexible")
    billing_thresholds: ThresholdsParam | None | UnsetType = UNSET
    cancel_at: str | None = None
    cancel_at_period_end: bool = False
    collection_method: CollectionMethod = "charge_automatically"
    currency: str | None = None
    days_until_due: DaysUntilDue | None = None
    description: Description | None = None
    metadata: dict[str, str] | None | UnsetType = UNSET
    proration_behavior: ProrationBehavior = "create_prorations"
    trial_end: str | None = None
    trial_period_days: Annotated[int, msgspec.Meta(ge=0, le=TRIAL_DAYS_MAX)] | None = None


class PauseParam(msgspec.Struct, frozen=True, kw_only=True):
    """How collection pauses."""

    behavior: Literal["keep_as_draft", "mark_uncollectible", "void"]
    resumes_at: UnixTime | None = None


class AnchorParam(msgspec.Struct, frozen=True, kw_only=True):
    """Where the billing cycle is anchored."""

    type: Literal["now", "unchanged"]


class SubscriptionUpdate(Collected, frozen=True, kw_only=True):
    """What changing a subscription takes."""

    refused = _REFUSED

    items: tuple[ItemUpdateParam, ...] = ()
    add_invoice_items: tuple[AddedItemParam, ...] = ()
    billing_cycle_anchor: Literal["now", "unchanged"] | AnchorParam = "unchanged"
    billing_thresholds: ThresholdsParam | None | UnsetType = UNSET
    cancel_at: str | None | UnsetType = UNSET
    cancel_at_period_end: bool | UnsetType = UNSET
    cancellation_details: CancellationDetailsParam = CancellationDetailsParam()
    collection_method: CollectionMethod | UnsetType = UNSET
    days_until_due: DaysUntilDue | UnsetType = UNSET
    description: Description | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    pause_collection: PauseParam | None | UnsetType = UNSET
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: UnixTime | None = None
    trial_end: str | UnsetType = UNSET


class SubscriptionCancel(Params, frozen=True, kw_only=True):
    """What canceling a subscription takes."""

    cancellation_details: CancellationDetailsParam = CancellationDetailsParam()
    invoice_now: bool = False
    prorate: bool = False


class SubscriptionList(ListParams, frozen=True, kw_only=True):
    """What listing subscriptions takes."""

    refused = {
        "automatic_tax": NO_TAXES,
        "current_period_end": NOT_YET,
        "current_period_start": NOT_YET,
        "customer_account": NO_ACCOUNTS,
        "plan": USE_PRICE,
    }

    collection_method: CollectionMethod | None = None
    created: UnixTime | CreatedParam | None = None
    customer: str | None = None
    price: str | None = None
    status: (
        Literal[
            "active",
            "all",
            "canceled",
            "ended",
            "incomplete",
            "incomplete_expired",
            "past_due",
            "paused",
            "trialing",
            "unpaid",
        ]
        | None
    ) = None
    test_clock: str | None = None
