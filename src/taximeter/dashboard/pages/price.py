"""A price: what it costs, and its curve against the quantity."""

import msgspec

from taximeter.api.wire.price import PriceObject, price_object
from taximeter.dashboard.curve import (
    Curve,
    CurveChart,
    curve_chart,
    curve_of,
    curve_table,
)
from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.pages.customers import AT_ONCE
from taximeter.dashboard.pages.price_form import whole
from taximeter.dashboard.pages.price_labels import interval_says, price_label, price_says
from taximeter.dashboard.table import Table
from taximeter.pricing.catalog.prices import PriceChange, retrieve_price, update_price
from taximeter.pricing.price import DimensionFilters, Price, Tier
from taximeter.subscriptions.subscription import SubscriptionFilter


class PriceQuery(msgspec.Struct, frozen=True, kw_only=True):
    """In which currency, and up to which quantity the curve goes."""

    currency: str = ""
    until: str = ""


class TierRow(msgspec.Struct, frozen=True, kw_only=True):
    """A tier: the units above `above` and up to `up_to`."""

    above: int
    tier: Tier


class PriceData(msgspec.Struct, frozen=True, kw_only=True):
    """A price as it is shown."""

    price: PriceObject
    label: str
    says: str
    interval: str
    product_name: str
    meter_name: str | None
    filters: DimensionFilters
    query: PriceQuery
    currency: str
    currencies: tuple[str, ...]
    tiers: tuple[TierRow, ...]
    curve: Curve
    chart: CurveChart
    subscriptions: int
    more_subscriptions: bool


def read_price(view: View, query: PriceQuery) -> PriceData:
    """Read a price. Raises NotFound."""
    unit, environment = view.unit, view.environment
    price = retrieve_price(
        prices=unit.prices, environment=environment, id=view.path_params["price"]
    )
    product = unit.products.get(environment.id, price.product)
    recurring = price.recurring
    meter = None
    if recurring is not None and recurring.meter is not None:
        meter = unit.meters.get(environment.id, recurring.meter)
    currency = query.currency if query.currency in price.currency_options else price.currency
    curve = curve_of(price, currency=currency, until=whole(query.until))
    subscribed = unit.subscriptions.page(
        environment.id, AT_ONCE, SubscriptionFilter(price=price.id)
    )
    return PriceData(
        price=price_object(price, environment, expanded=frozenset({"tiers", "currency_options"})),
        label=price_label(price),
        says=price_says(price),
        interval=interval_says(price),
        product_name=price.product if product is None else product.name,
        meter_name=None if meter is None else meter.display_name,
        filters=() if recurring is None else recurring.dimension_filters,
        query=query,
        currency=currency,
        currencies=tuple(price.currency_options),
        tiers=_tiers(price, currency),
        curve=curve,
        chart=curve_chart(price, curve),
        subscriptions=len(subscribed.data),
        more_subscriptions=subscribed.has_more,
    )


def _tiers(price: Price, currency: str) -> tuple[TierRow, ...]:
    rows, above = [], 0
    for tier in price.currency_options[currency].tiers:
        rows.append(TierRow(above=above, tier=tier))
        above = tier.up_to or above
    return tuple(rows)


def price_table(data: PriceData) -> Table:
    """Return the points of the curve."""
    return curve_table(data.curve, data.price.id)


PAGE = Page(
    path="catalog/prices/{price}",
    area="catalog",
    query=PriceQuery,
    read=read_price,
    template="price.html",
    title=lambda data: data.label,
    table=price_table,
)


def _changed(view: View, change: PriceChange, message: str) -> Done:
    price = update_price(
        prices=view.unit.prices,
        products=view.unit.products,
        environment=view.environment,
        id=view.path_params["price"],
        change=change,
    )
    return Done(location=view.url(f"catalog/prices/{price.id}"), message=message)


def _archive(view: View, _: NoQuery) -> Done:
    return _changed(
        view, PriceChange(active=False), "Archived. What is subscribed to goes on being billed."
    )


def _restore(view: View, _: NoQuery) -> Done:
    return _changed(view, PriceChange(active=True), "The price is active again.")


CHANGES = (
    Change(path="catalog/prices/{price}/archive", form=NoQuery, run=_archive, page=PAGE),
    Change(path="catalog/prices/{price}/restore", form=NoQuery, run=_restore, page=PAGE),
)
