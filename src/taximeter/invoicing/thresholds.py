"""Thresholds: usage is invoiced as soon as it comes to an amount, or to a quantity of an item.

Each subscription that has some is looked at every so many seconds. What an invoice at a threshold
has billed is remembered on the items, and the next one bills all of the period's usage less that:
tiers go on, and what came late is not lost. Trials, the last day of a period and packages have no
thresholds.
"""

from collections.abc import Sequence

import msgspec

from taximeter.credits.apply import Payable, apply
from taximeter.due import Due, by_environment
from taximeter.invoicing.at_once import (
    has_thresholds,
    invoice_at_once,
    schedule,
    threshold_check,
)
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.change import reset_anchor
from taximeter.invoicing.invoice import Line, MeteredUsage
from taximeter.invoicing.lines import metered_lines
from taximeter.invoicing.so_far import key_so_far
from taximeter.invoicing.stores import BillingRecords, BillingUnit
from taximeter.invoicing.terms import Terms, read_terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit import decimals
from taximeter.kit.clock import Clock
from taximeter.kit.periods import DAY_SECONDS
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader


class Thresholds:
    """Looks at the thresholds that are due, and invoices those that are crossed."""

    def __init__(
        self,
        *,
        records: BillingRecords,
        reader: UsageReader,
        barrier: Barrier,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Use the running parts of one server."""
        self._records = records
        self._reader = reader
        self._barrier = barrier
        self._clock = clock
        self._settings = settings

    def run(self, works: Sequence[Due]) -> None:
        """Look at subscriptions, and say when to look again; those that have ended are forgotten.

        One look reads the usage of all. Raises LogFailed and StorageFailed; an invoice is written
        whole or not at all.
        """
        for environment, some in by_environment(works).items():
            self._run(environment, some)

    def _run(self, environment: int, works: Sequence[Due]) -> None:
        with self._records.reading() as unit:
            crossing = self._crossing(self._billing(unit, environment), works)
        for id in crossing:
            with self._records.writing() as unit:
                bill_threshold(id, billing=self._billing(unit, environment))
        with self._records.writing() as unit:
            billing = self._billing(unit, environment)
            found = unit.subscriptions.many(environment, [work.subject for work in works])
            again, over = [], []
            for work in works:
                one = found.get(work.subject)
                check = None if one is None else threshold_check(one, billing=billing)
                if check is None:
                    over.append(work)
                else:
                    again.append(check)
            unit.due.drop(over)
            unit.due.schedule(again)

    def _billing(self, unit: BillingUnit, environment: int) -> Billing:
        return Billing(
            unit=unit,
            environment=environment,
            reader=self._reader,
            barrier=self._barrier,
            clock=self._clock,
            settings=self._settings,
        )

    def _crossing(self, billing: Billing, works: Sequence[Due]) -> list[str]:
        """Return which subscriptions have come to a threshold, reading the usage of all at once."""
        environment = billing.environment
        found = billing.unit.subscriptions.many(environment, [work.subject for work in works])
        terms = read_terms(
            billing.unit, environment, {item.price for one in found.values() for item in one.items}
        )
        keys = {
            id: usage_keys(one, terms, now=billing.present(one.test_clock))
            for id, one in found.items()
        }
        usage = billing.read(
            {f"{id} {item}": key for id, some in keys.items() for item, key in some.items()}, terms
        )
        return [
            id
            for id, one in found.items()
            if is_crossed(one, terms, keys[id], usage, billing=billing)
        ]


def usage_keys(subscription: Subscription, terms: Terms, *, now: int) -> dict[str, UsageKey]:
    """Return which usage thresholds are held against, by item; none where there are none now."""
    if subscription.status != "active" or not has_thresholds(subscription):
        return {}
    if now >= subscription.serves_until - DAY_SECONDS:
        return {}
    keys = {}
    for item in subscription.items:
        meter = terms.meter(item.price)
        if meter is None or terms.prices[item.price].transform_quantity is not None:
            continue
        key = key_so_far(subscription, item, terms, at=now, final=False)
        if key is not None:
            keys[item.id] = key
    return keys


def is_crossed(
    subscription: Subscription,
    terms: Terms,
    keys: dict[str, UsageKey],
    usage: dict[UsageKey, MeteredUsage],
    *,
    billing: Billing,
) -> bool:
    """Say whether usage has come to a threshold: to the amount, or to a quantity of an item.

    The amount is what is left to pay after credits.
    """
    for item in subscription.items:
        if item.id not in keys or item.usage_gte is None:
            continue
        fresh = decimals.difference(usage[keys[item.id]].value, item.billed_before)
        if fresh >= item.usage_gte:
            return True
    thresholds = subscription.billing_thresholds
    if thresholds is None:
        return False
    lines = threshold_lines(subscription, terms, keys, usage)
    amount = sum(line.amount for line in lines)
    if amount < thresholds.amount_gte:
        return False
    return amount - _credited(subscription, lines, billing) >= thresholds.amount_gte


def _credited(subscription: Subscription, lines: list[Line], billing: Billing) -> int:
    """Return what credits would pay of lines."""
    unit, environment = billing.unit, billing.environment
    grants = unit.credit_grants.of_customers(environment, [subscription.customer])
    applications = apply(
        [
            Payable(line=line.id, price=line.price, amount=line.amount)
            for line in lines
            if line.price is not None and line.amount > 0
        ],
        grants=grants,
        balances=unit.credit_ledger.balances(environment, [grant.id for grant in grants]),
        currency=subscription.currency,
        period_end=billing.present(subscription.test_clock),
        at_most=max(0, sum(line.amount for line in lines)),
    )
    return sum(one.amount for one in applications)


def threshold_lines(
    subscription: Subscription,
    terms: Terms,
    keys: dict[str, UsageKey],
    usage: dict[UsageKey, MeteredUsage],
) -> list[Line]:
    """Bill the usage since the last invoice, the newest item first.

    Usage that was cancelled since is settled at the end of the period.
    """
    lines: list[Line] = []
    for item in subscription.newest_first:
        if item.id in keys and usage[keys[item.id]].value > item.billed_before:
            quantity = msgspec.structs.replace(
                usage[keys[item.id]], billed_before=item.billed_before, continues=True
            )
            lines += metered_lines(
                subscription,
                item,
                terms.prices[item.price],
                quantity,
                name=terms.name(item.price),
            )
    return lines


def bill_threshold(id: str, *, billing: Billing) -> None:
    """Invoice a subscription whose usage has come to a threshold, if it still has.

    With `reset_billing_cycle_anchor` a new period begins. Raises LogFailed.
    """
    unit = billing.unit
    found = unit.subscriptions.get(billing.environment, id)
    if found is None:
        return
    now = billing.present(found.test_clock)
    terms = read_terms(unit, billing.environment, {item.price for item in found.items})
    keys = usage_keys(found, terms, now=now)
    usage = billing.read(keys, terms)
    if not is_crossed(found, terms, keys, usage, billing=billing):
        return
    if found.billing_thresholds is not None and found.billing_thresholds.reset_billing_cycle_anchor:
        reset_anchor(found, terms, billing=billing, now=now)
        return
    invoice = invoice_at_once(
        found,
        threshold_lines(found, terms, keys, usage),
        reason="subscription_threshold",
        period=(found.current_period_start, now),
        now=now,
        billing=billing,
    )
    billed = msgspec.structs.replace(
        billed_at_threshold(found, keys, usage),
        latest_invoice=invoice.id,
        revision=found.revision + 1,
    )
    unit.subscriptions.save([billed])
    schedule(billed, before=found, billing=billing)


def billed_at_threshold(
    subscription: Subscription,
    keys: dict[str, UsageKey],
    usage: dict[UsageKey, MeteredUsage],
) -> Subscription:
    """Return a subscription once the lines of `threshold_lines` are on an invoice."""
    items = []
    for item in subscription.items:
        value = usage[keys[item.id]].value if item.id in keys else item.billed_before
        items.append(msgspec.structs.replace(item, billed_before=max(item.billed_before, value)))
    return msgspec.structs.replace(subscription, items=tuple(items))
