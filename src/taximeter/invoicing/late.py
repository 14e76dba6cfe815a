"""Late usage: what has come to an invoice's periods since it was finalized.

A finalized invoice never changes. What its usage would come to now, less what was billed for it, on
itself and by adjustments since, is an adjustment: shown only, or put on the next invoice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import msgspec

from taximeter.invoicing.invoice import Invoice, Line, MeteredUsage
from taximeter.invoicing.lines import difference
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey, key_of
from taximeter.kit import decimals
from taximeter.kit.decimals import ZERO
from taximeter.kit.ids import new_id
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.pricing.price import Price
from taximeter.pricing.rate import Charge, rate
from taximeter.settings import Settings

_FINAL = frozenset({"open", "paid", "uncollectible"})


class Billed(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity that a finalized invoice billed, with its lines.

    `usage` is as the last adjustment left it, or as the invoice has it.
    """

    lines: tuple[Line, ...]
    usage: MeteredUsage
    key: UsageKey


class LateUsage(msgspec.Struct, frozen=True, kw_only=True):
    """A quantity that differs now from what was billed, and the lines that make up for it."""

    billed: Billed
    usage: MeteredUsage
    lines: tuple[Line, ...]

    @property
    def amount(self) -> int:
        """Return what the adjustment comes to; negative where usage was cancelled."""
        return sum(line.amount for line in self.lines)


def changes_since(settings: Settings, *, now: int) -> int:
    """Return after which moment a period must end for its usage to change still, in seconds.

    Events may be as old as `event_age_days_max`, and are cancelled within their window after that.
    """
    if settings.cancel_window_hours == "unlimited":
        return 0
    allowed = settings.event_age_days_max * DAY_SECONDS
    return max(0, now - allowed - settings.cancel_window_hours * HOUR_SECONDS)


def billed_quantities(
    invoice: Invoice, *, invoices: Iterable[Invoice], ends_after: int = 0
) -> list[Billed]:
    """Return what a finalized invoice billed, quantity by quantity, in the order of its lines.

    `invoices` are those of the subscription, among which adjustments are looked for; those on void
    ones do not count. Quantities whose period had ended by `ends_after` are left out, so are those
    at thresholds, whose late usage is on the next invoice of their period, and so is all
    that was not collected because its subscription was paused.
    """
    if invoice.status not in _FINAL or invoice.pause_behavior in {"mark_uncollectible", "void"}:
        return []
    adjusted = _adjustments(invoices)
    groups: dict[tuple[str | None, str | None, int, int], list[Line]] = defaultdict(list)
    for line in invoice.lines:
        usage = line.usage
        if usage is None or line.kind == "late_usage" or usage.continues:
            continue
        if usage.end > ends_after:
            groups[line.price, line.subscription_item, usage.start, usage.end].append(line)
    billed = []
    for lines in groups.values():
        own = lines[0].usage
        assert own is not None, "only lines that bill usage are grouped"
        later = [adjusted[line.id] for line in lines if line.id in adjusted]
        usage = max(later, key=lambda one: one.as_of_us, default=own)
        billed.append(Billed(lines=tuple(lines), usage=usage, key=key_of(own, invoice.customer)))
    return billed


def _adjustments(invoices: Iterable[Invoice]) -> dict[str, MeteredUsage]:
    """Return the last quantity that was adjusted to, by the line that it is an adjustment of."""
    found: dict[str, MeteredUsage] = {}
    for invoice in invoices:
        if invoice.status == "void":
            continue
        for line in invoice.lines:
            if line.late_of is None or line.usage is None:
                continue
            known = found.get(line.late_of)
            if known is None or known.as_of_us < line.usage.as_of_us:
                found[line.late_of] = line.usage
    return found


def late_usage(
    quantities: Sequence[Billed], *, usage: Mapping[UsageKey, MeteredUsage], terms: Terms
) -> list[LateUsage]:
    """Return which quantities differ by now: `usage` holds them as they are read now."""
    found = []
    for billed in quantities:
        before = billed.usage.billed_before
        now = msgspec.structs.replace(usage[billed.key], billed_before=before)
        if now.value == billed.usage.value:
            continue
        first = billed.lines[0]
        assert first.price is not None, "usage is billed at a price"
        lines = _adjusting(billed, now, terms.prices[first.price], terms.name(first.price))
        found.append(LateUsage(billed=billed, usage=now, lines=lines))
    return found


def _adjusting(billed: Billed, now: MeteredUsage, price: Price, name: str) -> tuple[Line, ...]:
    """Return lines for the price of all usage less the price of what was billed."""
    first = billed.lines[0]
    charges = difference(_charges(price, first.currency, now), _billed_charges(price, billed))
    of = {(line.kind, line.tier): line.id for line in billed.lines}
    return tuple(
        Line(
            id=new_id("il"),
            kind="late_usage",
            amount=charge.amount,
            currency=first.currency,
            description=_description(charge, price.nickname or name),
            period_start=now.start,
            period_end=now.end,
            quantity=charge.quantity,
            unit_amount=charge.unit_amount,
            tier=charge.tier,
            price=price.id,
            product=price.product,
            subscription=first.subscription,
            subscription_item=first.subscription_item,
            late_of=of.get((charge.kind, charge.tier), first.id),
            usage=now,
        )
        for charge in charges
    )


def _billed_charges(price: Price, billed: Billed) -> tuple[Charge, ...]:
    """Return what was billed: without usage a flat fee only where there is a line of it."""
    first = billed.lines[0]
    charges = _charges(price, first.currency, billed.usage)
    if billed.usage.value or billed.usage.billed_before or billed.usage is not first.usage:
        return charges
    there = {(line.kind, line.tier) for line in billed.lines}
    return tuple(one for one in charges if (one.kind, one.tier) in there)


def _charges(price: Price, currency: str, usage: MeteredUsage) -> tuple[Charge, ...]:
    return rate(price, currency=currency, quantity=max(ZERO, usage.value))


def _description(charge: Charge, name: str) -> str:
    tier = "" if charge.tier is None else f" (Tier {charge.tier + 1})"
    what = "flat fee" if charge.kind == "flat" else decimals.text(charge.quantity)
    return f"Late usage: {what} × {name}{tier}"


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What was billed of a period before a line: a quantity, and whether its flat fees were."""

    quantity: Decimal
    flat: bool = True


def before_line(line: Line, invoices: Sequence[Invoice]) -> Before:
    """Return what was billed of the same period before a line.

    An adjustment goes on from the last one before it, or from the invoice that it adjusts;
    `invoices` are the subscription's.
    """
    usage = line.usage
    assert usage is not None, "only lines that bill usage go on from others"
    if line.late_of is None:
        return Before(quantity=usage.billed_before)
    group = _group_of(line.late_of, invoices)
    same = {one.id for one in group}
    last = max(
        (
            one.usage
            for invoice in invoices
            if invoice.status != "void"
            for one in invoice.lines
            if one.usage is not None
            and (one.id in same or one.late_of in same)
            and one.usage.as_of_us < usage.as_of_us
        ),
        key=lambda one: one.as_of_us,
        default=None,
    )
    if last is None:
        return Before(quantity=usage.billed_before)
    adjusted = all(one.usage != last for one in group)
    return Before(
        quantity=last.value,
        flat=adjusted or bool(last.value) or any(one.kind == "flat" for one in group),
    )


def _group_of(id: str, invoices: Iterable[Invoice]) -> list[Line]:
    """Return the lines that bill the same quantity as a line."""
    for invoice in invoices:
        for line in invoice.lines:
            if line.id == id and line.usage is not None:
                same = (line.price, line.subscription_item, line.usage.start, line.usage.end)
                return [
                    one
                    for one in invoice.lines
                    if one.usage is not None
                    and one.kind != "late_usage"
                    and (one.price, one.subscription_item, one.usage.start, one.usage.end) == same
                ]
    return []
