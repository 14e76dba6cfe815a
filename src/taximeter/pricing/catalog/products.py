"""Making, changing and deleting products."""

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound, ResourceAlreadyExists, ResourceMissing
from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor
from taximeter.metadata import merged_metadata
from taximeter.pricing.price import PriceFilter, PriceStore
from taximeter.pricing.product import Product, ProductStore

IMAGES_MAX = 8
FEATURES_MAX = 15
UNIT_LABEL_CHARACTERS_MAX = 12


class ProductChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change to a product: what is UNSET stays, None unsets."""

    active: bool | UnsetType = UNSET
    default_price: str | None | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    images: tuple[str, ...] | None | UnsetType = UNSET
    marketing_features: tuple[str, ...] | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    name: str | UnsetType = UNSET
    shippable: bool | UnsetType = UNSET
    statement_descriptor: str | None | UnsetType = UNSET
    tax_code: str | None | UnsetType = UNSET
    unit_label: (
        Annotated[str, msgspec.Meta(max_length=UNIT_LABEL_CHARACTERS_MAX)] | None | UnsetType
    ) = UNSET
    url: str | None | UnsetType = UNSET


def create_product(
    *,
    products: ProductStore,
    environment: Environment,
    now: int,
    change: ProductChange,
    id: str | None = None,
    path: str = "",
) -> Product:
    """Create a product with a name; its id may be the caller's.

    Raises ResourceAlreadyExists for an id that is taken, and InvalidRequest.
    """
    assert isinstance(change.name, str), "a product has a name"
    if id is not None and products.get(environment.id, id) is not None:
        raise ResourceAlreadyExists(
            f"A product with the id '{id}' exists already. Leave id out, or choose another.",
            param=f"{path}[id]" if path else "id",
        )
    product = Product(
        id=id or new_id("prod"),
        environment=environment.id,
        created=now,
        updated=now,
        name=change.name,
    )
    product = _changed(product, change, path)
    products.add(product)
    return product


def retrieve_product(*, products: ProductStore, environment: Environment, id: str) -> Product:
    """Return the product. Raises NotFound."""
    product = products.get(environment.id, id)
    if product is None:
        raise NotFound(f"No such product: '{id}'", param="id")
    return product


def update_product(
    *,
    products: ProductStore,
    prices: PriceStore,
    environment: Environment,
    now: int,
    id: str,
    change: ProductChange,
) -> Product:
    """Change a product. Raises NotFound, and InvalidRequest for a default price of another one."""
    product = retrieve_product(products=products, environment=environment, id=id)
    if isinstance(change.default_price, str):
        price = prices.get(environment.id, change.default_price)
        if price is None:
            raise ResourceMissing(f"No such price: '{change.default_price}'", param="default_price")
        if price.product != product.id or not price.active:
            state = "inactive" if price.product == product.id else f"of product {price.product}"
            raise InvalidRequest(
                f"Price {price.id} is {state}, and cannot be the default price of product "
                f"{product.id}. Name one of its active prices.",
                param="default_price",
            )
    updated = msgspec.structs.replace(_changed(product, change, ""), updated=now)
    products.save(updated)
    return updated


def delete_product(
    *, products: ProductStore, prices: PriceStore, environment: Environment, id: str
) -> Product:
    """Delete a product that never had a price. Raises NotFound and InvalidRequest."""
    product = retrieve_product(products=products, environment=environment, id=id)
    if prices.page(environment.id, Cursor(limit=1), PriceFilter(product=id)).data:
        # Stripe's words and no more: programs compare them.
        raise InvalidRequest(
            "This product cannot be deleted because it has one or more user-created prices."
        )
    products.delete(environment.id, id)
    return product


def _changed(product: Product, change: ProductChange, path: str) -> Product:
    values = {
        name: value
        for name in change.__struct_fields__
        if name != "metadata" and (value := getattr(change, name)) is not UNSET
    }
    for name, most in (("images", IMAGES_MAX), ("marketing_features", FEATURES_MAX)):
        if name in values:
            values[name] = values[name] or ()
            if len(values[name]) > most:
                raise InvalidRequest(f"A product can have at most {most} {name}.", param=name)
    if change.metadata is not UNSET:
        param = f"{path}[metadata]" if path else "metadata"
        values["metadata"] = merged_metadata(product.metadata, change.metadata, param)
    return msgspec.structs.replace(product, **values)
