"""Bringing a draft up to date: its quantities read anew, with the usage that came in its grace."""

from collections.abc import Iterable, Mapping

import msgspec

from taximeter.invoicing.invoice import Invoice, Line, MeteredUsage
from taximeter.invoicing.lines import usage_lines
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey, key_of


def refresh_keys(invoice: Invoice) -> set[UsageKey]:
    """Return which quantities of a draft are read anew: none but on a period's own invoice.

    Invoices at thresholds stay as they were, and so does what a change in mid-period billed.
    """
    return {
        key_of(line.usage, invoice.customer)
        for line in invoice.lines
        if line.usage is not None and is_refreshed(invoice, line)
    }


def is_refreshed(invoice: Invoice, line: Line) -> bool:
    """Say whether a line follows its usage while the invoice is a draft."""
    return (
        invoice.status == "draft"
        and invoice.billing_reason == "subscription_cycle"
        and line.usage is not None
        and line.kind in {"units", "flat"}
        and line.invoice_item is None
    )


def refreshed(invoice: Invoice, *, usage: Mapping[UsageKey, MeteredUsage], terms: Terms) -> Invoice:
    """Return a draft with lines of the quantities given; a line of the same tier keeps its id."""
    lines: list[Line] = []
    done: set[tuple[str | None, str | None, int, int]] = set()
    for line in invoice.lines:
        if line.usage is None or not is_refreshed(invoice, line):
            lines.append(line)
            continue
        group = _group(line)
        if group not in done:
            done.add(group)
            same = [
                one for one in invoice.lines if is_refreshed(invoice, one) and _group(one) == group
            ]
            lines += _anew(line, line.usage, same, invoice, usage, terms)
    return msgspec.structs.replace(invoice, lines=tuple(lines))


def _group(line: Line) -> tuple[str | None, str | None, int, int]:
    assert line.usage is not None, "only lines that bill usage are refreshed"
    return line.subscription_item, line.price, line.usage.start, line.usage.end


def _anew(
    first: Line,
    billed: MeteredUsage,
    same: Iterable[Line],
    invoice: Invoice,
    usage: Mapping[UsageKey, MeteredUsage],
    terms: Terms,
) -> Iterable[Line]:
    assert first.price is not None, "usage is billed at a price"
    quantity = msgspec.structs.replace(
        usage[key_of(billed, invoice.customer)], billed_before=billed.billed_before
    )
    fresh = usage_lines(
        terms.prices[first.price],
        quantity,
        currency=invoice.currency,
        name=terms.name(first.price),
        subscription=first.subscription,
        subscription_item=first.subscription_item,
    )
    before = {(line.kind, line.tier): line for line in same}
    for line in fresh:
        known = before.get((line.kind, line.tier))
        if known is not None:
            line = msgspec.structs.replace(
                line,
                id=known.id,
                metadata=known.metadata,
                discountable=known.discountable,
            )
        yield line
