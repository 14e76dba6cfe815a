"""Many events at once: as they were sent, and as what they come to."""

from collections.abc import Sequence

import msgspec
import numpy as np

from taximeter.ingest.columns import Flags, Moments, Run
from taximeter.ingest.event import MeterEvent, RejectionCode
from taximeter.ingest.identifiers import identifier_hashes
from taximeter.kit import decimals


class SentBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Events as a caller sent them, in columns of equal length; every one has a timestamp.

    `undated` says which were sent without one, and so were given the present; None where none was.
    """

    event_names: Sequence[str]
    payloads: Sequence[dict[str, str]]
    identifiers: Sequence[str]
    timestamps_us: Moments
    undated: Flags | None = None

    def __len__(self) -> int:
        """Return how many events there are."""
        return len(self.event_names)

    def take(self, places: Sequence[int]) -> "SentBatch":
        """Return the events at these places."""
        wanted = np.array(places, dtype=np.int64)
        return SentBatch(
            event_names=[self.event_names[place] for place in places],
            payloads=[self.payloads[place] for place in places],
            identifiers=[self.identifiers[place] for place in places],
            timestamps_us=self.timestamps_us[wanted],
            undated=None if self.undated is None else self.undated[wanted],
        )


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An event that cannot be counted, and why."""

    position: int
    environment: int
    event_name: str
    meter: str | None
    customer: str | None
    identifier: str
    timestamp_us: int
    payload: bytes
    code: RejectionCode
    message: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch comes to: runs of good events, one for each meter, and what was refused."""

    runs: Sequence[Run]
    refused: Sequence[Refused] = ()

    def __len__(self) -> int:
        """Return how many events there are, good or not."""
        return sum(map(len, self.runs)) + len(self.refused)


def run_of(events: Sequence[MeterEvent], positions: Sequence[int]) -> Run:
    """Lay events of one meter out in columns."""
    first = events[0]
    identifiers = [event.identifier for event in events]
    return Run(
        environment=first.environment,
        meter=first.meter,
        event_name=first.event_name,
        rollup=first.rollup,
        positions=positions,
        identifiers=identifiers,
        identifier_hashes=identifier_hashes(first.environment, identifiers),
        customers=[event.customer for event in events],
        timestamps_us=np.array([event.timestamp_us for event in events], dtype=np.int64),
        values=None
        if first.value is None
        else [decimals.text(event.value) for event in events if event.value is not None],
        value_texts=None
        if first.value_text is None
        else [event.value_text for event in events if event.value_text is not None],
        dimensions=[event.dimensions for event in events],
        payloads=[event.payload.encode() for event in events],
    )
