"""The records of one environment as they stood before a transaction, and as they stand at its end.

An object shows some of what is around it: a draft shows its customer, and the credits that would
pay it. What the transaction changed of that is known both ways; the rest is read once for both.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from taximeter.api.services import Unit
from taximeter.changes import Change, ChangedKind
from taximeter.credits.grant import CreditBalanceTransaction, CreditGrant
from taximeter.customers import Customer
from taximeter.environments import Environment
from taximeter.invoicing.shown import Credits
from taximeter.invoicing.stores import BillingUnit
from taximeter.pricing.price import Price
from taximeter.subscriptions.subscription import Subscription

_Key = tuple[ChangedKind, str]


class Surroundings:
    """What the transaction left as it was, read when it is needed and kept."""

    def __init__(self, unit: BillingUnit, environment: Environment) -> None:
        """Read through a transaction, within one environment."""
        self.unit = unit
        self.environment = environment
        self.read: dict[_Key, Any] = {}
        self.grants: dict[str, list[CreditGrant]] = {}
        self.balances: dict[str, int] = {}

    def read_credits(self, customers: Collection[str]) -> None:
        """Read the grants of customers that can still pay."""
        missing = [one for one in customers if one not in self.grants]
        self.grants |= {one: [] for one in missing}
        for grant in self.unit.credit_grants.of_customers(self.environment.id, missing):
            self.grants[grant.customer].append(grant)

    def read_balances(self, grants: Collection[str]) -> None:
        """Read what is left of grants."""
        missing = [one for one in grants if one not in self.balances]
        self.balances |= self.unit.credit_ledger.balances(self.environment.id, missing)


class Standing:
    """The records at one of the two moments."""

    def __init__(
        self,
        around: Surroundings,
        changed: Mapping[_Key, Any],
        entries: Sequence[CreditBalanceTransaction] = (),
    ) -> None:
        """Take what changed as it is at this moment, None where it is not there.

        `entries` of the ledger were written after this moment.
        """
        self.environment = around.environment
        self._around = around
        self._changed = changed
        self._grants = [one for (kind, _), one in changed.items() if kind == "credit_grant"]
        self._written_later: dict[str, int] = defaultdict(int)
        for entry in entries:
            self._written_later[entry.credit_grant] += entry.amount

    def customers(self, ids: Collection[str]) -> Mapping[str, Customer]:
        """Return customers by id, deleted ones too."""
        return self._find("customer", ids, self._around.unit.customers.many)

    def prices(self, ids: Collection[str]) -> Mapping[str, Price]:
        """Return prices by id."""
        return self._find("price", ids, self._around.unit.prices.many)

    def subscriptions(self, ids: Collection[str]) -> Mapping[str, Subscription]:
        """Return subscriptions by id."""
        return self._find("subscription", ids, self._around.unit.subscriptions.many)

    def credits(self, customers: Collection[str]) -> Credits:
        """Return what the customers have to pay drafts with."""
        self._around.read_credits(customers)
        grants = {
            one: [now for grant in self._around.grants[one] if _usable(now := self._at(grant))]
            for one in customers
        }
        known = {grant.id for one in customers for grant in self._around.grants[one]}
        for grant in self._grants:
            if _usable(grant) and grant.id not in known:
                grants.setdefault(grant.customer, []).append(grant)
        self._around.read_balances([grant.id for some in grants.values() for grant in some])
        balances = {
            grant.id: self._around.balances[grant.id] - self._written_later[grant.id]
            for some in grants.values()
            for grant in some
        }
        return Credits(grants=grants, balances=balances)

    def _at(self, grant: CreditGrant) -> Any:
        """Return a grant as it is at this moment, or None where it is not there."""
        return self._changed.get(("credit_grant", grant.id), grant)

    def _find(
        self,
        kind: ChangedKind,
        ids: Collection[str],
        many: Callable[[int, Collection[str]], Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        read = self._around.read
        missing = [id for id in ids if (kind, id) not in self._changed and (kind, id) not in read]
        if missing:
            for id, one in many(self.environment.id, missing).items():
                read[kind, id] = one
        found = {id: self._changed.get((kind, id), read.get((kind, id))) for id in ids}
        return {id: one for id, one in found.items() if one is not None}


def _usable(grant: CreditGrant | None) -> bool:
    return grant is not None and grant.voided_at is None and grant.expired_at is None


def both_moments(
    unit: Unit, environment: Environment, changes: Sequence[Change]
) -> tuple[Standing, Standing]:
    """Return the records of an environment before its changes, and after them."""
    around = Surroundings(unit, environment)
    entries = [one.after for one in changes if isinstance(one.after, CreditBalanceTransaction)]
    before = Standing(around, {(one.kind, one.id): one.before for one in changes}, entries)
    return before, Standing(around, {(one.kind, one.id): one.after for one in changes})
