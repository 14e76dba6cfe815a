"""Late usage of an invoice on the wire; Stripe has no such thing."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from taximeter.api.wire.line_item import LineItemObject, line_item_object
from taximeter.environments import Environment
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.late import LateUsage
from taximeter.kit import decimals
from taximeter.kit.moments import moment_text


class LateQuantityObject(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity that differs now from what was billed for it, and what that comes to."""

    adjustment: int
    as_of: str
    billed: str
    end: int
    line_items: tuple[str, ...]
    lines: tuple[LineItemObject, ...]
    meter: str
    price: str | None
    start: int
    value: str


class LateUsageObject(msgspec.Struct, frozen=True, kw_only=True):
    """What has come to an invoice since it was finalized; `adjustment` is the sum."""

    object: Literal["invoice_late_usage"] = "invoice_late_usage"
    adjustment: int
    currency: str
    invoice: str
    late_usage: Literal["report", "bill"]
    livemode: bool
    quantities: tuple[LateQuantityObject, ...]


def late_usage_object(
    found: Sequence[LateUsage],
    invoice: Invoice,
    environment: Environment,
    *,
    behavior: Literal["report", "bill"],
) -> LateUsageObject:
    """Render late usage; `behavior` says what becomes of it."""
    return LateUsageObject(
        adjustment=sum(one.amount for one in found),
        currency=invoice.currency,
        invoice=invoice.id,
        late_usage=behavior,
        livemode=environment.livemode,
        quantities=tuple(
            LateQuantityObject(
                adjustment=one.amount,
                as_of=moment_text(one.usage.as_of_us),
                billed=decimals.text(one.billed.usage.value),
                end=one.usage.end,
                line_items=tuple(line.id for line in one.billed.lines),
                lines=tuple(line_item_object(line, invoice, environment) for line in one.lines),
                meter=one.usage.meter,
                price=one.billed.lines[0].price,
                start=one.usage.start,
                value=decimals.text(one.usage.value),
            )
            for one in found
        ),
    )
