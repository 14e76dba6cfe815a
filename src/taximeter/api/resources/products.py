"""`/v1/products`."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded, within
from taximeter.api.lists import (
    CreatedParam,
    ListObject,
    ListParams,
    UnixTime,
    created_range,
    list_object,
    unknown_cursor,
)
from taximeter.api.params import Params, given
from taximeter.api.resources.price_params import (
    NO_CUSTOM_AMOUNTS,
    NO_TAX_DETAILS,
    OptionParam,
    price_draft,
)
from taximeter.api.services import Context
from taximeter.api.wire.price import PriceObject, price_object
from taximeter.api.wire.product import (
    PRODUCT_EXPANDABLE,
    DeletedProductObject,
    ProductObject,
    product_object,
)
from taximeter.errors import EmptyParameter
from taximeter.kit.paging import Page, UnknownCursor
from taximeter.pricing.amounts import Amount, DecimalText
from taximeter.pricing.catalog import products as catalog
from taximeter.pricing.catalog.prices import PriceLabels, create_price
from taximeter.pricing.catalog.products import UNIT_LABEL_CHARACTERS_MAX, ProductChange
from taximeter.pricing.draft import PriceDraft
from taximeter.pricing.price import Interval, TaxBehavior
from taximeter.pricing.product import Product, ProductFilter
from taximeter.pricing.recurring import RecurringDraft

_NO_SHIPPING = "Nothing is shipped here; leave it out."

UnitLabel = Annotated[str, msgspec.Meta(max_length=UNIT_LABEL_CHARACTERS_MAX)]
Descriptor = Annotated[str, msgspec.Meta(max_length=22)]
Name = Annotated[str, msgspec.Meta(max_length=250)]
ProductId = Annotated[str, msgspec.Meta(max_length=255)]


class FeatureParam(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a product is praised for."""

    name: Annotated[str, msgspec.Meta(max_length=80)]


class DefaultRecurringParam(msgspec.Struct, frozen=True, kw_only=True):
    """How often a default price is billed."""

    interval: Interval
    interval_count: Annotated[int, msgspec.Meta(ge=1)] = 1


class DefaultPriceParam(msgspec.Struct, frozen=True, kw_only=True):
    """A price that is made with its product: so much a unit, as at Stripe without tiers."""

    refused = {"custom_unit_amount": NO_CUSTOM_AMOUNTS}

    currency: str
    currency_options: dict[str, OptionParam] = {}
    metadata: dict[str, str] = {}
    recurring: DefaultRecurringParam | None = None
    tax_behavior: TaxBehavior = "unspecified"
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class ProductWrite(Params, frozen=True, kw_only=True):
    """What creating and changing a product both take."""

    refused = {"package_dimensions": _NO_SHIPPING, "tax_details": NO_TAX_DETAILS}

    active: bool | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    images: tuple[str, ...] | None | UnsetType = UNSET
    marketing_features: tuple[FeatureParam, ...] | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    shippable: bool | UnsetType = UNSET
    statement_descriptor: Descriptor | None | UnsetType = UNSET
    tax_code: str | None | UnsetType = UNSET
    unit_label: UnitLabel | None | UnsetType = UNSET
    url: str | None | UnsetType = UNSET


class ProductCreate(ProductWrite, frozen=True, kw_only=True):
    """What creating a product takes."""

    name: Name
    id: ProductId | None = None
    default_price_data: DefaultPriceParam | None = None
    type: Literal["service"] = "service"


class ProductUpdate(ProductWrite, frozen=True, kw_only=True):
    """What changing a product takes."""

    default_price: str | None | UnsetType = UNSET
    name: Name | UnsetType = UNSET


class ProductList(ListParams, frozen=True, kw_only=True):
    """What listing products takes."""

    active: bool | None = None
    created: UnixTime | CreatedParam | None = None
    ids: tuple[str, ...] | None = None
    shippable: bool | None = None
    type: Literal["good", "service"] | None = None
    url: str | None = None


def _change(params: ProductWrite) -> ProductChange:
    sent: dict[str, Any] = {
        name: value
        for name, value in given(params).items()
        if name in ProductChange.__struct_fields__
    }
    if sent.get("marketing_features"):
        sent["marketing_features"] = tuple(one.name for one in sent["marketing_features"])
    return ProductChange(**sent)


def _create(context: Context, params: ProductCreate) -> ProductObject:
    products = context.unit.products
    product = catalog.create_product(
        products=products,
        environment=context.environment,
        now=context.now(),
        change=_change(params),
        id=params.id,
    )
    data = params.default_price_data
    if data is not None:
        price = create_price(
            prices=context.unit.prices,
            meters=context.unit.meters,
            environment=context.environment,
            now=context.now(),
            product=product.id,
            draft=_default_draft(data),
            labels=PriceLabels(metadata=data.metadata),
            path="default_price_data",
        )
        product = msgspec.structs.replace(product, default_price=price.id)
        products.save(product)
    return rendered_product(context, product, expanded(params.expand))


def _default_draft(data: DefaultPriceParam) -> PriceDraft:
    draft = price_draft(data)
    if data.recurring is None:
        return draft
    return msgspec.structs.replace(
        draft,
        recurring=RecurringDraft(
            interval=data.recurring.interval, interval_count=data.recurring.interval_count
        ),
    )


def _retrieve(context: Context, params: Params) -> ProductObject:
    product = catalog.retrieve_product(
        products=context.unit.products,
        environment=context.environment,
        id=context.path_params["id"],
    )
    return rendered_product(context, product, expanded(params.expand))


def _update(context: Context, params: ProductUpdate) -> ProductObject:
    product = catalog.update_product(
        products=context.unit.products,
        prices=context.unit.prices,
        environment=context.environment,
        now=context.now(),
        id=context.path_params["id"],
        change=_change(params),
    )
    return rendered_product(context, product, expanded(params.expand))


def _delete(context: Context, params: Params) -> DeletedProductObject:
    product = catalog.delete_product(
        products=context.unit.products,
        prices=context.unit.prices,
        environment=context.environment,
        id=context.path_params["id"],
    )
    return DeletedProductObject(id=product.id)


def _list(context: Context, params: ProductList) -> ListObject[ProductObject]:
    names = expanded(params.expand, in_list=True)
    if params.ids == ():
        raise EmptyParameter(
            "The list ids is empty. Name at least one product, or leave ids out for all.",
            param="ids",
        )
    where = ProductFilter(
        active=params.active,
        created=created_range(params.created),
        ids=params.ids or (),
        shippable=params.shippable,
        url=params.url,
    )
    try:
        page = context.unit.products.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "product") from None
    if params.type == "good":
        page = Page(data=(), has_more=False)
    return list_object(page, context.path, lambda one: rendered_product(context, one, names))


def rendered_product(context: Context, product: Product, names: frozenset[str]) -> ProductObject:
    """Render a product with what is expanded of it, looking its default price up where that is."""
    default: PriceObject | None = None
    if "default_price" in names and product.default_price is not None:
        found = context.unit.prices.get(context.environment.id, product.default_price)
        if found is not None:
            inner = within(names, "default_price")
            default = price_object(found, context.environment, expanded=inner)
    return product_object(product, context.environment, default_price=default)


_ALL = "/v1/products"
_ONE = "/v1/products/{id}"

ENDPOINTS = (
    Endpoint(
        method="POST", path=_ALL, params=ProductCreate, run=_create, expandable=PRODUCT_EXPANDABLE
    ),
    Endpoint(method="GET", path=_ALL, params=ProductList, run=_list, expandable=PRODUCT_EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=PRODUCT_EXPANDABLE),
    Endpoint(
        method="POST", path=_ONE, params=ProductUpdate, run=_update, expandable=PRODUCT_EXPANDABLE
    ),
    Endpoint(method="DELETE", path=_ONE, params=Params, run=_delete),
)
