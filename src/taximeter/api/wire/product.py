"""`product` on the wire."""

from typing import Any, Literal

import msgspec

from taximeter.environments import Environment
from taximeter.pricing.product import Product

PRODUCT_EXPANDABLE = frozenset(
    {"default_price", "default_price.currency_options", "default_price.tiers", "tax_code"}
)


class MarketingFeature(msgspec.Struct, frozen=True):
    """Something that a product is praised for."""

    name: str


class ProductObject(msgspec.Struct, frozen=True, kw_only=True):
    """A product; what belongs to shipping and taxes is null. `default_price` may be expanded."""

    id: str
    object: Literal["product"] = "product"
    active: bool
    created: int
    default_price: Any
    description: str | None
    images: tuple[str, ...]
    livemode: bool
    marketing_features: tuple[MarketingFeature, ...]
    metadata: dict[str, str]
    name: str
    package_dimensions: None = None
    shippable: bool | None
    statement_descriptor: str | None
    tax_code: str | None
    tax_details: None = None
    type: Literal["service"] = "service"
    unit_label: str | None
    updated: int
    url: str | None


class DeletedProductObject(msgspec.Struct, frozen=True, kw_only=True):
    """All that is left to see of a deleted product."""

    id: str
    object: Literal["product"] = "product"
    deleted: Literal[True] = True


def product_object(
    product: Product, environment: Environment, *, default_price: object = None
) -> ProductObject:
    """Render a product; `default_price` is the rendered price, where it is expanded."""
    return ProductObject(
        id=product.id,
        active=product.active,
        created=product.created,
        default_price=default_price or product.default_price,
        description=product.description,
        images=product.images,
        livemode=environment.livemode,
        marketing_features=tuple(map(MarketingFeature, product.marketing_features)),
        metadata=product.metadata,
        name=product.name,
        shippable=product.shippable,
        statement_descriptor=product.statement_descriptor,
        tax_code=product.tax_code,
        unit_label=product.unit_label,
        updated=product.updated,
        url=product.url,
    )
