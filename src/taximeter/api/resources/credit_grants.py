"""`/v1/billing/credit_grants`."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import expanded
from taximeter.api.lists import ListObject, ListParams, UnixTime, list_object, unknown_cursor
from taximeter.api.params import Params
from taximeter.api.services import Context
from taximeter.api.wire.credit_grant import CreditGrantObject, credit_grant_object
from taximeter.api.wire.customer import customer_object
from taximeter.api.wire.test_clock import TestClockObject, test_clock_object
from taximeter.credits import change, create
from taximeter.credits.create import NewGrant
from taximeter.credits.grant import Category, CreditGrant
from taximeter.errors import InvalidRequest, ParameterMissing, ParametersExclusive
from taximeter.kit.paging import UnknownCursor
from taximeter.pricing.draft import read_currency

PRICES_MAX = 20
EXPANDABLE = frozenset({"customer", "test_clock"})
NO_ACCOUNTS = "There are no accounts here; name the customer in 'customer'."
_FIXED = (
    "Only expires_at and metadata can be changed after a credit grant is created; void or expire "
    "the grant, and create a new one for anything else."
)


class MonetaryParam(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of money, in the minor unit."""

    currency: str
    value: Annotated[int, msgspec.Meta(ge=1, le=999_999_999_999)]


class AmountParam(msgspec.Struct, frozen=True, kw_only=True):
    """How much is granted."""

    refused = {"custom_pricing_unit": "Credits are amounts of money here; send monetary."}

    type: Literal["monetary"]
    monetary: MonetaryParam | None = None


class PriceParam(msgspec.Struct, frozen=True, kw_only=True):
    """A price that credits pay for."""

    id: str


class ScopeParam(msgspec.Struct, frozen=True, kw_only=True):
    """What credits pay for: every metered price, or these."""

    refused = {"billable_items": "Name the metered prices in 'prices'."}

    price_type: Literal["metered"] | None = None
    prices: tuple[PriceParam, ...] | None = None

    def ids(self, path: str) -> tuple[str, ...]:
        """Return the prices, each once, or none for every metered price.

        `path` is what the scope is called in the request. Raises ParametersExclusive,
        ParameterMissing, and InvalidRequest for too many prices.
        """
        if self.price_type is not None and self.prices is not None:
            raise ParametersExclusive(
                f"You may only specify one of these parameters: {path}[price_type], "
                f"{path}[prices].",
                param=f"{path}[price_type]",
            )
        if self.price_type is None and not self.prices:
            raise ParameterMissing(
                f"Missing required param: {path}[price_type]. Send metered, or name prices in "
                f"{path}[prices].",
                param=f"{path}[price_type]",
            )
        prices = self.prices or ()
        if len(prices) > PRICES_MAX:
            raise InvalidRequest(
                f"A scope can name at most {PRICES_MAX} prices; this one names {len(prices)}.",
                param=f"{path}[prices]",
            )
        return tuple(dict.fromkeys(price.id for price in prices))


class ApplicabilityParam(msgspec.Struct, frozen=True, kw_only=True):
    """What credits pay for."""

    scope: ScopeParam


class CreditGrantCreate(Params, frozen=True, kw_only=True):
    """What granting credits takes."""

    refused = {"customer_account": NO_ACCOUNTS}

    amount: AmountParam
    applicability_config: ApplicabilityParam
    customer: str
    category: Category = "paid"
    effective_at: UnixTime | None = None
    expires_at: UnixTime | None = None
    metadata: dict[str, str] = {}
    name: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    priority: Annotated[int, msgspec.Meta(ge=0, le=100)] = 50


class CreditGrantUpdate(Params, frozen=True, kw_only=True):
    """What changing a grant takes."""

    refused = {
        name: _FIXED
        for name in CreditGrantCreate.__struct_fields__
        if name not in {"expand", "expires_at", "metadata"}
    }

    expires_at: UnixTime | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET


class CreditGrantList(ListParams, frozen=True, kw_only=True):
    """What listing grants takes."""

    refused = {"customer_account": NO_ACCOUNTS}

    customer: str | None = None


def _create(context: Context, params: CreditGrantCreate) -> CreditGrantObject:
    monetary = params.amount.monetary
    if monetary is None:
        raise ParameterMissing(
            "Missing required param: amount[monetary].", param="amount[monetary]"
        )
    new = NewGrant(
        customer=params.customer,
        currency=read_currency(monetary.currency, "amount[monetary][currency]"),
        amount=monetary.value,
        prices=params.applicability_config.scope.ids("applicability_config[scope]"),
        category=params.category,
        effective_at=params.effective_at,
        expires_at=params.expires_at,
        priority=params.priority,
        name=params.name,
        metadata=params.metadata,
    )
    grant = create.create(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        new=new,
    )
    return rendered(context, params, grant)


def _retrieve(context: Context, params: Params) -> CreditGrantObject:
    grant = change.retrieve(
        store=context.unit.credit_grants,
        environment=context.environment,
        id=context.path_params["id"],
    )
    return rendered(context, params, grant)


def _update(context: Context, params: CreditGrantUpdate) -> CreditGrantObject:
    grant = change.update(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        id=context.path_params["id"],
        expires_at=params.expires_at,
        metadata=params.metadata,
    )
    return rendered(context, params, grant)


def _expire(context: Context, params: Params) -> CreditGrantObject:
    grant = change.expire(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        id=context.path_params["id"],
    )
    return rendered(context, params, grant)


def _void(context: Context, params: Params) -> CreditGrantObject:
    grant = change.void(
        unit=context.unit,
        environment=context.environment,
        clock=context.services.clock,
        id=context.path_params["id"],
    )
    return rendered(context, params, grant)


def _list(context: Context, params: CreditGrantList) -> ListObject[CreditGrantObject]:
    try:
        page = context.unit.credit_grants.page(
            context.environment.id, params.cursor(), params.customer
        )
    except UnknownCursor as error:
        raise unknown_cursor(error, params, "credit grant") from None
    return list_object(page, context.path, lambda grant: rendered(context, params, grant))


def rendered(context: Context, params: Params, grant: CreditGrant) -> CreditGrantObject:
    """Render a grant, with what of it the request asks to be expanded."""
    names = expanded(params.expand, in_list=isinstance(params, ListParams))
    customer = None
    if "customer" in names:
        found = context.unit.customers.get(context.environment.id, grant.customer)
        assert found is not None, "customers are never dropped"
        customer = customer_object(found, context.environment)
    clock = expanded_clock(context, grant.test_clock) if "test_clock" in names else None
    return credit_grant_object(grant, context.environment, customer=customer, test_clock=clock)


def expanded_clock(context: Context, test_clock: str | None) -> TestClockObject | None:
    """Render the test clock that credits belong to, or None for those of none."""
    if test_clock is None:
        return None
    found = context.unit.test_clocks.get(context.environment.id, test_clock)
    assert found is not None, "what belongs to a test clock goes when it is deleted"
    return test_clock_object(found, context.environment)


_ALL = "/v1/billing/credit_grants"
_ONE = "/v1/billing/credit_grants/{id}"

ENDPOINTS = (
    Endpoint(
        method="POST", path=_ALL, params=CreditGrantCreate, run=_create, expandable=EXPANDABLE
    ),
    Endpoint(method="GET", path=_ALL, params=CreditGrantList, run=_list, expandable=EXPANDABLE),
    Endpoint(method="GET", path=_ONE, params=Params, run=_retrieve, expandable=EXPANDABLE),
    Endpoint(
        method="POST", path=_ONE, params=CreditGrantUpdate, run=_update, expandable=EXPANDABLE
    ),
    Endpoint(
        method="POST", path=_ONE + "/expire", params=Params, run=_expire, expandable=EXPANDABLE
    ),
    Endpoint(method="POST", path=_ONE + "/void", params=Params, run=_void, expandable=EXPANDABLE),
)
