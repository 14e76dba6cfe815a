"""`/v1/billing/simulations`."""

from typing import Annotated

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.lists import UnixTime
from taximeter.api.params import Params
from taximeter.api.resources.price_params import NO_CUSTOM_AMOUNTS, RecurringParam, price_draft
from taximeter.api.services import Context
from taximeter.api.wire.simulation import SimulationObject, simulation_object
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.kit.periods import MINUTE_SECONDS
from taximeter.pricing.amounts import Amount, DecimalText, TierDraft
from taximeter.pricing.draft import PriceDraft, TransformDraft
from taximeter.pricing.price import BillingScheme, Price, TiersMode
from taximeter.pricing.sets import common_currency, metered_set, meters_of
from taximeter.pricing.simulate import simulate
from taximeter.usage.conditions import check_range

CUSTOMERS_MAX = 1_000
LISTED_MAX = 100_000
LISTED = 100


class PriceDataParam(msgspec.Struct, frozen=True, kw_only=True):
    """A price that does not exist, to be tried on past usage."""

    refused = {
        "currency_options": "A simulation has one currency; describe the price in that one.",
        "custom_unit_amount": NO_CUSTOM_AMOUNTS,
        "product": "The price is only tried, and belongs to no product; leave it out.",
    }

    currency: str
    recurring: RecurringParam
    billing_scheme: BillingScheme = "per_unit"
    tiers: tuple[TierDraft, ...] | None = None
    tiers_mode: TiersMode | None = None
    transform_quantity: TransformDraft | None = None
    unit_amount: Amount | None = None
    unit_amount_decimal: DecimalText | None = None


class SimulationCreate(Params, frozen=True, kw_only=True):
    """What a simulation takes: two sets of prices, by id or described, and a range of usage."""

    before: tuple[str | PriceDataParam, ...]
    after: tuple[str | PriceDataParam, ...]
    start_time: UnixTime
    end_time: UnixTime
    currency: str | None = None
    customers: tuple[str, ...] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=LISTED_MAX)] = LISTED


def _create(context: Context, params: SimulationCreate) -> SimulationObject:
    times = {"start_time": params.start_time, "end_time": params.end_time}
    check_range(times, step=MINUTE_SECONDS, boundary="minute")
    _check_customers(context, params)
    before = _set(context, params.before, "before")
    after = _set(context, params.after, "after")
    simulation = simulate(
        reader=context.services.reader,
        meters=meters_of(
            (*before, *after), meters=context.unit.meters, environment=context.environment
        ),
        before=before,
        after=after,
        currency=common_currency(before, after, wanted=params.currency),
        start=params.start_time,
        end=params.end_time,
        customers=params.customers,
    )
    return simulation_object(
        simulation,
        context.environment,
        start=params.start_time,
        end=params.end_time,
        limit=params.limit,
        url=context.path,
    )


def _check_customers(context: Context, params: SimulationCreate) -> None:
    if params.customers is None:
        return
    if not 0 < len(params.customers) <= CUSTOMERS_MAX:
        raise InvalidRequest(
            f"Name 1 to {CUSTOMERS_MAX} customers, or leave customers out for all of them.",
            param="customers",
        )
    for index, id in enumerate(params.customers):
        if context.unit.customers.get(context.environment.id, id) is None:
            raise ResourceMissing(f"No such customer: '{id}'", param=f"customers[{index}]")


def _set(context: Context, sent: tuple[str | PriceDataParam, ...], path: str) -> tuple[Price, ...]:
    named: list[str | PriceDraft] = [
        one if isinstance(one, str) else price_draft(one) for one in sent
    ]
    return metered_set(
        named,
        prices=context.unit.prices,
        meters=context.unit.meters,
        environment=context.environment,
        now=context.now(),
        path=path,
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/v1/billing/simulations",
        params=SimulationCreate,
        run=_create,
        reads_only=True,
    ),
)
