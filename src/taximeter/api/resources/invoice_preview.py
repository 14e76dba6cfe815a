"""`/v1/invoices/create_preview`."""

from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import UnixTime
from taximeter.api.params import Params
from taximeter.api.resources.invoice_view import EXPANDABLE, view
from taximeter.api.resources.refusals import (
    NO_ACCOUNTS,
    NO_CONNECT,
    NO_DISCOUNTS,
    NO_TAXES,
    NOT_YET,
)
from taximeter.api.resources.subscription_item_params import ItemUpdateParam, item_change
from taximeter.api.resources.subscription_params import (
    AnchorParam,
    BillingModeParam,
    SwitchParam,
    moment_or_word,
)
from taximeter.api.services import Context
from taximeter.api.wire.invoice import InvoiceObject
from taximeter.errors import InvalidRequest
from taximeter.invoicing.preview import PreviewMode, PreviewRequest, preview
from taximeter.subscriptions.create import NewSubscription
from taximeter.subscriptions.subscription import ProrationBehavior
from taximeter.subscriptions.update import SubscriptionChange

_AT = "subscription_details"


class DetailsParam(msgspec.Struct, frozen=True, kw_only=True):
    """A change to the subscription, or a new one."""

    refused: ClassVar[dict[str, str]] = {
        "billing_schedules": NOT_YET,
        "cancel_now": "Preview cancel_at or cancel_at_period_end instead.",
        "default_tax_rates": NO_TAXES,
        "metadata": NOT_YET,
        "pause": NOT_YET,
        "resume_at": NOT_YET,
    }

    items: tuple[ItemUpdateParam, ...] = ()
    billing_cycle_anchor: AnchorParam | None = None
    billing_mode: BillingModeParam = BillingModeParam(type="flexible")
    cancel_at: str | None | UnsetType = UNSET
    cancel_at_period_end: bool | UnsetType = UNSET
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: UnixTime | None = None
    start_date: UnixTime | None = None
    trial_end: str | UnsetType = UNSET


class PreviewCreate(Params, frozen=True, kw_only=True):
    """What a preview takes."""

    refused = {
        "customer_account": NO_ACCOUNTS,
        "customer_details": "Name a customer in 'customer'.",
        "discounts": NO_DISCOUNTS,
        "invoice_items": "Create invoice items with POST /v1/invoiceitems; pending ones are shown.",
        "issuer": NO_CONNECT,
        "on_behalf_of": NO_CONNECT,
        "schedule": NOT_YET,
        "schedule_details": NOT_YET,
    }

    automatic_tax: SwitchParam | None = None
    currency: str | None = None
    customer: str | None = None
    preview_mode: PreviewMode = "next"
    subscription: str | None = None
    subscription_details: DetailsParam | None = None


def _preview(context: Context, params: PreviewCreate) -> InvoiceObject:
    if params.automatic_tax is not None and params.automatic_tax.enabled:
        raise InvalidRequest(
            "Taxes are not computed here; leave automatic_tax out, or send enabled=false.",
            param="automatic_tax[enabled]",
        )
    details = params.subscription_details
    change, new = None, None
    if details is not None:
        if params.subscription is not None:
            change = _change(context, details)
        elif details.items:
            new = _new(context, details, params.currency)
    invoice = preview(
        PreviewRequest(
            customer=params.customer,
            subscription=params.subscription,
            change=change,
            new=new,
            mode=params.preview_mode,
        ),
        billing=context.billing(),
    )
    return view(context, params, invoice)


def _items(context: Context, details: DetailsParam) -> tuple[Any, ...]:
    changes = []
    for index, item in enumerate(details.items):
        at = f"{_AT}[items][{index}]"
        if item.price_data is not None:
            raise InvalidRequest(
                "A preview makes no price; create one, and name it in price.",
                param=f"{at}[price_data]",
            )
        changes.append(item_change(context, item, at))
    return tuple(changes)


def _change(context: Context, details: DetailsParam) -> SubscriptionChange:
    anchor = details.billing_cycle_anchor
    cancel_at: Any = details.cancel_at
    if isinstance(cancel_at, str):
        cancel_at = moment_or_word(
            cancel_at, f"{_AT}[cancel_at]", "min_period_end", "max_period_end"
        )
    trial_end: Any = details.trial_end
    if isinstance(trial_end, str):
        trial_end = moment_or_word(trial_end, f"{_AT}[trial_end]", "now")
    return SubscriptionChange(
        items=_items(context, details),
        proration_behavior=details.proration_behavior,
        proration_date=details.proration_date,
        billing_cycle_anchor="unchanged" if anchor is None else anchor.type,
        trial_end=trial_end,
        cancel_at=cancel_at,
        cancel_at_period_end=details.cancel_at_period_end,
    )


def _new(context: Context, details: DetailsParam, currency: str | None) -> NewSubscription:
    trial_end: Any = details.trial_end
    if isinstance(trial_end, str):
        trial_end = moment_or_word(trial_end, f"{_AT}[trial_end]", "now")
    cancel_at: Any = details.cancel_at
    if isinstance(cancel_at, str):
        cancel_at = moment_or_word(
            cancel_at, f"{_AT}[cancel_at]", "min_period_end", "max_period_end"
        )
    return NewSubscription(
        items=_items(context, details),
        currency=None if currency is None else currency.lower(),
        billing_mode=details.billing_mode.type,
        backdate_start_date=details.start_date,
        trial_end=None if trial_end is UNSET else trial_end,
        proration_behavior=details.proration_behavior,
        cancel_at=None if cancel_at is UNSET else cancel_at,
        cancel_at_period_end=details.cancel_at_period_end is True,
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/invoices/create_preview",
        params=PreviewCreate,
        run=_preview,
        expandable=EXPANDABLE,
        reads_only=True,
    ),
)
