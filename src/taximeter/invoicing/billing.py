"""What billing at once works with: one transaction, the usage log, the clock."""

import msgspec

from taximeter import test_clocks
from taximeter.invoicing.invoice import MeteredUsage
from taximeter.invoicing.stores import BillingUnit
from taximeter.invoicing.terms import Terms
from taximeter.invoicing.usage import UsageKey, read_usage, settled_now
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader


class Billing(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that a use case bills with, in one environment and one transaction that writes."""

    unit: BillingUnit
    environment: int
    reader: UsageReader
    barrier: Barrier
    clock: Clock
    settings: Settings

    def present(self, test_clock: str | None) -> int:
        """Return what time it is for whoever belongs to a test clock, or to none."""
        return test_clocks.present(
            store=self.unit.test_clocks,
            environment=self.environment,
            test_clock=test_clock,
            clock=self.clock,
        )

    def read(self, keys: dict[str, UsageKey], terms: Terms) -> dict[UsageKey, MeteredUsage]:
        """Read usage as of now. Raises LogFailed."""
        if not keys:
            return {}
        return read_usage(
            keys.values(),
            environment=self.environment,
            meters=terms.meters,
            reader=self.reader,
            as_of_us=settled_now(barrier=self.barrier, clock=self.clock),
        )
