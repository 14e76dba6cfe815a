"""`line_item` on the wire: a line of an invoice."""

from decimal import Decimal
from functools import lru_cache
from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.invoicing.invoice import Invoice, Line
from taximeter.kit import decimals


class PeriodObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A half-open period."""

    end: int
    start: int


class PriceDetails(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The price of a line, and its product."""

    price: str
    product: str


class PricingObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a unit costs: exact, in the minor unit."""

    price_details: PriceDetails | None
    type: Literal["price_details"] = "price_details"
    unit_amount_decimal: str | None


class InvoiceItemDetails(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The invoice item that a line was made from."""

    invoice_item: str
    proration: bool
    proration_details: None = None
    subscription: str | None


class SubscriptionItemDetails(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The subscription item that a line bills."""

    invoice_item: str | None = None
    proration: bool
    proration_details: None = None
    subscription: str | None
    subscription_item: str


class LineParent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where a line comes from."""

    invoice_item_details: InvoiceItemDetails | None = None
    subscription_item_details: SubscriptionItemDetails | None = None
    type: Literal["invoice_item_details", "subscription_item_details"]


class PretaxCreditAmount(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What credits pay of a line; a draft only shows it, and has no transaction yet."""

    amount: int
    credit_balance_transaction: str | None
    discount: None = None
    type: Literal["credit_balance_transaction"] = "credit_balance_transaction"


class UsageObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Where the quantity of a line came from; beyond Stripe's."""

    as_of: str
    billed_before: str
    dimension_filters: dict[str, tuple[str, ...]]
    end: int
    meter: str
    start: int
    value: str


class LineItemObject(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line; `tier`, `usage` and `late_of` are beyond Stripe's."""

    id: str
    object: Literal["line_item"] = "line_item"
    amount: int
    currency: str
    description: str | None
    discount_amounts: tuple[()] = ()
    discountable: bool
    discounts: tuple[()] = ()
    invoice: str | None
    late_of: str | None
    livemode: bool
    metadata: dict[str, str]
    parent: LineParent | None
    period: PeriodObject
    pretax_credit_amounts: tuple[PretaxCreditAmount, ...]
    pricing: PricingObject | None
    quantity: int | None
    quantity_decimal: str | None
    subscription: str | None
    subtotal: int
    taxes: tuple[()] = ()
    tier: int | None
    usage: UsageObject | None


def line_item_object(line: Line, invoice: Invoice, environment: Environment) -> LineItemObject:
    """Render a line; `quantity` leaves out what of it is no whole unit, as Stripe does."""
    return LineItemObject(
        id=line.id,
        amount=line.amount,
        currency=line.currency,
        description=line.description,
        discountable=line.discountable,
        invoice=invoice.id,
        late_of=line.late_of,
        livemode=environment.livemode,
        metadata=line.metadata,
        parent=_parent(line),
        period=PeriodObject(start=line.period_start, end=line.period_end),
        pretax_credit_amounts=credit_amounts(line),
        pricing=pricing_object(line.price, line.product, line.unit_amount),
        quantity=int(line.quantity),
        quantity_decimal=decimals.text(line.quantity),
        subscription=line.subscription,
        subtotal=line.amount,
        tier=None if line.tier is None else line.tier + 1,
        usage=_usage(line),
    )


def credit_amounts(line: Line) -> tuple[PretaxCreditAmount, ...]:
    """Render what credits pay of a line."""
    if not line.credits:
        return ()
    return tuple(
        PretaxCreditAmount(
            amount=credit.amount, credit_balance_transaction=credit.credit_balance_transaction
        )
        for credit in line.credits
    )


def pricing_object(
    price: str | None, product: str | None, unit_amount: Decimal | None
) -> PricingObject | None:
    """Render what a unit costs, or None where nothing is known of it."""
    details = None
    if price is not None and product is not None:
        details = PriceDetails(price=price, product=product)
    if details is None and unit_amount is None:
        return None
    return PricingObject(
        price_details=details,
        unit_amount_decimal=None if unit_amount is None else decimals.text(unit_amount),
    )


def _parent(line: Line) -> LineParent | None:
    if line.invoice_item is not None:
        return LineParent(
            invoice_item_details=InvoiceItemDetails(
                invoice_item=line.invoice_item,
                proration=line.kind == "proration",
                subscription=line.subscription,
            ),
            type="invoice_item_details",
        )
    if line.subscription_item is None:
        return None
    return LineParent(
        subscription_item_details=SubscriptionItemDetails(
            proration=line.kind == "proration",
            subscription=line.subscription,
            subscription_item=line.subscription_item,
        ),
        type="subscription_item_details",
    )


@lru_cache(maxsize=1_000)
def _seconds(moment_us: int) -> str:
    """Spell a moment in seconds; usage is read for many lines at one."""
    return decimals.text(Decimal(moment_us).scaleb(-6))


def _usage(line: Line) -> UsageObject | None:
    usage = line.usage
    if usage is None:
        return None
    return UsageObject(
        as_of=_seconds(usage.as_of_us),
        billed_before=decimals.text(usage.billed_before),
        dimension_filters=dict(usage.dimension_filters),
        end=usage.end,
        meter=usage.meter,
        start=usage.start,
        value=decimals.text(usage.value),
    )
