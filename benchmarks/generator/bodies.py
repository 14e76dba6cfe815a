"""Requests made of bytes that were put together beforehand, with new identifiers let in.

An event costs its share of one call for random bytes and one join; no Python runs for each event.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, pairwise
from struct import Struct

from benchmarks.generator.plan import EVENTS_A_REQUEST, Shape
from benchmarks.stored import EVENT_NAME, TOKENS_EVENT_NAME, customer_id

_IDENTIFIER_CHARACTERS = 32
_MODELS = ("swift-1", "swift-1-mini", "deep-2", "deep-2-long")
_TOKEN_TYPES = ("input", "cached_input", "output")
_TIMESTAMPS_SECONDS = 600
"""The events' moments lie within so many seconds before the run."""


class Bodies:
    """Requests without end: the next customers, new identifiers, a new idempotency key."""

    def __init__(self, shape: Shape, head: str) -> None:
        self._random = random.Random()
        self._identities = EVENTS_A_REQUEST + 1
        self._split = Struct(f"{_IDENTIFIER_CHARACTERS}s" * self._identities).unpack
        self._templates = cycle(list(_templates(shape, head)))

    def next(self) -> bytes:
        pieces = next(self._templates)
        fresh = self._random.randbytes(self._identities * _IDENTIFIER_CHARACTERS // 2)
        pieces[1::2] = self._split(fresh.hex().encode())
        return b"".join(pieces)


def _templates(shape: Shape, head: str) -> Iterator[list[bytes]]:
    """Yield requests in pieces: every second one is an identity to be filled in."""
    chosen = random.Random(1)
    now = datetime.now(UTC)
    requests = max(1, shape.customers // EVENTS_A_REQUEST)
    for request in range(requests):
        numbers = range(request * EVENTS_A_REQUEST, (request + 1) * EVENTS_A_REQUEST)
        events = [_event(number % shape.customers, shape, now, chosen) for number in numbers]
        between = [f"{end},{begin}" for (_, end), (begin, _) in pairwise(events)]
        texts = [f'{{"events":[{events[0][0]}', *between, f"{events[-1][1]}]}}"]
        length = sum(map(len, texts)) + EVENTS_A_REQUEST * _IDENTIFIER_CHARACTERS
        texts[0] = f"\r\nContent-Length: {length}\r\n\r\n{texts[0]}"
        pieces = [b""] * (2 * len(texts) + 1)
        pieces[0] = f"{head}Idempotency-Key: ".encode()
        pieces[2::2] = [text.encode() for text in texts]
        yield pieces


def _event(customer: int, shape: Shape, now: datetime, chosen: random.Random) -> tuple[str, str]:
    """Return what stands before an event's identifier, and what stands behind it."""
    name = TOKENS_EVENT_NAME if shape.dimensions else EVENT_NAME
    payload = f'"stripe_customer_id":"{customer_id(customer)}"'
    if shape.dimensions:
        model, kind = chosen.choice(_MODELS), chosen.choice(_TOKEN_TYPES)
        payload += (
            f',"value":"{chosen.randrange(1, 20_000)}","model":"{model}","token_type":"{kind}"'
        )
    else:
        payload += f',"value":"{chosen.randrange(1, 1_000)}.{chosen.randrange(100):02}"'
    rest = f'","payload":{{{payload}}}'
    if shape.timestamps:
        moment = now - timedelta(milliseconds=chosen.randrange(_TIMESTAMPS_SECONDS * 1_000))
        rest += f',"timestamp":"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1_000:03}Z"'
    return f'{{"event_name":"{name}","identifier":"', f"{rest}}}"
