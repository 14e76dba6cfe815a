"""`/v1/billing/price_coverage`."""

from collections.abc import Sequence

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import UnixTime
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.price_coverage import PriceCoverageObject, price_coverage_object
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.kit.periods import MINUTE_SECONDS
from taximeter.pricing.coverage import measure_coverage
from taximeter.pricing.price import Price
from taximeter.pricing.sets import metered_set, meters_of
from taximeter.usage.conditions import check_range


class PriceCoverageRetrieve(Params, frozen=True, kw_only=True):
    """What asking for the coverage of usage by prices takes: a set of them, or a subscription's."""

    start_time: UnixTime
    end_time: UnixTime
    customer: str | None = None
    prices: tuple[str, ...] | None = None
    subscription: str | None = None


def _retrieve(context: Context, params: PriceCoverageRetrieve) -> PriceCoverageObject:
    times = {"start_time": params.start_time, "end_time": params.end_time}
    check_range(times, step=MINUTE_SECONDS, boundary="minute")
    unit, environment = context.unit, context.environment
    prices, customer = _asked(context, params)
    found = meters_of(prices, meters=unit.meters, environment=environment)
    coverage = measure_coverage(
        reader=context.services.reader,
        meters=tuple(found.values()),
        prices=prices,
        start=params.start_time,
        end=params.end_time,
        customer=customer,
        rows_max=context.services.settings.meter_usage_rows_max,
    )
    return price_coverage_object(
        coverage,
        environment,
        start=params.start_time,
        end=params.end_time,
        customer=customer,
    )


def _asked(context: Context, params: PriceCoverageRetrieve) -> tuple[Sequence[Price], str | None]:
    """Return the metered prices that are asked about, and whose usage is, None for everyone's."""
    unit, environment = context.unit, context.environment
    if (params.prices is None) == (params.subscription is None):
        raise InvalidRequest(
            "Name either prices, or a subscription for the prices of its items.", param="prices"
        )
    if params.subscription is not None:
        if params.customer is not None:
            raise InvalidRequest(
                "A subscription is held against the usage of its own customer; leave customer "
                "out, or name its prices in prices.",
                param="customer",
            )
        return _of_subscription(context, params.subscription)
    if params.customer is not None and unit.customers.get(environment.id, params.customer) is None:
        raise ResourceMissing(f"No such customer: '{params.customer}'", param="customer")
    prices = metered_set(
        params.prices or (),
        prices=unit.prices,
        meters=unit.meters,
        environment=environment,
        now=context.now(),
        path="prices",
    )
    return prices, params.customer


def _of_subscription(context: Context, id: str) -> tuple[Sequence[Price], str]:
    """Return the metered prices of a subscription's items, and its customer."""
    unit, environment = context.unit, context.environment
    subscription = unit.subscriptions.get(environment.id, id)
    if subscription is None:
        raise ResourceMissing(f"No such subscription: '{id}'", param="subscription")
    found = unit.prices.many(environment.id, [item.price for item in subscription.items])
    prices = [found[item.price] for item in subscription.items]
    return [price for price in prices if price.metered], subscription.customer


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/price_coverage",
        params=PriceCoverageRetrieve,
        run=_retrieve,
    ),
)
