"""`billing.credit_grant` on the wire."""

from typing import Literal

import msgspec

from taximeter.api.wire.customer import CustomerObject, DeletedCustomerObject
from taximeter.api.wire.test_clock import TestClockObject
from taximeter.credits.grant import Category, CreditGrant
from taximeter.environments import Environment


class Monetary(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of money, in the minor unit."""

    currency: str
    value: int


class CreditAmount(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of credits."""

    monetary: Monetary
    type: Literal["monetary"] = "monetary"


class ScopePrice(msgspec.Struct, frozen=True, kw_only=True):
    """A price that credits pay for."""

    id: str


class CreditScope(msgspec.Struct, frozen=True, kw_only=True):
    """What credits pay for: every metered price, or these."""

    price_type: Literal["metered"] | None
    prices: tuple[ScopePrice, ...] | None


class ApplicabilityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What credits pay for."""

    scope: CreditScope


class CreditGrantObject(msgspec.Struct, frozen=True, kw_only=True):
    """A credit grant."""

    id: str
    object: Literal["billing.credit_grant"] = "billing.credit_grant"
    amount: CreditAmount
    applicability_config: ApplicabilityConfig
    category: Category
    created: int
    customer: str | CustomerObject | DeletedCustomerObject
    customer_account: None = None
    effective_at: int
    expires_at: int | None
    livemode: bool
    metadata: dict[str, str]
    name: str | None
    priority: int
    test_clock: str | TestClockObject | None
    updated: int
    voided_at: int | None


def credit_amount(currency: str, value: int) -> CreditAmount:
    """Render an amount."""
    return CreditAmount(monetary=Monetary(currency=currency, value=value))


def credit_grant_object(
    grant: CreditGrant,
    environment: Environment,
    *,
    customer: CustomerObject | DeletedCustomerObject | None = None,
    test_clock: TestClockObject | None = None,
) -> CreditGrantObject:
    """Render a grant, with its customer and its test clock where they are to be expanded."""
    scope = CreditScope(
        price_type=None if grant.prices else "metered",
        prices=tuple(ScopePrice(id=id) for id in grant.prices) or None,
    )
    return CreditGrantObject(
        id=grant.id,
        amount=credit_amount(grant.currency, grant.amount),
        applicability_config=ApplicabilityConfig(scope=scope),
        category=grant.category,
        created=grant.created,
        customer=grant.customer if customer is None else customer,
        effective_at=grant.effective_at,
        expires_at=grant.expires_at,
        livemode=environment.livemode,
        metadata=grant.metadata,
        name=grant.name,
        priority=grant.priority,
        test_clock=grant.test_clock if test_clock is None else test_clock,
        updated=grant.updated,
        voided_at=grant.voided_at,
    )
