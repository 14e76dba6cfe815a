"""Checked events of one meter in columns: how batches travel from a request to the log."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
import numpy as np
import numpy.typing as npt

from taximeter.ingest.event import LoggedEvent, MeterEvent
from taximeter.ingest.fingerprints import Hashes
from taximeter.kit import decimals
from taximeter.meters import RollupRule

Moments: TypeAlias = npt.NDArray[np.int64]
"""Moments in microseconds since the Unix epoch."""

Flags: TypeAlias = npt.NDArray[np.bool_]
"""Yes or no for each row."""


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Events of one meter that passed every check, in columns of equal length.

    `positions` says where each stood in the batch that was sent. `values` holds plain decimal
    texts, and is None for meters that read no number; `value_texts` is None for meters that read
    no text; `dimensions` is None for meters that have none. The rest is as in `MeterEvent`.
    """

    environment: int
    meter: str
    event_name: str
    rollup: RollupRule
    positions: Sequence[int]
    identifiers: Sequence[str]
    identifier_hashes: Hashes
    customers: Sequence[str]
    timestamps_us: Moments
    values: Sequence[str] | None
    value_texts: Sequence[str] | None
    dimensions: Sequence[str] | None
    payloads: Sequence[bytes]

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.identifiers)

    def take(self, indexes: Sequence[int]) -> "Run":
        """Return the events at these indexes."""

        def of(column: Sequence[str]) -> Sequence[str]:
            return [column[index] for index in indexes]

        chosen = np.array(indexes, dtype=np.int64)
        return msgspec.structs.replace(
            self,
            positions=[self.positions[index] for index in indexes],
            identifiers=of(self.identifiers),
            identifier_hashes=self.identifier_hashes[chosen],
            customers=of(self.customers),
            timestamps_us=self.timestamps_us[chosen],
            values=None if self.values is None else of(self.values),
            value_texts=None if self.value_texts is None else of(self.value_texts),
            dimensions=None if self.dimensions is None else of(self.dimensions),
            payloads=[self.payloads[index] for index in indexes],
        )

    def event(self, index: int) -> MeterEvent:
        """Return one of the events."""
        return MeterEvent(
            environment=self.environment,
            meter=self.meter,
            event_name=self.event_name,
            customer=self.customers[index],
            identifier=self.identifiers[index],
            timestamp_us=int(self.timestamps_us[index]),
            value=None if self.values is None else decimals.parsed(self.values[index]),
            value_text=None if self.value_texts is None else self.value_texts[index],
            dimensions="[]" if self.dimensions is None else self.dimensions[index],
            rollup=self.rollup,
            payload=self.payloads[index].decode(),
        )


class LoggedRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the log: its events are numbered one after the other."""

    first_seq: int
    received_at_us: int
    run: Run

    def events(self) -> list[LoggedEvent]:
        """Return the events one by one."""
        return [self.event(index) for index in range(len(self.run))]

    def event(self, index: int) -> LoggedEvent:
        """Return one of the events."""
        return LoggedEvent(
            seq=self.first_seq + index,
            received_at_us=self.received_at_us,
            event=self.run.event(index),
        )
