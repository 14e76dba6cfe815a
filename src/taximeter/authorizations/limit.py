"""Hard limits on usage, spend and credits: where a customer stands, and what each allows."""

from collections.abc import Callable, Mapping
from decimal import Decimal

import msgspec

from taximeter.authorizations.authorization import Credit, LimitState
from taximeter.authorizations.figures import Figures
from taximeter.authorizations.live_total import Series
from taximeter.credits.balance import is_available
from taximeter.invoicing.credit_left import credit_left
from taximeter.invoicing.spend import running, spend
from taximeter.invoicing.standing import Quantities, Standing, quantities_wanted
from taximeter.invoicing.usage import UsageKey
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS


class UsageLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A series may come to `gte`."""

    alert: str
    gte: Decimal
    series: Series

    def state(self, figures: Figures) -> LimitState:
        """Return where the customer stands, and whether what is asked for is within the limit."""
        return LimitState(
            alert=self.alert,
            alert_type="usage_threshold",
            limit=self.gte,
            used=figures.used(self.series),
            reserved=figures.reserved(self.series),
            remaining=decimals.difference(self.gte, figures.taken(self.series)),
            allows=figures.after(self.series) <= self.gte,
        )


class Priced(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """How a customer stands, and the series that its quantities are; `running` of these go on."""

    standing: Standing
    series: Mapping[UsageKey, Series]
    running: frozenset[Series]

    def quantities(self, value: Callable[[Series], Decimal]) -> Quantities:
        """Return the quantities, each by what its series comes to."""
        return {key: value(series) for key, series in self.series.items()}


class SpendLimit(msgspec.Struct, frozen=True, kw_only=True):
    """What usage of the running periods is priced at may come to `gte`."""

    alert: str
    gte: int
    currency: str

    def state(self, figures: Figures, priced: Priced) -> LimitState:
        """Return where the customer stands, and whether what is asked for is within the limit."""
        used, taken, after = (
            spend(priced.standing, priced.quantities(value), self.currency)
            for value in (figures.used, figures.taken, figures.after)
        )
        return LimitState(
            alert=self.alert,
            alert_type="spend_threshold",
            limit=Decimal(self.gte),
            used=Decimal(used),
            reserved=Decimal(taken - used),
            remaining=Decimal(self.gte - taken),
            allows=after <= self.gte,
        )


class CreditLimit(msgspec.Struct, frozen=True, kw_only=True):
    """What usage leaves of credits may fall to `lte`."""

    alert: str
    lte: int
    currency: str

    def state(self, figures: Figures, priced: Priced) -> LimitState:
        """Return where the customer stands, and whether what is asked for is within the limit."""
        used, taken, after = (
            credit_left(priced.standing, priced.quantities(value), self.currency)
            for value in (figures.used, figures.taken, figures.after)
        )
        return LimitState(
            alert=self.alert,
            alert_type="credit_balance_threshold",
            limit=Decimal(self.lte),
            used=Decimal(_in_effect(priced.standing, self.currency) - used),
            reserved=Decimal(used - taken),
            remaining=Decimal(taken - self.lte),
            allows=after >= self.lte,
        )


def read_credit(figures: Figures, priced: Priced) -> Credit:
    """Return what is left of credits, and whether they pay for all that is asked for.

    They do when as much less is left of them as the usage is priced at.
    """
    currency = _currency(figures, priced)
    standing = priced.standing
    taken, after = priced.quantities(figures.taken), priced.quantities(figures.after)
    left = credit_left(standing, taken, currency)
    price = spend(standing, after, currency) - spend(standing, taken, currency)
    return Credit(
        balance=left, pays=price <= 0 or price <= left - credit_left(standing, after, currency)
    )


def priced_of(standing: Standing, environment: int) -> Priced:
    """Return a standing with the series of all its quantities."""
    currencies = {one.currency for one in standing.subscriptions}
    going_on = {one.key for currency in currencies for one in running(standing, currency)}
    series = {
        key: Series(
            environment,
            key.customer,
            key.meter,
            key.start * MICROSECONDS,
            key.end * MICROSECONDS,
            key.dimension_filters,
        )
        for key in going_on | quantities_wanted(standing)
    }
    return Priced(
        standing=standing, series=series, running=frozenset(series[key] for key in going_on)
    )


def _in_effect(standing: Standing, currency: str) -> int:
    return sum(
        standing.balances[grant.id]
        for grant in standing.grants
        if grant.currency == currency and is_available(grant, standing.now)
    )


def _currency(figures: Figures, priced: Priced) -> str:
    """Return the currency that what is asked for is priced in, or that of the customer's credits.

    A customer is billed for one use in one currency.
    """
    standing = priced.standing
    currencies = [one.currency for one in standing.subscriptions]
    for currency in currencies:
        items = running(standing, currency)
        if any(figures.asked(priced.series[one.key]) for one in items):
            return currency
    currencies += [one.currency for one in standing.grants]
    return currencies[0] if currencies else "usd"
