"""`POST /v2/billing/meter_event_stream`: many events in one body, on the hot path.

Nothing here is done event by event in Python but what a comprehension does: the body is decoded
by its types, laid out in columns, and handed over. What is wrong with an event that can be read is
found further on, and reported asynchronously; only a body that cannot be read is refused.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from taximeter.api.http import Incoming, Reply, check_json
from taximeter.api.json_body import Body, Moment, Name, decode_json
from taximeter.api.services import Services
from taximeter.errors import InvalidRequest
from taximeter.ingest.batch import SentBatch
from taximeter.ingest.columns import Flags, Moments
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.ids import new_identifiers
from taximeter.kit.moments import moments_us

PATH = "/v2/billing/meter_event_stream"

_ACCEPTED = Reply(body=b"{}")


class StreamEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """An event of a stream; without a timestamp it happened now."""

    event_name: Name
    payload: dict[str, str]
    identifier: Name | None = None
    timestamp: Moment | None = None


class StreamBody(Body, frozen=True, kw_only=True):
    """The body of a stream request."""

    events: list[StreamEvent]


_DECODER = msgspec.json.Decoder(StreamBody)


class Stream:
    """Answers the stream."""

    def __init__(self, services: Services) -> None:
        """Use the running parts of one server."""
        self._services = services

    async def __call__(self, incoming: Incoming) -> Reply:
        """Answer once every event is durable, or the reason why it was not counted."""
        services = self._services
        environment = services.sessions.authenticate(incoming.header(b"authorization"))
        check_json(incoming)
        events = decode_json(incoming.body, _DECODER).events
        most = services.settings.stream_events_max
        if not 1 <= len(events) <= most:
            hint = " Send the rest in further requests." if events else ""
            raise InvalidRequest(
                f"A request carries 1 to {most} events; this one has {len(events)}.{hint}",
                param="events",
            )
        sent = sent_batch(events, now_us=services.clock.now_us())
        await services.stream.accept(sent, environment=environment)
        return _ACCEPTED


def sent_batch(events: Sequence[StreamEvent], *, now_us: int) -> SentBatch:
    """Lay events out in columns; those without an identifier are given one."""
    sent = [event.identifier for event in events]
    identifiers = list(filter(None, sent))
    if len(identifiers) < len(sent):
        made = new_identifiers(len(sent))
        identifiers = [one or other for one, other in zip(sent, made, strict=True)]
    moments, undated = _moments([event.timestamp for event in events], now_us)
    return SentBatch(
        event_names=[event.event_name for event in events],
        payloads=[event.payload for event in events],
        identifiers=identifiers,
        timestamps_us=moments,
        undated=undated,
    )


def _moments(timestamps: Sequence[datetime | None], now_us: int) -> tuple[Moments, Flags | None]:
    """Return moments in microseconds, and which of them are now: the second that has begun."""
    present = now_us // MICROSECONDS * MICROSECONDS
    if not any(timestamps):
        everyone = np.ones(len(timestamps), dtype=np.bool_)
        return np.full(len(timestamps), present, dtype=np.int64), everyone
    moments = moments_us([one for one in timestamps if one is not None])
    if len(moments) == len(timestamps):
        return moments, None
    filled = np.full(len(timestamps), present, dtype=np.int64)
    undated = np.array([one is None for one in timestamps], dtype=np.bool_)
    filled[~undated] = moments
    return filled, undated
