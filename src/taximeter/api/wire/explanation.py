"""How a line's amount came about, on the wire; Stripe has no such thing."""

from decimal import Decimal
from typing import Literal

import msgspec

from taximeter.api.wire.line_item import LineItemObject, line_item_object
from taximeter.environments import Environment
from taximeter.invoicing.explain import Explanation
from taximeter.invoicing.invoice import Invoice
from taximeter.kit import decimals
from taximeter.kit.moments import moment_text
from taximeter.meters import FormulaName
from taximeter.pricing.price import BillingScheme, TiersMode
from taximeter.pricing.rate import Charge


class MeterPart(msgspec.Struct, frozen=True, kw_only=True):
    """The meter, as far as it decides about the quantity."""

    id: str
    display_name: str
    event_name: str
    event_time_window: str | None
    formula: FormulaName


class DayPart(msgspec.Struct, frozen=True, kw_only=True):
    """A UTC day of the period, or what of it lies within."""

    start: int
    end: int
    value: str


class ChargePart(msgspec.Struct, frozen=True, kw_only=True):
    """A step of pricing: exact, then rounded once; amounts in the minor unit."""

    kind: Literal["units", "flat"]
    tier: int | None
    up_to: int | None
    quantity: str
    unit_amount: str
    exact: str
    amount: int


class PricePart(msgspec.Struct, frozen=True, kw_only=True):
    """The price, as far as it decides about the amount."""

    id: str
    billing_scheme: BillingScheme
    nickname: str | None
    tiers_mode: TiersMode | None
    transform_quantity: dict[str, int | str] | None


class QuantityPart(msgspec.Struct, frozen=True, kw_only=True):
    """The quantity: as it was billed, and as the log has it as of the same moment."""

    start: int
    end: int
    as_of: str
    as_of_us: int
    dimension_filters: dict[str, tuple[str, ...]]
    billed: str
    billed_before: str
    recomputed: str
    days: tuple[DayPart, ...]


class AmountPart(msgspec.Struct, frozen=True, kw_only=True):
    """The amount: what all usage costs, less what was billed before, is what this line bills."""

    all: tuple[ChargePart, ...]
    before: tuple[ChargePart, ...]
    line: ChargePart | None
    billed: int
    recomputed: int


class ExplanationObject(msgspec.Struct, frozen=True, kw_only=True):
    """A line explained; `recomputed` says that the log still bears out every figure."""

    object: Literal["line_item_explanation"] = "line_item_explanation"
    amount: AmountPart
    currency: str
    customer: str
    events: tuple[str, ...]
    invoice: str
    line: LineItemObject
    livemode: bool
    meter: MeterPart
    price: PricePart
    quantity: QuantityPart
    recomputed: bool


def explanation_object(
    explanation: Explanation, invoice: Invoice, environment: Environment
) -> ExplanationObject:
    """Render an explanation."""
    one, meter, price, usage = (
        explanation,
        explanation.meter,
        explanation.price,
        explanation.usage,
    )
    transform = price.transform_quantity
    return ExplanationObject(
        amount=AmountPart(
            all=tuple(_charge(charge, one) for charge in one.charges),
            before=tuple(_charge(charge, one) for charge in one.before),
            line=None if one.charge is None else _charge(one.charge, one),
            billed=one.line.amount,
            recomputed=0 if one.charge is None else one.charge.amount,
        ),
        currency=one.line.currency,
        customer=invoice.customer,
        events=one.events,
        invoice=invoice.id,
        line=line_item_object(one.line, invoice, environment),
        livemode=environment.livemode,
        meter=MeterPart(
            id=meter.id,
            display_name=meter.display_name,
            event_name=meter.event_name,
            event_time_window=meter.event_time_window,
            formula=meter.formula,
        ),
        price=PricePart(
            id=price.id,
            billing_scheme=price.billing_scheme,
            nickname=price.nickname,
            tiers_mode=price.tiers_mode,
            transform_quantity=(
                None
                if transform is None
                else {"divide_by": transform.divide_by, "round": transform.round}
            ),
        ),
        quantity=QuantityPart(
            start=usage.start,
            end=usage.end,
            as_of=moment_text(usage.as_of_us),
            as_of_us=usage.as_of_us,
            dimension_filters=dict(usage.dimension_filters),
            billed=_text(usage.value),
            billed_before=_text(usage.billed_before),
            recomputed=_text(one.value),
            days=tuple(
                DayPart(start=day.start, end=day.end, value=_text(day.value)) for day in one.days
            ),
        ),
        recomputed=one.recomputed,
    )


def _charge(charge: Charge, explanation: Explanation) -> ChargePart:
    option = explanation.price.currency_options[explanation.line.currency]
    up_to = None if charge.tier is None else option.tiers[charge.tier].up_to
    return ChargePart(
        kind=charge.kind,
        tier=None if charge.tier is None else charge.tier + 1,
        up_to=up_to,
        quantity=_text(charge.quantity),
        unit_amount=_text(charge.unit_amount),
        exact=_text(charge.exact),
        amount=charge.amount,
    )


def _text(value: Decimal) -> str:
    return decimals.text(value)
