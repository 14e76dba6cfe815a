"""Checks of every event against its meter and payload, and of every total against a recount.

One pass over the log: the events of one customer of one meter come together, so that no more than
one customer's recount is held at a time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from taximeter.audit.finding import Finding, Inquiry
from taximeter.audit.payload import differences, reread
from taximeter.audit.recount import Recount
from taximeter.customers import CustomerStore
from taximeter.ingest.event import LoggedEvent
from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.usage.reader import UsageQuery, UsageReader

Meters: TypeAlias = Mapping[tuple[int, str], Meter]
"""All meters, by environment and id."""

_YEAR_10000_US = 253_402_300_800 * MICROSECONDS


class UsageCheck:
    """The checks that need each event once, in the order in which the log yields them."""

    def __init__(self, *, meters: Meters, customers: CustomerStore, reader: UsageReader) -> None:
        """Hold events against these meters and customers, and recounts against this reader."""
        self._meters = meters
        self._customers = customers
        self._reader = reader
        self._of_meter = Inquiry("meters", "each event's meter is known, with its name")
        self._of_customer = Inquiry("customers", "each event's customer is known")
        self._of_payload = Inquiry("payloads", "columns say what the payload says")
        self._of_total = Inquiry("totals", "each equals its recount from the payloads")
        self._place: tuple[int, str] | None = None
        self._meter: Meter | None = None
        self._customer: tuple[int, str] | None = None
        self._recount: Recount | None = None
        self._totals: dict[str, Decimal] = {}

    def run(
        self, batches: Iterable[Sequence[LoggedEvent]], advanced: Callable[[int], None]
    ) -> tuple[Finding, ...]:
        """Look at every event; `advanced` is told how many each batch had. Raises LogFailed."""
        for batch in batches:
            for logged in batch:
                self._look_at(logged)
            advanced(len(batch))
        self._end_of_meter()
        inquiries = (self._of_meter, self._of_customer, self._of_payload, self._of_total)
        return tuple(inquiry.finding() for inquiry in inquiries)

    def _look_at(self, logged: LoggedEvent) -> None:
        event = logged.event
        self._of_meter.checked += 1
        if (event.environment, event.meter) != self._place:
            self._end_of_meter()
            self._begin_meter(event.environment, event.meter)
        meter = self._meter
        if (event.environment, event.customer) != self._customer:
            self._end_of_customer()
            self._begin_customer(event.environment, event.customer)
        if meter is None:
            self._of_meter.differs(
                f"seq {logged.seq} belongs to meter {event.meter}, which environment "
                f"{event.environment} does not have"
            )
            return
        if meter.event_name != event.event_name:
            self._of_meter.differs(
                f"seq {logged.seq} has event name '{event.event_name}'; its meter {meter.id} has "
                f"'{meter.event_name}'"
            )
        self._read_again(logged, meter)

    def _read_again(self, logged: LoggedEvent, meter: Meter) -> None:
        self._of_payload.checked += 1
        again = reread(logged, meter)
        if isinstance(again, str):
            self._of_payload.differs(f"seq {logged.seq}: {again}")
            return
        for difference in differences(logged, again, meter):
            self._of_payload.differs(difference)
        if logged.canceled_at_us is None:
            if self._recount is None:
                self._recount = Recount(meter)
            self._recount.add(logged, again)

    def _begin_meter(self, environment: int, id: str) -> None:
        self._place = (environment, id)
        self._meter = meter = self._meters.get(self._place)
        if meter is not None:
            query = UsageQuery(meter=meter, start_us=0, end_us=_YEAR_10000_US, by_customer=True)
            self._totals = {one.customer or "": one.value for one in self._reader.totals(query)}

    def _end_of_meter(self) -> None:
        self._end_of_customer()
        for customer, value in self._totals.items():
            self._compare(customer, value, None)
        self._totals = {}
        self._customer = None

    def _begin_customer(self, environment: int, customer: str) -> None:
        self._customer = (environment, customer)
        self._of_customer.checked += 1
        if self._customers.get(environment, customer) is None:
            self._of_customer.differs(
                f"customer '{customer}' has usage, but environment {environment} does not know it"
            )

    def _end_of_customer(self) -> None:
        if self._customer is None or self._meter is None:
            return
        customer = self._customer[1]
        recounted = None if self._recount is None else self._recount.result()
        self._recount = None
        self._compare(customer, self._totals.pop(customer, None), recounted)

    def _compare(self, customer: str, read: Decimal | None, recounted: Decimal | None) -> None:
        assert self._meter is not None, "totals are compared meter by meter"
        self._of_total.checked += 1
        if read != recounted:
            self._of_total.differs(
                f"meter {self._meter.id} ({self._meter.formula}), customer '{customer}': the total "
                f"reads {_spelled(read)}; its payloads make {_spelled(recounted)}"
            )


def _spelled(value: Decimal | None) -> str:
    return "nothing" if value is None else decimals.text(value)
