"""`/v1/subscription_items`."""

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded
from taximeter.api.lists import ListObject, ListParams, UnixTime, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.resources.subscription_item_params import (
    ItemParam,
    ItemThresholdsParam,
    PriceDataParam,
    Quantity,
    item_change,
)
from taximeter.api.resources.subscription_params import PaymentBehavior
from taximeter.api.resources.subscription_views import ITEM_EXPANDABLE, rendered_item
from taximeter.api.services import Context
from taximeter.api.wire.subscription_item import (
    DeletedSubscriptionItemObject,
    SubscriptionItemObject,
)
from taximeter.errors import NotFound, ParameterMissing, ResourceMissing
from taximeter.invoicing.change import change
from taximeter.kit.paging import UnknownCursor, slice_page
from taximeter.subscriptions.items import ItemChange
from taximeter.subscriptions.subscription import (
    ProrationBehavior,
    Subscription,
    SubscriptionItem,
)
from taximeter.subscriptions.update import SubscriptionChange


class ItemChangeParams(Params, frozen=True, kw_only=True):
    """What changing an item takes."""

    refused = ItemParam.refused

    price: str | None = None
    price_data: PriceDataParam | None = None
    quantity: Quantity | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    billing_thresholds: ItemThresholdsParam | None | UnsetType = UNSET
    off_session: bool = False
    payment_behavior: PaymentBehavior = "allow_incomplete"
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: UnixTime | None = None


class ItemCreate(ItemChangeParams, frozen=True, kw_only=True):
    """What adding an item takes."""

    subscription: str


class ItemDelete(Params, frozen=True, kw_only=True):
    """What removing an item takes; `clear_usage` does nothing where a meter counts."""

    clear_usage: bool = False
    payment_behavior: PaymentBehavior = "allow_incomplete"
    proration_behavior: ProrationBehavior = "create_prorations"
    proration_date: UnixTime | None = None


class ItemList(ListParams, frozen=True, kw_only=True):
    """What listing items takes."""

    subscription: str


def _create(context: Context, params: ItemCreate) -> SubscriptionItemObject:
    if context.unit.subscriptions.get(context.environment.id, params.subscription) is None:
        raise ResourceMissing(
            f"No such subscription: '{params.subscription}'", param="subscription"
        )
    asked = _asked(context, params)
    if asked.price is None:
        raise ParameterMissing("Missing required param: price.", param="price")
    changed = change(params.subscription, _of_item(asked, params), billing=context.billing())
    return _shown(context, changed, changed.items[-1], params)


def _retrieve(context: Context, params: Params) -> SubscriptionItemObject:
    subscription, item = _find(context)
    return _shown(context, subscription, item, params)


def _update(context: Context, params: ItemChangeParams) -> SubscriptionItemObject:
    subscription, item = _find(context)
    asked = msgspec.structs.replace(_asked(context, params), id=item.id)
    changed = change(subscription.id, _of_item(asked, params), billing=context.billing())
    return _shown(context, changed, _item_of(changed, item.id), params)


def _delete(context: Context, params: ItemDelete) -> DeletedSubscriptionItemObject:
    subscription, item = _find(context)
    asked = ItemChange(id=item.id, deleted=True)
    change(subscription.id, _of_item(asked, params), billing=context.billing())
    return DeletedSubscriptionItemObject(id=item.id)


def _list(context: Context, params: ItemList) -> ListObject[SubscriptionItemObject]:
    subscription = context.unit.subscriptions.get(context.environment.id, params.subscription)
    if subscription is None:
        raise ResourceMissing(
            f"No such subscription: '{params.subscription}'", param="subscription"
        )
    places = {item.id: (place,) for place, item in enumerate(subscription.items)}
    cursor = params.cursor()
    for id in (cursor.starting_after, cursor.ending_before):
        if id is not None and id not in places:
            raise unknown_cursor(UnknownCursor(id), params, "subscription_item")
    page = slice_page(
        subscription.items,
        limit=cursor.limit,
        key_of=lambda item: places[item.id],
        after=None if cursor.starting_after is None else places[cursor.starting_after],
        before=None if cursor.ending_before is None else places[cursor.ending_before],
    )
    found = context.unit.prices.many(context.environment.id, {one.price for one in page.data})
    names = expanded(params.expand, in_list=True)
    return list_object(
        page,
        context.path,
        lambda item: rendered_item(context, item, subscription, found, names),
    )


def _find(context: Context) -> tuple[Subscription, SubscriptionItem]:
    id = context.path_params["item"]
    subscription = context.unit.subscriptions.with_item(context.environment.id, id)
    if subscription is None or id not in {item.id for item in subscription.items}:
        raise NotFound(f"No such subscription_item: '{id}'", param="id")
    return subscription, _item_of(subscription, id)


def _asked(context: Context, params: ItemChangeParams) -> ItemChange:
    return item_change(
        context,
        ItemParam(
            price=params.price,
            price_data=params.price_data,
            quantity=params.quantity,
            metadata=params.metadata,
            billing_thresholds=params.billing_thresholds,
        ),
    )


def _item_of(subscription: Subscription, id: str) -> SubscriptionItem:
    return next(item for item in subscription.items if item.id == id)


def _of_item(asked: ItemChange, params: ItemChangeParams | ItemDelete) -> SubscriptionChange:
    return SubscriptionChange(
        items=(asked,),
        proration_behavior=params.proration_behavior,
        proration_date=params.proration_date,
    )


def _shown(
    context: Context, subscription: Subscription, item: SubscriptionItem, params: Params
) -> SubscriptionItemObject:
    found = context.unit.prices.many(context.environment.id, {item.price})
    return rendered_item(context, item, subscription, found, expanded(params.expand))


_ALL = "/v1/subscription_items"
_ONE = "/v1/subscription_items/{item}"

ENDPOINTS = (
    Endpoint(method="POST", path=_ALL, params=ItemCreate, run=_create, expandable=ITEM_EXPANDABLE),
    Endpoint(method="GET", path=_ALL, params=ItemList, run=_list, expandable=ITEM_EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=ITEM_EXPANDABLE),
    Endpoint(
        method="POST", path=_ONE, params=ItemChangeParams, run=_update, expandable=ITEM_EXPANDABLE
    ),
    Endpoint(method="DELETE", path=_ONE, params=ItemDelete, run=_delete),
)
