"""Making, changing and finding prices."""

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound, ResourceMissing
from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor
from taximeter.metadata import merged_metadata
from taximeter.meters import Meter, MeterStore
from taximeter.pricing.amounts import under
from taximeter.pricing.draft import OptionDraft, PriceDraft, other_currencies, price_of
from taximeter.pricing.price import (
    LookupKeyTaken,
    Price,
    PriceFilter,
    PriceStore,
    TaxBehavior,
)
from taximeter.pricing.product import ProductStore


class PriceLabels(msgspec.Struct, frozen=True, kw_only=True):
    """What a new price carries beside what it costs."""

    active: bool = True
    lookup_key: str | None = None
    metadata: dict[str, str] = {}
    nickname: str | None = None
    transfer_lookup_key: bool = False


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change to a price: what is UNSET stays, None unsets; further currencies are added."""

    active: bool | UnsetType = UNSET
    currency_options: dict[str, OptionDraft] | UnsetType = UNSET
    lookup_key: str | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET
    nickname: str | None | UnsetType = UNSET
    tax_behavior: TaxBehavior | UnsetType = UNSET
    transfer_lookup_key: bool = False


def create_price(
    *,
    prices: PriceStore,
    meters: MeterStore,
    environment: Environment,
    now: int,
    product: str,
    draft: PriceDraft,
    labels: PriceLabels,
    path: str = "",
) -> Price:
    """Create a price of a product that is there.

    Raises InvalidRequest, naming the parameter under `path`, for what no price can be and for a
    lookup key that another price has.
    """
    price = price_of(
        draft,
        id=new_id("price"),
        environment=environment.id,
        created=now,
        product=product,
        meter=meter_of(draft, meters=meters, environment=environment, path=path),
        path=path,
    )
    price = msgspec.structs.replace(
        price,
        active=labels.active,
        lookup_key=labels.lookup_key,
        metadata=merged_metadata({}, labels.metadata, under(path, "metadata")),
        nickname=labels.nickname,
    )
    if labels.transfer_lookup_key:
        _take_lookup_key(prices, price)
    try:
        prices.add(price)
    except LookupKeyTaken:
        raise _lookup_key_taken(prices, price) from None
    return price


def meter_of(
    draft: PriceDraft, *, meters: MeterStore, environment: Environment, path: str = ""
) -> Meter | None:
    """Return the meter that a draft names, if it names one.

    Raises ResourceMissing for one that is not there, InvalidRequest for one that is inactive.
    """
    if draft.recurring is None or draft.recurring.meter is None:
        return None
    id, param = draft.recurring.meter, f"{under(path, 'recurring')}[meter]"
    meter = meters.get(environment.id, id)
    if meter is None:
        raise ResourceMissing(f"No such meter: '{id}'", param=param)
    if meter.status == "inactive":
        raise InvalidRequest(
            f"Meter {id} is inactive, and counts nothing any more. Reactivate it, or name another.",
            param=param,
        )
    return meter


def retrieve_price(*, prices: PriceStore, environment: Environment, id: str) -> Price:
    """Return the price. Raises NotFound."""
    price = prices.get(environment.id, id)
    if price is None:
        raise NotFound(f"No such price: '{id}'", param="price")
    return price


def update_price(
    *,
    prices: PriceStore,
    products: ProductStore,
    environment: Environment,
    id: str,
    change: PriceChange,
) -> Price:
    """Change what may change about a price; what it costs in a currency stays for life.

    Raises NotFound, and InvalidRequest for what may not change and for a lookup key that another
    price has.
    """
    price = retrieve_price(prices=prices, environment=environment, id=id)
    if change.active is False and price.active:
        product = products.get(environment.id, price.product)
        if product is not None and product.default_price == price.id:
            raise InvalidRequest(
                "This price cannot be archived because it is the default price of its product. "
                "Give the product another default_price first.",
                param="active",
            )
    updated = _changed(price, change)
    if change.transfer_lookup_key:
        _take_lookup_key(prices, updated)
    try:
        prices.save(updated)
    except LookupKeyTaken:
        raise _lookup_key_taken(prices, updated) from None
    return updated


def _changed(price: Price, change: PriceChange) -> Price:
    options = dict(price.currency_options)
    if change.currency_options is not UNSET:
        added = other_currencies(change.currency_options, price.billing_scheme, own=price.currency)
        for currency in added:
            if options.get(currency, added[currency]) != added[currency]:
                raise InvalidRequest(
                    f"What price {price.id} costs in {currency} is fixed, since invoices depend on "
                    "it. Create a new price.",
                    param=f"currency_options[{currency}]",
                )
        options |= added
    if change.tax_behavior is not UNSET:
        own = options[price.currency]
        if own.tax_behavior not in {"unspecified", change.tax_behavior}:
            raise InvalidRequest(
                f"The tax behavior of price {price.id} is {own.tax_behavior} and cannot be changed "
                "any more. Create a new price.",
                param="tax_behavior",
            )
        options[price.currency] = msgspec.structs.replace(own, tax_behavior=change.tax_behavior)
    labels = {
        name: value
        for name in ("active", "lookup_key", "nickname")
        if (value := getattr(change, name)) is not UNSET
    }
    if change.metadata is not UNSET:
        labels["metadata"] = merged_metadata(price.metadata, change.metadata)
    return msgspec.structs.replace(price, currency_options=options, **labels)


def _take_lookup_key(prices: PriceStore, price: Price) -> None:
    """Take the lookup key of a price from whichever other price has it."""
    other = _with_lookup_key(prices, price)
    if other is not None and other.id != price.id:
        prices.save(msgspec.structs.replace(other, lookup_key=None))


def _with_lookup_key(prices: PriceStore, price: Price) -> Price | None:
    if price.lookup_key is None:
        return None
    where = PriceFilter(lookup_keys=(price.lookup_key,))
    found = prices.page(price.environment, Cursor(limit=1), where).data
    return found[0] if found else None


def _lookup_key_taken(prices: PriceStore, price: Price) -> InvalidRequest:
    other = _with_lookup_key(prices, price)
    assert other is not None, "its key was taken a moment ago, in this transaction"
    return InvalidRequest(
        f"A price (`{other.id}`) already uses that lookup key. Send transfer_lookup_key=true to "
        "take it over.",
        param="lookup_key",
    )
