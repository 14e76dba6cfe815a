"""What subscriptions are billed by: their prices, the meters of these and the names on lines."""

from collections.abc import Collection

import msgspec

from taximeter.invoicing.stores import BillingUnit
from taximeter.meters import Meter
from taximeter.pricing.price import Price, Recurring


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Prices and meters by id, and the products' names by the products' ids."""

    prices: dict[str, Price]
    meters: dict[str, Meter]
    names: dict[str, str]

    def recurring(self, price: str) -> Recurring:
        """Return how a price of a subscription is billed."""
        found = self.prices[price].recurring
        assert found is not None, "a subscription has only recurring prices"
        return found

    def meter(self, price: str) -> Meter | None:
        """Return the meter that counts a price's units, or None for a licensed price."""
        recurring = self.prices[price].recurring
        if recurring is None or recurring.meter is None:
            return None
        return self.meters[recurring.meter]

    def name(self, price: str) -> str:
        """Return the name of a price's product."""
        return self.names[self.prices[price].product]


def read_terms(unit: BillingUnit, environment: int, prices: Collection[str]) -> Terms:
    """Look up prices with all that belongs to them; there are few, however many pay by them."""
    found = unit.prices.many(environment, set(prices))
    metered = {price.recurring.meter for price in found.values() if price.recurring is not None}
    meters = {id: unit.meters.get(environment, id) for id in metered if id is not None}
    products = {price.product for price in found.values()}
    names = {id: unit.products.get(environment, id) for id in products}
    return Terms(
        prices=found,
        meters={id: meter for id, meter in meters.items() if meter is not None},
        names={id: "" if product is None else product.name for id, product in names.items()},
    )
