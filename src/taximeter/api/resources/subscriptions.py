"""`/v1/subscriptions`."""

from typing import Any

from msgspec import UNSET

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded
from taximeter.api.lists import (
    ListObject,
    created_range,
    list_object,
    unknown_cursor,
)
from taximeter.api.params import Params
from taximeter.api.resources.added_item_params import added
from taximeter.api.resources.subscription_item_params import item_change
from taximeter.api.resources.subscription_params import (
    AnchorParam,
    PauseParam,
    SubscriptionCancel,
    SubscriptionCreate,
    SubscriptionList,
    SubscriptionUpdate,
    moment_or_word,
    thresholds,
)
from taximeter.api.resources.subscription_views import EXPANDABLE, rendered
from taximeter.api.services import Context
from taximeter.api.wire.subscription import SubscriptionObject
from taximeter.errors import ParameterMissing
from taximeter.invoicing.begin import begin
from taximeter.invoicing.change import change
from taximeter.invoicing.current import find
from taximeter.invoicing.end import end
from taximeter.kit.paging import UnknownCursor
from taximeter.pricing.draft import read_currency
from taximeter.subscriptions.cancel import Cancellation
from taximeter.subscriptions.create import NewSubscription
from taximeter.subscriptions.subscription import (
    PauseCollection,
    SubscriptionFilter,
)
from taximeter.subscriptions.update import SubscriptionChange

_PERIOD_ENDS = ("min_period_end", "max_period_end")


def _create(context: Context, params: SubscriptionCreate) -> SubscriptionObject:
    params.check_collected()
    if not params.items:
        raise ParameterMissing("Missing required param: items.", param="items")
    sent = thresholds(params.billing_thresholds)
    config = params.billing_cycle_anchor_config
    asked = NewSubscription(
        items=tuple(
            item_change(context, item, f"items[{index}]") for index, item in enumerate(params.items)
        ),
        added=added(context, params.add_invoice_items),
        currency=(None if params.currency is None else read_currency(params.currency, "currency")),
        billing_mode=params.billing_mode.type,
        backdate_start_date=params.backdate_start_date,
        billing_cycle_anchor=params.billing_cycle_anchor,
        billing_cycle_anchor_config=None if config is None else config.config(),
        trial_end=(
            None
            if params.trial_end is None
            else moment_or_word(params.trial_end, "trial_end", "now")
        ),
        trial_period_days=params.trial_period_days,
        proration_behavior=params.proration_behavior,
        cancel_at=(
            None
            if params.cancel_at is None
            else moment_or_word(params.cancel_at, "cancel_at", *_PERIOD_ENDS)
        ),
        cancel_at_period_end=params.cancel_at_period_end,
        collection_method=params.collection_method,
        days_until_due=params.days_until_due,
        billing_thresholds=None if sent is UNSET else sent,
        description=params.description,
        metadata=params.metadata or {},
    )
    subscription = begin(asked, customer=params.customer, billing=context.billing())
    return rendered(context, subscription, expanded(params.expand))


def _retrieve(context: Context, params: Params) -> SubscriptionObject:
    subscription = find(context.path_params["subscription"], billing=context.billing())
    return rendered(context, subscription, expanded(params.expand))


def _update(context: Context, params: SubscriptionUpdate) -> SubscriptionObject:
    params.check_collected()
    subscription = change(
        context.path_params["subscription"], _change(context, params), billing=context.billing()
    )
    return rendered(context, subscription, expanded(params.expand))


def _change(context: Context, params: SubscriptionUpdate) -> SubscriptionChange:
    sent: dict[str, Any] = {}
    if isinstance(params.trial_end, str):
        sent["trial_end"] = moment_or_word(params.trial_end, "trial_end", "now")
    if isinstance(params.cancel_at, str):
        sent["cancel_at"] = moment_or_word(params.cancel_at, "cancel_at", *_PERIOD_ENDS)
    elif params.cancel_at is None:
        sent["cancel_at"] = None
    if isinstance(params.pause_collection, PauseParam):
        sent["pause_collection"] = PauseCollection(
            behavior=params.pause_collection.behavior,
            resumes_at=params.pause_collection.resumes_at,
        )
    elif params.pause_collection is None:
        sent["pause_collection"] = None
    anchor = params.billing_cycle_anchor
    return SubscriptionChange(
        items=tuple(
            item_change(context, item, f"items[{index}]") for index, item in enumerate(params.items)
        ),
        added=added(context, params.add_invoice_items),
        proration_behavior=params.proration_behavior,
        proration_date=params.proration_date,
        billing_cycle_anchor=anchor.type if isinstance(anchor, AnchorParam) else anchor,
        cancel_at_period_end=params.cancel_at_period_end,
        cancellation_comment=params.cancellation_details.comment,
        cancellation_feedback=params.cancellation_details.feedback,
        collection_method=params.collection_method,
        days_until_due=params.days_until_due,
        billing_thresholds=thresholds(params.billing_thresholds),
        description=params.description,
        metadata=params.metadata,
        **sent,
    )


def _cancel(context: Context, params: SubscriptionCancel) -> SubscriptionObject:
    cancellation = Cancellation(
        invoice_now=params.invoice_now,
        prorate=params.prorate,
        comment=params.cancellation_details.comment,
        feedback=params.cancellation_details.feedback,
    )
    subscription = end(context.path_params["subscription"], cancellation, billing=context.billing())
    return rendered(context, subscription, expanded(params.expand))


def _list(context: Context, params: SubscriptionList) -> ListObject[SubscriptionObject]:
    created = created_range(params.created)
    where = SubscriptionFilter(
        customer=params.customer,
        price=params.price,
        status=params.status,
        collection_method=params.collection_method,
        test_clock=params.test_clock,
        created_gt=created.gt,
        created_gte=created.gte,
        created_lt=created.lt,
        created_lte=created.lte,
    )
    try:
        page = context.unit.subscriptions.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "subscription") from None
    names = expanded(params.expand, in_list=True)
    return list_object(page, context.path, lambda one: rendered(context, one, names))


_ALL = "/v1/subscriptions"
_ONE = "/v1/subscriptions/{subscription}"

ENDPOINTS = (
    Endpoint(
        method="POST", path=_ALL, params=SubscriptionCreate, run=_create, expandable=EXPANDABLE
    ),
    Endpoint(method="GET", path=_ALL, params=SubscriptionList, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=EXPANDABLE),
    Endpoint(
        method="POST", path=_ONE, params=SubscriptionUpdate, run=_update, expandable=EXPANDABLE
    ),
    Endpoint(
        method="DELETE", path=_ONE, params=SubscriptionCancel, run=_cancel, expandable=EXPANDABLE
    ),
)
