"""`/v1/prices`."""

from typing import Annotated

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
    LookupKey,
    Nickname,
    OptionParam,
    RecurringParam,
    price_draft,
)
from taximeter.api.resources.products import rendered_product
from taximeter.api.services import Context
from taximeter.api.wire.price import PRICE_EXPANDABLE, PriceObject, price_object
from taximeter.api.wire.product import ProductObject
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.kit.paging import UnknownCursor
from taximeter.pricing.amounts import Amount, DecimalText, TierDraft
from taximeter.pricing.catalog.prices import (
    PriceChange,
    PriceLabels,
    create_price,
    retrieve_price,
    update_price,
)
from taximeter.pricing.catalog.products import (
    UNIT_LABEL_CHARACTERS_MAX,
    ProductChange,
    create_product,
)
from taximeter.pricing.draft import PriceDraft, TransformDraft
from taximeter.pricing.price import (
    BillingScheme,
    Interval,
    Price,
    PriceFilter,
    PriceType,
    TaxBehavior,
    TiersMode,
    UsageType,
)

LOOKUP_KEYS_MAX = 10
_FIXED = (
    "What a price costs is fixed for life, since invoices depend on it. Create a new price, and "
    "set active to false on this one."
)


class ProductDataParam(msgspec.Struct, frozen=True, kw_only=True):
    """A product that is made with its price."""

    refused = {"tax_details": NO_TAX_DETAILS}

    name: str
    active: bool = True
    id: str | None = None
    metadata: dict[str, str] = {}
    statement_descriptor: str | None = None
    tax_code: str | None = None
    unit_label: Annotated[str, msgspec.Meta(max_length=UNIT_LABEL_CHARACTERS_MAX)] | None = None


class PriceCreate(Params, frozen=True, kw_only=True):
    """What creating a price takes."""

    refused = {"custom_unit_amount": NO_CUSTOM_AMOUNTS}

    currency: str
    active: bool = True
    billing_scheme: BillingScheme = "per_unit"
    currency_options: dict[str, OptionParam] = {}
    lookup_key: LookupKey | None = None
    metadata: dict[str, str] = {}
    nickname: Nickname | None = None
    product: str | None = None
    product_data: ProductDataParam | None = None
    recurring: RecurringParam | None = None
    tax_behavior: TaxBehavior = "unspecified"
    tiers: tuple[TierDraft, ...] | None = None
    tiers_mode: TiersMode | None = None
    transfer_lookup_key: bool = False
    transform_quantity: TransformDraft | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class PriceUpdate(Params, frozen=True, kw_only=True):
    """What changing a price takes."""

    refused = {
        name: _FIXED
        for name in (*PriceDraft.__struct_fields__, "product", "product_data")
        if name not in {"currency_options", "tax_behavior"}
    }

    active: bool | UnsetType = UNSET
    currency_options: dict[str, OptionParam] | UnsetType = UNSET
    lookup_key: LookupKey | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    nickname: Nickname | None | UnsetType = UNSET
    tax_behavior: TaxBehavior | UnsetType = UNSET
    transfer_lookup_key: bool = False


class RecurringFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which recurring prices to list."""

    interval: Interval | None = None
    meter: str | None = None
    usage_type: UsageType | None = None


class PriceList(ListParams, frozen=True, kw_only=True):
    """What listing prices takes."""

    active: bool | None = None
    created: UnixTime | CreatedParam | None = None
    currency: str | None = None
    lookup_keys: tuple[str, ...] = ()
    product: str | None = None
    recurring: RecurringFilter = RecurringFilter()
    type: PriceType | None = None


def _create(context: Context, params: PriceCreate) -> PriceObject:
    price = create_price(
        prices=context.unit.prices,
        meters=context.unit.meters,
        environment=context.environment,
        now=context.now(),
        product=_product(context, params),
        draft=price_draft(params),
        labels=PriceLabels(
            active=params.active,
            lookup_key=params.lookup_key,
            metadata=params.metadata,
            nickname=params.nickname,
            transfer_lookup_key=params.transfer_lookup_key,
        ),
    )
    return rendered(context, price, expanded(params.expand))


def _product(context: Context, params: PriceCreate) -> str:
    """Return the id of the product that a new price is for, which is made where it is described."""
    data = params.product_data
    if params.product is not None:
        if data is not None:
            raise InvalidRequest(
                "You may only specify one of these parameters: product, product_data.",
                param="product",
            )
        _check_product(context, params.product)
        return params.product
    if data is None:
        raise InvalidRequest(
            "You must specify either `product` or `product_data` when creating a price.",
            param="product",
        )
    return create_product(
        products=context.unit.products,
        environment=context.environment,
        now=context.now(),
        id=data.id,
        change=ProductChange(
            name=data.name,
            active=data.active,
            metadata=data.metadata,
            statement_descriptor=data.statement_descriptor,
            tax_code=data.tax_code,
            unit_label=data.unit_label,
        ),
        path="product_data",
    ).id


def _check_product(context: Context, id: str) -> None:
    if context.unit.products.get(context.environment.id, id) is None:
        raise ResourceMissing(f"No such product: '{id}'", param="product")


def _retrieve(context: Context, params: Params) -> PriceObject:
    price = retrieve_price(
        prices=context.unit.prices,
        environment=context.environment,
        id=context.path_params["price"],
    )
    return rendered(context, price, expanded(params.expand))


def _update(context: Context, params: PriceUpdate) -> PriceObject:
    price = update_price(
        prices=context.unit.prices,
        products=context.unit.products,
        environment=context.environment,
        id=context.path_params["price"],
        change=PriceChange(**given(params)),
    )
    return rendered(context, price, expanded(params.expand))


def _list(context: Context, params: PriceList) -> ListObject[PriceObject]:
    if len(params.lookup_keys) > LOOKUP_KEYS_MAX:
        raise InvalidRequest(
            f"A list can name at most {LOOKUP_KEYS_MAX} lookup keys.", param="lookup_keys"
        )
    if params.product is not None:
        _check_product(context, params.product)
    where = PriceFilter(
        active=params.active,
        created=created_range(params.created),
        currency=params.currency and params.currency.lower(),
        interval=params.recurring.interval,
        lookup_keys=params.lookup_keys,
        meter=params.recurring.meter,
        product=params.product,
        type=params.type,
        usage_type=params.recurring.usage_type,
    )
    try:
        page = context.unit.prices.page(context.environment.id, params.cursor(), where)
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "price") from None
    names = expanded(params.expand, in_list=True)
    return list_object(page, context.path, lambda price: rendered(context, price, names))


def rendered(context: Context, price: Price, names: frozenset[str]) -> PriceObject:
    """Render a price with what is expanded of it, looking its product up where that is."""
    product: ProductObject | None = None
    found = None
    if "product" in names:
        found = context.unit.products.get(context.environment.id, price.product)
    if found is not None:
        product = rendered_product(context, found, within(names, "product"))
    return price_object(price, context.environment, expanded=names, product=product)


_ALL = "/v1/prices"
_ONE = "/v1/prices/{price}"

ENDPOINTS = (
    Endpoint(
        method="POST", path=_ALL, params=PriceCreate, run=_create, expandable=PRICE_EXPANDABLE
    ),
    Endpoint(method="GET", path=_ALL, params=PriceList, run=_list, expandable=PRICE_EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=PRICE_EXPANDABLE),
    Endpoint(
        method="POST", path=_ONE, params=PriceUpdate, run=_update, expandable=PRICE_EXPANDABLE
    ),
)
