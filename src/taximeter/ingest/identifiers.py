"""Exactly once by identifier: a compact set that errs only towards "maybe", settled by the log.

The set answers "never seen" for nearly every new identifier without touching the log, and says of
every other between which rows it would lie. Each "maybe" is looked up there, within the writer's
transaction, so the answer is exact. Until the set has been filled after a start, everything is
"maybe".
"""

from collections.abc import Iterable, Sequence

import numpy as np
import structlog
import xxhash

from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.fingerprints import FingerprintSet, Hashes, Mask, Maybe
from taximeter.ingest.log import Identity, UsageLog
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.settings import Settings

log = structlog.get_logger()

_DAY_US = DAY_SECONDS * MICROSECONDS
_MARGIN_US = _DAY_US
"""The set knows this much more than the window, so that a clock that is set back costs nothing."""
_KEYS = 1 << 32
"""Added to the environment as the seed for idempotency keys: they never meet identifiers."""

_hash = xxhash.xxh3_64_intdigest


def identifier_hash(environment: int, identifier: str) -> int:
    """Return the hash by which the log and the set know an identifier."""
    return _hash(identifier.encode(), environment)


def idempotency_key_hash(environment: int, key: str) -> int:
    """Return the hash by which the log and the set know an idempotency key."""
    return _hash(key.encode(), environment + _KEYS)


def identifier_hashes(environment: int, identifiers: Sequence[str]) -> Hashes:
    """Hash the identifiers of one environment."""
    hashed = (_hash(one, environment) for one in map(str.encode, identifiers))
    return np.fromiter(hashed, dtype=np.uint64, count=len(identifiers))


def repeated(hashes: Hashes) -> Mask:
    """Mark every hash that stands more than once among these."""
    ordered = np.sort(hashes)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not twice.size:
        return np.zeros(hashes.size, dtype=np.bool_)
    return np.isin(hashes, twice)


class Deduplicator:
    """Knows which identifiers and idempotency keys have been claimed, exactly."""

    def __init__(self, *, log: UsageLog, settings: Settings) -> None:
        """Start empty; until `rebuild` has run, every question goes to the log."""
        self._log = log
        self._identifier_window_us = settings.identifier_window_days * _DAY_US
        self._key_window_us = settings.idempotency_window_hours * HOUR_SECONDS * MICROSECONDS
        self._window_us = max(self._identifier_window_us, self._key_window_us)
        self._claims = FingerprintSet()
        self._knows_since_us = 0
        self._stopping = False
        self.ready = False

    def rebuild(self, *, now_us: int) -> None:
        """Read what the log's window claims into the set; may run beside the writer.

        The writer goes on adding to the set it has; what was read is put before that at the end.
        """
        since_us = now_us - self._window_us - _MARGIN_US
        older = FingerprintSet(items_expected=self._log.count_since(since_us))
        for seen in self._log.seen_since(since_us):
            if self._stopping:
                return
            older.add(
                seen.hashes,
                first_seq=seen.first_seq,
                last_seq=seen.last_seq,
                received_at_us=seen.received_at_us,
            )
        self._claims.prepend(older)
        self._knows_since_us = since_us
        self.ready = True

    def stop(self) -> None:
        """End a rebuild that is under way."""
        self._stopping = True

    def keep_window(self, *, now_us: int) -> None:
        """Forget what left the window some time ago.

        A clock that had run ahead by more than the margin, and is set back, has a window of which
        the set does not know all any more. From then on the log is asked about everything.
        """
        since_us = now_us - self._window_us
        if self.ready and since_us < self._knows_since_us:
            log.warning("the clock was set back too far: restart the server to make it fast again")
            self.ready = False
        if self._claims.forget(before_us=since_us - _MARGIN_US):
            self._knows_since_us = since_us - _MARGIN_US

    def suspects(self, hashes: Hashes) -> Maybe:
        """Say which of these may have been claimed before, and between which rows."""
        if self.ready:
            return self._claims.maybe(hashes)
        return Maybe(np.ones(hashes.size, dtype=np.bool_), first_seq=0, last_seq=None)

    def by_identifier(
        self, wanted: Sequence[Identity], *, now_us: int, among: Maybe
    ) -> dict[Identity, LoggedEvent]:
        """Return the logged events that hold these identifiers, sought where the set says."""
        if not wanted:
            return {}
        since_us = now_us - self._identifier_window_us
        return self._log.with_identifiers(wanted, since_us=since_us, rows=among.rows)

    def by_idempotency_key(
        self, wanted: Sequence[Identity], *, now_us: int, among: Maybe
    ) -> dict[Identity, LoggedEvent]:
        """Return the logged events that these idempotency keys brought."""
        if not wanted:
            return {}
        since_us = now_us - self._key_window_us
        return self._log.with_idempotency_keys(wanted, since_us=since_us, rows=among.rows)

    def remember(
        self, hashes: Iterable[Hashes], *, first_seq: int, last_seq: int, received_at_us: int
    ) -> None:
        """Note what has been claimed by rows of the log."""
        for some in hashes:
            self._claims.add(
                some, first_seq=first_seq, last_seq=last_seq, received_at_us=received_at_us
            )

    @property
    def size_bytes(self) -> int:
        """Return the memory that the set takes."""
        return self._claims.size_bytes
