"""Explaining a line: from its amount back to the events in the log that it bills.

The quantity is read from the log once more, as of the moment at which it was billed, and priced
once more. Both must come to what the invoice says, to the last digit, however long ago that was.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import urlencode

import msgspec

from taximeter.errors import InvalidRequest, NotFound
from taximeter.invoicing.invoice import Invoice, Line, MeteredUsage
from taximeter.invoicing.late import Before
from taximeter.invoicing.lines import difference
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.decimals import ZERO
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import Meter
from taximeter.pricing.price import Price
from taximeter.pricing.rate import Charge, rate
from taximeter.usage.reader import UsageQuery, UsageReader

EVENTS_PATH = "/v1/billing/meter_events"


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What the meter comes to over one UTC day of the period, or over what of it lies within."""

    start: int
    end: int
    value: Decimal


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """How a line's amount came about.

    `usage` is what was billed and `value` what the log says of it now, as of the same moment.
    `charges` are what all the usage costs and `before` what earlier invoices billed of it; this
    line's charge is the difference, `charge`, and comes to `amount`. `events` are the addresses
    that list the events, one for each combination of dimension values.
    """

    line: Line
    meter: Meter
    price: Price
    usage: MeteredUsage
    value: Decimal
    days: tuple[Day, ...]
    charges: tuple[Charge, ...]
    before: tuple[Charge, ...]
    charge: Charge | None
    events: tuple[str, ...]

    @property
    def recomputed(self) -> bool:
        """Say whether quantity and amount come out as they were billed."""
        amount = 0 if self.charge is None else self.charge.amount
        return self.value == self.usage.value and amount == self.line.amount


def line_of(invoice: Invoice, id: str) -> Line:
    """Return a line of an invoice. Raises NotFound."""
    for line in invoice.lines:
        if line.id == id:
            return line
    raise NotFound(f"No such line on invoice {invoice.id}: '{id}'", param="line")


def check_explained(line: Line) -> MeteredUsage:
    """Return the usage that a line bills. Raises InvalidRequest where it bills none."""
    if line.usage is None:
        raise InvalidRequest(
            f"Line {line.id} bills no usage: its amount is its quantity times its unit amount. "
            "Only lines of metered prices are explained.",
            param="line",
        )
    return line.usage


def explain(
    line: Line,
    *,
    customer: str,
    before: Before,
    meter: Meter,
    price: Price,
    reader: UsageReader,
) -> Explanation:
    """Explain a line that bills usage. Raises LogFailed.

    `before` is what was billed before this line: by invoices at thresholds, and for an adjustment
    by the line that it adjusts.
    """
    usage = check_explained(line)
    query = UsageQuery(
        meter=meter,
        customer=customer,
        start_us=usage.start * MICROSECONDS,
        end_us=usage.end * MICROSECONDS,
        dimension_filters=usage.dimension_filters,
        as_of_us=usage.as_of_us,
    )
    value = ZERO
    days: tuple[Day, ...] = ()
    if usage.start < usage.end:
        value = next((one.value for one in reader.totals(query)), ZERO)
        days = tuple(_days(query, reader))
    charges = rate(price, currency=line.currency, quantity=max(ZERO, value))
    billed: tuple[Charge, ...] = ()
    own = charges
    if before.quantity > 0 or line.kind == "late_usage":
        billed = rate(price, currency=line.currency, quantity=max(ZERO, before.quantity))
        billed = tuple(one for one in billed if before.flat or one.kind == "units")
        own = difference(charges, billed)
    return Explanation(
        line=line,
        meter=meter,
        price=price,
        usage=usage,
        value=value,
        days=days,
        charges=charges,
        before=billed,
        charge=_own(own, line),
        events=event_addresses(meter, customer, usage),
    )


def _own(charges: Sequence[Charge], line: Line) -> Charge | None:
    """Return which of the charges a line is; adjustments do not say of which kind they are."""
    same = [one for one in charges if one.tier == line.tier]
    if line.kind in {"units", "flat"}:
        return next((one for one in same if one.kind == line.kind), None)
    return next((one for one in same if one.unit_amount == line.unit_amount), None)


def _days(query: UsageQuery, reader: UsageReader) -> list[Day]:
    first = query.start_us // MICROSECONDS // DAY_SECONDS + 1
    end = query.end_us // MICROSECONDS
    midnights = range(first * DAY_SECONDS, end, DAY_SECONDS)
    cut = msgspec.structs.replace(query, cuts_us=tuple(one * MICROSECONDS for one in midnights))
    return sorted(
        (
            Day(
                start=total.start_us // MICROSECONDS,
                end=total.end_us // MICROSECONDS,
                value=total.value,
            )
            for total in reader.totals(cut)
        ),
        key=lambda day: day.start,
    )


def event_addresses(meter: Meter, customer: str, usage: MeteredUsage) -> tuple[str, ...]:
    """Return where the events of a quantity are listed, as they stood when it was billed.

    The list takes one value of each dimension, so filters of several values are several lists.
    """
    keys = [key for key, _ in usage.dimension_filters]
    addresses = []
    for values in product(*(values for _, values in usage.dimension_filters)):
        sent: Mapping[str, Any] = {
            "event_name": meter.event_name,
            "customer": customer,
            "start_time": usage.start,
            "end_time": usage.end,
            "canceled": "false",
            "as_of_us": usage.as_of_us,
            **{f"dimension_filters[{key}]": value for key, value in zip(keys, values, strict=True)},
        }
        addresses.append(f"{EVENTS_PATH}?{urlencode(sent)}")
    return tuple(addresses)
