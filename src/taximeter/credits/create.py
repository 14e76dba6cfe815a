"""Granting credits to a customer."""

from decimal import Decimal

import msgspec

from taximeter.credits import ledger
from taximeter.credits.expire import expiry
from taximeter.credits.grant import Category, CreditGrant
from taximeter.credits.stores import CreditUnit
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, ResourceMissing
from taximeter.kit import money
from taximeter.kit.clock import Clock
from taximeter.kit.ids import new_id
from taximeter.metadata import merged_metadata
from taximeter.test_clocks import check_ready, present

GRANTS_MAX = 100
"""Grants of one customer that are not used up; Stripe's limit."""


class NewGrant(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller says about a grant; without `effective_at` it is in effect from now on."""

    customer: str
    currency: str
    amount: int
    prices: tuple[str, ...] = ()
    category: Category = "paid"
    effective_at: int | None = None
    expires_at: int | None = None
    priority: int = 50
    name: str | None = None
    metadata: dict[str, str] = {}


def create(
    *, unit: CreditUnit, environment: Environment, clock: Clock, new: NewGrant
) -> CreditGrant:
    """Grant credits, enter them in the ledger and note when they expire.

    Raises ResourceMissing for an unknown customer or price, and InvalidRequest for what could
    never be used: a price without a meter or in another currency, an expiry in the past. Raises
    Locked while the customer's test clock advances.
    """
    customer = unit.customers.get(environment.id, new.customer)
    if customer is None or customer.deleted_at is not None:
        raise ResourceMissing(f"No such customer: '{new.customer}'", param="customer")
    now = changeable_at(unit, environment.id, customer.test_clock, clock)
    _check_amount(new)
    _check_prices(unit, environment, new)
    effective_at = now if new.effective_at is None else new.effective_at
    check_expiry(new.expires_at, effective_at=effective_at, now=now)
    _check_number(unit, environment, customer.id)
    grant = CreditGrant(
        id=new_id("credgr"),
        environment=environment.id,
        created=now,
        updated=now,
        customer=customer.id,
        test_clock=customer.test_clock,
        currency=new.currency,
        amount=new.amount,
        prices=new.prices,
        category=new.category,
        effective_at=effective_at,
        expires_at=new.expires_at,
        priority=new.priority,
        name=new.name,
        metadata=merged_metadata({}, new.metadata),
    )
    unit.credit_grants.add(grant)
    unit.credit_ledger.add(ledger.granted(grant))
    unit.due.schedule(expiry(grant))
    return grant


def changeable_at(unit: CreditUnit, environment: int, test_clock: str | None, clock: Clock) -> int:
    """Return what time it is for a customer's credits. Raises Locked while their clock advances."""
    if test_clock is not None:
        found = unit.test_clocks.get(environment, test_clock)
        assert found is not None, "what belongs to a test clock goes when it is deleted"
        check_ready(found)
    return present(
        store=unit.test_clocks, environment=environment, test_clock=test_clock, clock=clock
    )


def check_expiry(expires_at: int | None, *, effective_at: int, now: int) -> None:
    """Refuse an expiry that has passed, or that leaves no time to use the credits."""
    if expires_at is None:
        return
    if expires_at <= now:
        raise InvalidRequest(
            f"expires_at must lie in the future; {expires_at} is not later than {now}. To take "
            "credits away now, expire the grant.",
            param="expires_at",
        )
    if expires_at <= effective_at:
        raise InvalidRequest(
            f"expires_at must be later than effective_at ({effective_at}); it currently is "
            f"{expires_at}.",
            param="expires_at",
        )


def _check_amount(new: NewGrant) -> None:
    if money.rounded(Decimal(new.amount), new.currency) != new.amount:
        raise InvalidRequest(
            f"Amounts in {new.currency} are kept to the nearest ten of its minor unit, which "
            f"{new.amount} is not. Send a value that ends in 0.",
            param="amount[monetary][value]",
        )


def _check_prices(unit: CreditUnit, environment: Environment, new: NewGrant) -> None:
    found = unit.prices.many(environment.id, new.prices)
    for index, id in enumerate(new.prices):
        param = f"applicability_config[scope][prices][{index}][id]"
        price = found.get(id)
        if price is None:
            raise ResourceMissing(f"No such price: '{id}'", param=param)
        if not price.metered:
            raise InvalidRequest(
                f"Credits pay for metered usage only, and no meter counts the units of price "
                f"'{id}'. Name prices whose recurring[usage_type] is metered.",
                param=param,
            )
        if new.currency not in price.currency_options:
            known = ", ".join(sorted(price.currency_options))
            raise InvalidRequest(
                f"Price '{id}' is never billed in {new.currency} (its currencies: {known}), so "
                "these credits could not pay for it.",
                param="amount[monetary][currency]",
            )


def _check_number(unit: CreditUnit, environment: Environment, customer: str) -> None:
    grants = unit.credit_grants.of_customers(environment.id, (customer,))
    balances = unit.credit_ledger.balances(environment.id, [grant.id for grant in grants])
    if sum(balance > 0 for balance in balances.values()) >= GRANTS_MAX:
        raise InvalidRequest(
            f"A customer can have at most {GRANTS_MAX} credit grants that are not used up, and "
            f"'{customer}' has as many. Expire or void some first.",
            param="customer",
        )
