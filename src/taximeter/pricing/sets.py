"""Sets of metered prices, as requests name them: by id, or described on the spot."""

from collections.abc import Sequence

from taximeter.environments import Environment
from taximeter.errors import EmptyParameter, InvalidRequest, ResourceMissing
from taximeter.meters import Meter, MeterStore
from taximeter.pricing.catalog.prices import meter_of
from taximeter.pricing.draft import PriceDraft, price_of, read_currency
from taximeter.pricing.price import Price, PriceStore

SET_PRICES_MAX = 100


def metered_set(
    named: Sequence[str | PriceDraft],
    *,
    prices: PriceStore,
    meters: MeterStore,
    environment: Environment,
    now: int,
    path: str,
) -> tuple[Price, ...]:
    """Return metered prices as they are named; for an id the described have their place there.

    Raises ResourceMissing for a price that is not there, and InvalidRequest for one that no meter
    counts the units of or that is named twice, for none, for too many and for bad descriptions.
    """
    if not named:
        raise EmptyParameter(f"The list {path} is empty. Name at least one price.", param=path)
    if len(named) > SET_PRICES_MAX:
        raise InvalidRequest(
            f"A set can have at most {SET_PRICES_MAX} prices; {path} has {len(named)}.", param=path
        )
    found: dict[str, Price] = {}
    for index, one in enumerate(named):
        param = f"{path}[{index}]"
        if isinstance(one, str):
            price = prices.get(environment.id, one)
            if price is None:
                raise ResourceMissing(f"No such price: '{one}'", param=param)
        else:
            price = price_of(
                one,
                id=param,
                environment=environment.id,
                created=now,
                product="",
                meter=meter_of(one, meters=meters, environment=environment, path=param),
                path=param,
            )
        if not price.metered:
            raise InvalidRequest(
                f"Price {price.id} is not metered, and says nothing about usage. Name metered "
                "prices only.",
                param=param,
            )
        if price.id in found:
            raise InvalidRequest(f"Price {price.id} is named twice; name it once.", param=param)
        found[price.id] = price
    return tuple(found.values())


def meters_of(
    prices: Sequence[Price], *, meters: MeterStore, environment: Environment
) -> dict[str, Meter]:
    """Return the meters that count the units of metered prices, by id, deactivated ones too."""
    found: dict[str, Meter] = {}
    for price in prices:
        id, _ = price.counted
        if id not in found:
            meter = meters.get(environment.id, id)
            assert meter is not None, "a price was made with a meter, and meters are never deleted"
            found[id] = meter
    return found


def common_currency(
    before: Sequence[Price], after: Sequence[Price], *, wanted: str | None = None
) -> str:
    """Return the currency in which two sets are compared: the one wanted, or the first price's own.

    Raises InvalidRequest for a price that costs nothing known in it.
    """
    currency = before[0].currency if wanted is None else read_currency(wanted, "currency")
    for path, prices in (("before", before), ("after", after)):
        for index, price in enumerate(prices):
            if currency not in price.currency_options:
                has = ", ".join(price.currency_options)
                raise InvalidRequest(
                    f"Price {price.id} has no amount in {currency}; it has one in: {has}. Compare "
                    "prices of one currency, or name one that all of them have in currency.",
                    param=f"{path}[{index}]",
                )
    return currency
