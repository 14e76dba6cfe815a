"""The parameters of one-time prices that come with a subscription."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from taximeter.api.resources.refusals import NO_DISCOUNTS, NO_TAXES, NOT_YET
from taximeter.api.resources.subscription_item_params import Quantity
from taximeter.api.services import Context
from taximeter.errors import (
    InvalidRequest,
    ParameterMissing,
    ParametersExclusive,
    ResourceMissing,
)
from taximeter.pricing.amounts import Amount, DecimalText
from taximeter.pricing.catalog.prices import PriceLabels, create_price
from taximeter.pricing.draft import PriceDraft
from taximeter.pricing.price import TaxBehavior
from taximeter.subscriptions.added import AddedItem

ADDED_MAX = 20


class OneTimePriceParam(msgspec.Struct, frozen=True, kw_only=True):
    """A price that is made with what is added."""

    currency: str
    product: str
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class AddedItemParam(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time price for the next invoice."""

    refused: ClassVar[dict[str, str]] = {
        "discountable": NO_DISCOUNTS,
        "discounts": NO_DISCOUNTS,
        "period": NOT_YET,
        "tax_rates": NO_TAXES,
    }

    price: str | None = None
    price_data: OneTimePriceParam | None = None
    quantity: Quantity = 1
    metadata: dict[str, str] = {}


def added(context: Context, sent: Sequence[AddedItemParam]) -> tuple[AddedItem, ...]:
    """Return what is added, and make the prices that the request describes.

    Raises ParameterMissing, ParametersExclusive, ResourceMissing, InvalidRequest.
    """
    if len(sent) > ADDED_MAX:
        raise InvalidRequest(
            f"At most {ADDED_MAX} invoice items can be added at once; these are {len(sent)}.",
            param="add_invoice_items",
        )
    return tuple(
        AddedItem(
            at=f"add_invoice_items[{index}]",
            price=_price(context, one, f"add_invoice_items[{index}]"),
            quantity=one.quantity,
            metadata=one.metadata,
        )
        for index, one in enumerate(sent)
    )


def _price(context: Context, sent: AddedItemParam, at: str) -> str:
    data, path = sent.price_data, f"{at}[price_data]"
    if sent.price is not None:
        if data is not None:
            raise ParametersExclusive(
                f"You may only specify one of these parameters: {at}[price], {path}.",
                param=f"{at}[price]",
            )
        return sent.price
    if data is None:
        raise ParameterMissing(f"Missing required param: {at}[price].", param=f"{at}[price]")
    unit, environment = context.unit, context.environment
    if unit.products.get(environment.id, data.product) is None:
        raise ResourceMissing(f"No such product: '{data.product}'", param=f"{path}[product]")
    return create_price(
        prices=unit.prices,
        meters=unit.meters,
        environment=environment,
        now=context.now(),
        product=data.product,
        draft=PriceDraft(
            currency=data.currency,
            tax_behavior=data.tax_behavior,
            unit_amount=data.unit_amount,
            unit_amount_decimal=data.unit_amount_decimal,
        ),
        labels=PriceLabels(),
        path=path,
    ).id
