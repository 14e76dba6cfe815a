"""`/v1/billing/price_coverage`."""

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import UnixTime
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.price_coverage import PriceCoverageObject, price_coverage_object
from taximeter.errors import ResourceMissing
from taximeter.kit.periods import MINUTE_SECONDS
from taximeter.pricing.coverage import measure_coverage
from taximeter.pricing.sets import metered_set, meters_of
from taximeter.usage.conditions import check_range


class PriceCoverageRetrieve(Params, frozen=True, kw_only=True):
    """What asking for the coverage of usage by prices takes."""

    prices: tuple[str, ...]
    start_time: UnixTime
    end_time: UnixTime
    customer: str | None = None


def _retrieve(context: Context, params: PriceCoverageRetrieve) -> PriceCoverageObject:
    times = {"start_time": params.start_time, "end_time": params.end_time}
    check_range(times, step=MINUTE_SECONDS, boundary="minute")
    unit, environment = context.unit, context.environment
    if params.customer is not None and unit.customers.get(environment.id, params.customer) is None:
        raise ResourceMissing(f"No such customer: '{params.customer}'", param="customer")
    prices = metered_set(
        params.prices,
        prices=unit.prices,
        meters=unit.meters,
        environment=environment,
        now=context.now(),
        path="prices",
    )
    found = meters_of(prices, meters=unit.meters, environment=environment)
    coverage = measure_coverage(
        reader=context.services.reader,
        meters=tuple(found.values()),
        prices=prices,
        start=params.start_time,
        end=params.end_time,
        customer=params.customer,
        rows_max=context.services.settings.meter_usage_rows_max,
    )
    return price_coverage_object(
        coverage,
        environment,
        start=params.start_time,
        end=params.end_time,
        customer=params.customer,
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/v1/billing/price_coverage",
        params=PriceCoverageRetrieve,
        run=_retrieve,
    ),
)
