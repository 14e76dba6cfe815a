"""Items of a subscription: what a request may ask of them, and what they come to."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.errors import InvalidRequest, ParameterMissing, ResourceMissing
from taximeter.kit.ids import new_id
from taximeter.metadata import merged_metadata
from taximeter.pricing.price import Price
from taximeter.subscriptions.subscription import SubscriptionItem

ITEMS_MAX = 20


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """A new item, or, with its id, a change to one; what is UNSET stays.

    `at` is where it stands in the request, such as `items[0]`, for the errors about it.
    """

    at: str = ""
    id: str | None = None
    price: str | None = None
    quantity: int | UnsetType = UNSET
    usage_gte: int | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    deleted: bool = False

    def param(self, name: str) -> str:
        """Spell a parameter of the item as the request did."""
        return f"{self.at}[{name}]" if self.at else name


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """What a new item, or one with a new price, is given: its period, and where its usage begins.

    `now` is when it is made.
    """

    now: int
    start: int
    end: int
    usage_start: int


def prices_of(
    items: Sequence[SubscriptionItem], changes: Sequence[ItemChange], prices: Mapping[str, Price]
) -> dict[str, Price]:
    """Return every price that the items have or are to have. Raises ResourceMissing."""
    for change in changes:
        if change.price is not None and change.price not in prices:
            raise ResourceMissing(f"No such price: '{change.price}'", param=change.param("price"))
    wanted = {item.price for item in items} | {one.price for one in changes if one.price}
    return {id: prices[id] for id in wanted}


def changed_items(
    items: Sequence[SubscriptionItem],
    changes: Sequence[ItemChange],
    *,
    prices: Mapping[str, Price],
    currency: str,
    span: Span,
) -> tuple[SubscriptionItem, ...]:
    """Apply changes to items; those that no change names stay as they are.

    Raises InvalidRequest for what a subscription cannot have: two items of one price, prices of
    another currency, prices that are billed at different times, more than ITEMS_MAX items or none.
    """
    kept = {item.id: item for item in items}
    for change in changes:
        before = kept.get(change.id) if change.id is not None else None
        if change.id is not None and before is None:
            raise ResourceMissing(
                f"No such subscription item on this subscription: '{change.id}'",
                param=change.param("id"),
            )
        if before is not None and change.deleted:
            del kept[before.id]
            continue
        item = _changed(before, change, prices=prices, currency=currency, span=span)
        kept[item.id] = item
    result = tuple(kept.values())
    _check_together(result, changes, prices)
    return result


def _changed(
    before: SubscriptionItem | None,
    change: ItemChange,
    *,
    prices: Mapping[str, Price],
    currency: str,
    span: Span,
) -> SubscriptionItem:
    if before is None:
        item = _new(change, span)
    elif change.price is not None and change.price != before.price:
        item = msgspec.structs.replace(
            before,
            price=change.price,
            current_period_start=span.start,
            current_period_end=span.end,
            usage_start=span.usage_start,
            billed_before=Decimal(0),
        )
    else:
        item = before
    price = prices[item.price]
    if item is not before:
        _check_price(price, change, currency)
    if change.quantity is not UNSET and price.metered:
        raise InvalidRequest(
            f"You cannot set the quantity of '{price.id}', which is metered: its quantity is what "
            "its meter counts. Leave it out.",
            param=change.param("quantity"),
        )
    quantity = item.quantity if change.quantity is UNSET else change.quantity
    return msgspec.structs.replace(
        item,
        quantity=None if price.metered else 1 if quantity is None else quantity,
        usage_gte=_usage_gte(item, change, price),
        metadata=_metadata(item, change),
    )


def _new(change: ItemChange, span: Span) -> SubscriptionItem:
    if change.price is None:
        param = change.param("price")
        raise ParameterMissing(f"Missing required param: {param}.", param=param)
    return SubscriptionItem(
        id=new_id("si"),
        created=span.now,
        price=change.price,
        current_period_start=span.start,
        current_period_end=span.end,
        usage_start=span.usage_start,
    )


def _usage_gte(item: SubscriptionItem, change: ItemChange, price: Price) -> int | None:
    if change.usage_gte is UNSET:
        return item.usage_gte if price.metered else None
    if change.usage_gte is not None and not price.metered:
        raise InvalidRequest(
            f"'{price.id}' is not metered, so there is no usage to set a threshold for. Leave "
            "billing_thresholds out.",
            param=change.param("billing_thresholds"),
        )
    return change.usage_gte


def _metadata(item: SubscriptionItem, change: ItemChange) -> dict[str, str]:
    if change.metadata is UNSET:
        return item.metadata
    return merged_metadata(item.metadata, change.metadata, change.param("metadata"))


def _check_price(price: Price, change: ItemChange, currency: str) -> None:
    param = change.param("price")
    if price.recurring is None:
        raise InvalidRequest(
            f"The price '{price.id}' is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            param=param,
        )
    if not price.active:
        raise InvalidRequest(
            f"The price '{price.id}' is inactive. This field only accepts active prices.",
            param=param,
        )
    if currency not in price.currency_options:
        has = ", ".join(f"`{one}`" for one in sorted(price.currency_options))
        raise InvalidRequest(
            f"The price '{price.id}' only supports {has}. This doesn't match the expected "
            f"currency: `{currency}`.",
            param=param,
        )


def _check_together(
    items: Sequence[SubscriptionItem], changes: Sequence[ItemChange], prices: Mapping[str, Price]
) -> None:
    if not items:
        raise InvalidRequest(
            "A subscription must have at least one item. To end it, cancel it instead.",
            param="items",
        )
    if len(items) > ITEMS_MAX:
        raise InvalidRequest(
            f"A subscription can have at most {ITEMS_MAX} items; this one would have {len(items)}.",
            param="items",
        )
    seen: set[str] = set()
    for item in items:
        if item.price in seen:
            raise InvalidRequest(
                f"Cannot add multiple subscription items with the same price: {item.price}",
                param=_asked_for(item.price, changes),
            )
        seen.add(item.price)
    for mismatched in ("interval", "interval_count"):
        found = {getattr(prices[item.price].recurring, mismatched): item.price for item in items}
        if len(found) > 1:
            raise InvalidRequest(
                "Currency and interval fields must match across all prices on this subscription. "
                f"Found mismatch in {mismatched} field.",
                param=_asked_for(list(found.values())[-1], changes),
            )


def _asked_for(price: str, changes: Sequence[ItemChange]) -> str:
    named = [change for change in changes if change.price == price]
    return named[-1].param("price") if named else "items"
