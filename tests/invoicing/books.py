"""Subscriptions and usage for tests of the pure heart: a log that knows when each event came."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Literal

import msgspec

from taximeter.invoicing.invoice import MeteredUsage
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import Window
from taximeter.meters import Meter
from taximeter.pricing.price import CurrencyOption, Interval, Price, Recurring, Tier
from taximeter.subscriptions.periods import period_holding
from taximeter.subscriptions.subscription import Subscription, SubscriptionItem


class Happened(msgspec.Struct, frozen=True):
    """Usage at a moment, which the log learns of at another; both in seconds."""

    at: int
    arrives: int
    value: Decimal


def a_meter(window: Window | None = None) -> Meter:
    """Return a meter that adds up."""
    return Meter(
        id="mtr_1",
        environment=2,
        created=0,
        updated=0,
        display_name="Tokens",
        event_name="tokens",
        event_time_window=window,
        formula="sum",
        customer_key="stripe_customer_id",
        value_key="value",
        dimension_keys=(),
    )


TIERS = (
    Tier(up_to=10, unit_amount=Decimal(3)),
    Tier(up_to=None, unit_amount=Decimal("0.5"), flat_amount=Decimal(7)),
)


def a_price(
    interval: Interval = "month",
    *,
    scheme: Literal["per_unit", "graduated", "volume"] = "per_unit",
    metered: bool = True,
    **fields: Any,
) -> Price:
    """Return a price: 3 each, or tiers of 10 units at 3, then 0.5 each and 7."""
    option = CurrencyOption(unit_amount=Decimal(3))
    if scheme != "per_unit":
        option = CurrencyOption(tiers=TIERS)
    return Price(
        id="price_1" if metered else "price_2",
        environment=2,
        created=0,
        product="prod_1",
        currency="usd",
        billing_scheme="per_unit" if scheme == "per_unit" else "tiered",
        tiers_mode=None if scheme == "per_unit" else scheme,
        currency_options={"usd": option},
        recurring=Recurring(
            interval=interval,
            usage_type="metered" if metered else "licensed",
            meter="mtr_1" if metered else None,
        ),
        **fields,
    )


def terms_of(*prices: Price, window: Window | None = None) -> Terms:
    """Return the terms of prices that share one product and one meter."""
    return Terms(
        prices={price.id: price for price in prices},
        meters={"mtr_1": a_meter(window)},
        names={"prod_1": "Tokens"},
    )


def a_subscription(
    *prices: Price, anchor: int, start: int | None = None, **fields: Any
) -> Subscription:
    """Return a subscription whose first period is the one that holds its start."""
    start = anchor if start is None else start
    recurring = prices[0].recurring
    assert recurring is not None
    _, end = period_holding(anchor, recurring.interval, recurring.interval_count, start)
    return Subscription(
        id="sub_1",
        environment=2,
        created=start,
        customer="cus_1",
        currency="usd",
        billing_cycle_anchor=anchor,
        start_date=start,
        items=tuple(
            SubscriptionItem(
                id=f"si_{number}",
                created=start + number,
                price=price.id,
                current_period_start=start,
                current_period_end=end,
                usage_start=start,
            )
            for number, price in enumerate(prices)
        ),
        **{"status": "active", **fields},
    )


def read(
    keys: Collection[UsageKey], events: Sequence[Happened], *, as_of: int
) -> dict[UsageKey, MeteredUsage]:
    """Read quantities as the log would have at a moment, in seconds."""
    return {
        key: MeteredUsage(
            meter=key.meter,
            start=key.start,
            end=key.end,
            as_of_us=as_of * MICROSECONDS,
            value=decimals.total(
                one.value for one in events if key.start <= one.at < key.end and one.arrives < as_of
            ),
        )
        for key in keys
    }
