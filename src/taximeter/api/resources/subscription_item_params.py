"""The parameters of a subscription's items, and what they ask for."""

from typing import Annotated, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.resources.refusals import NO_DISCOUNTS, NO_TAXES, NOT_YET, USE_PRICE
from taximeter.api.services import Context
from taximeter.errors import ParametersExclusive, ResourceMissing
from taximeter.pricing.amounts import Amount, DecimalText
from taximeter.pricing.catalog.prices import PriceLabels, create_price
from taximeter.pricing.draft import PriceDraft
from taximeter.pricing.price import Interval, TaxBehavior
from taximeter.pricing.recurring import RecurringDraft
from taximeter.subscriptions.items import ItemChange

Quantity = Annotated[int, msgspec.Meta(ge=0, le=999_999_999_999)]


class IntervalParam(msgspec.Struct, frozen=True, kw_only=True):
    """How often a price that is made with its item is billed."""

    interval: Interval
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1


class PriceDataParam(msgspec.Struct, frozen=True, kw_only=True):
    """A price that is made with its item; a metered one is made on its own."""

    currency: str
    product: str
    recurring: IntervalParam
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class ItemThresholdsParam(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity at which usage is invoiced."""

    usage_gte: Annotated[int, msgspec.Meta(ge=1, le=999_999_999_999)]


class ItemParam(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a new subscription."""

    refused: ClassVar[dict[str, str]] = {
        "current_trial": NOT_YET,
        "discounts": NO_DISCOUNTS,
        "plan": USE_PRICE,
        "tax_rates": NO_TAXES,
    }

    price: str | None = None
    price_data: PriceDataParam | None = None
    quantity: Quantity | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    billing_thresholds: ItemThresholdsParam | None | UnsetType = UNSET


class ItemUpdateParam(ItemParam, frozen=True, kw_only=True):
    """A change to an item, or a new one; `clear_usage` does nothing where a meter counts."""

    id: str | None = None
    deleted: bool = False
    clear_usage: bool = False


def item_change(context: Context, sent: ItemParam, at: str = "") -> ItemChange:
    """Return what a request asks of an item, and make the price that it describes.

    Raises ParametersExclusive, ResourceMissing, InvalidRequest.
    """
    gte = sent.billing_thresholds
    change = ItemChange(
        at=at,
        price=sent.price,
        quantity=sent.quantity,
        usage_gte=gte.usage_gte if isinstance(gte, ItemThresholdsParam) else gte,
        metadata=sent.metadata,
    )
    if isinstance(sent, ItemUpdateParam):
        change = msgspec.structs.replace(change, id=sent.id, deleted=sent.deleted)
    if sent.price_data is None:
        return change
    if sent.price is not None:
        raise ParametersExclusive(
            f"You may only specify one of these parameters: {change.param('price')}, "
            f"{change.param('price_data')}.",
            param=change.param("price"),
        )
    return msgspec.structs.replace(
        change, price=_made(context, sent.price_data, change.param("price_data"))
    )


def _made(context: Context, data: PriceDataParam, path: str) -> str:
    unit, environment = context.unit, context.environment
    if unit.products.get(environment.id, data.product) is None:
        raise ResourceMissing(f"No such product: '{data.product}'", param=f"{path}[product]")
    draft = PriceDraft(
        currency=data.currency,
        recurring=RecurringDraft(
            interval=data.recurring.interval, interval_count=data.recurring.interval_count
        ),
        tax_behavior=data.tax_behavior,
        unit_amount=data.unit_amount,
        unit_amount_decimal=data.unit_amount_decimal,
    )
    made = create_price(
        prices=unit.prices,
        meters=unit.meters,
        environment=environment,
        now=context.now(),
        product=data.product,
        draft=draft,
        labels=PriceLabels(active=True),
        path=path,
    )
    return made.id
