"""A compact set of 64-bit hashes that may err towards "maybe", about once in three hundred million.

A segment is an array of buckets with sixteen places of 32 bits: half of a hash chooses the bucket,
the other half is kept in it as a fingerprint. A full bucket overflows into the next. Everything is
done for whole arrays at once, which is what makes it five times as fast as a Bloom filter that is
asked item by item. A segment is never grown: the next one takes over, and old ones are dropped
whole when their last day leaves the window.
"""

import threading
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Hashes: TypeAlias = npt.NDArray[np.uint64]
"""Hashes of what is claimed, one for each claim."""

Mask: TypeAlias = npt.NDArray[np.bool_]

_PLACES = 16
_LOAD = 11
"""Items for each bucket on average, at which one bucket in fourteen is full."""
_HALF = np.uint64(32)
_FIRST_ITEMS = 2_000_000
_ITEMS_MAX = 16_000_000


class Segment:
    """A part of the set with room for a fixed number of items."""

    def __init__(self, items_max: int) -> None:
        """Make room for `items_max` items; the memory is touched as they come."""
        self.items_max = items_max
        self.items = 0
        self.first_seq = 0
        self.last_seq = 0
        self.last_received_at_us = 0
        self._buckets = items_max // _LOAD + 1
        self._places = np.zeros((self._buckets, _PLACES), dtype=np.uint32)
        self._taken = np.zeros(self._buckets, dtype=np.uint8)

    @property
    def size_bytes(self) -> int:
        """Return the memory that the segment takes once it is full."""
        return self._places.nbytes + self._taken.nbytes

    def _split(self, hashes: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
        """Return the bucket and the fingerprint of each hash; 0 stands for an empty place."""
        buckets = ((hashes >> _HALF) * np.uint64(self._buckets) >> _HALF).astype(np.int64)
        fingerprints = hashes.astype(np.uint32)
        fingerprints |= fingerprints == 0
        return buckets, fingerprints

    def maybe(self, hashes: Hashes) -> Mask:
        """Say of each hash whether it may have been added; False is certain."""
        buckets, fingerprints = self._split(hashes)
        found = self._in_bucket(buckets, fingerprints)
        beyond = np.flatnonzero(self._taken.take(buckets) == _PLACES)
        beyond = beyond[~found[beyond]]
        while beyond.size:
            buckets[beyond] = (buckets[beyond] + 1) % self._buckets
            here = buckets[beyond]
            hit = self._in_bucket(here, fingerprints[beyond])
            found[beyond[hit]] = True
            beyond = beyond[~hit & (self._taken.take(here) == _PLACES)]
        return found

    def _in_bucket(
        self, buckets: npt.NDArray[np.int64], fingerprints: npt.NDArray[np.uint32]
    ) -> Mask:
        equal = self._places.take(buckets, axis=0) == fingerprints[:, None]
        halves = equal.view(np.uint64)  # sixteen truth values as two numbers
        found: Mask = (halves[:, 0] | halves[:, 1]) != 0
        return found

    def add(self, hashes: Hashes) -> None:
        """Add hashes, at most as many as there is room for."""
        assert self.items + hashes.size <= self.items_max, "the segment has room"
        self.items += hashes.size
        buckets, fingerprints = self._split(hashes)
        while buckets.size:
            order = np.argsort(buckets, kind="stable")
            buckets, fingerprints = buckets[order], fingerprints[order]
            starts = np.flatnonzero(np.concatenate(([True], buckets[1:] != buckets[:-1])))
            counts = np.diff(np.append(starts, buckets.size))
            places = self._taken[buckets] + np.arange(buckets.size) - np.repeat(starts, counts)
            fits = places < _PLACES
            self._places[buckets[fits], places[fits]] = fingerprints[fits]
            touched = buckets[starts]
            self._taken[touched] = np.minimum(self._taken[touched] + counts, _PLACES)
            buckets = (buckets[~fits] + 1) % self._buckets
            fingerprints = fingerprints[~fits]


class Maybe:
    """Which hashes may be in the set, and between which rows of the log they would lie."""

    def __init__(self, mask: Mask, *, first_seq: int, last_seq: int | None) -> None:
        """`last_seq` None means: anywhere from the first on."""
        self.mask = mask
        self.rows = (first_seq, last_seq)


class FingerprintSet:
    """Segments in order of arrival; one thread adds, and what it has added may be asked at once."""

    def __init__(self, *, items_expected: int = 0) -> None:
        """Start empty, with a first segment for as many items as are expected."""
        self._expected = items_expected
        self._segments: list[Segment] = []
        self._changing = threading.Lock()

    def maybe(self, hashes: Hashes) -> Maybe:
        """Ask every segment about every hash."""
        mask = np.zeros(hashes.size, dtype=np.bool_)
        first, last = 0, 0
        for segment in self._segments:
            hit = segment.maybe(hashes)
            if hit.any():
                mask |= hit
                first = first or segment.first_seq
                last = segment.last_seq
        return Maybe(mask, first_seq=first, last_seq=last)

    def add(self, hashes: Hashes, *, first_seq: int, last_seq: int, received_at_us: int) -> None:
        """Add what rows of the log claim, numbered within these bounds and received by then."""
        while hashes.size:
            segment = self._open(first_seq)
            room = segment.items_max - segment.items
            segment.add(hashes[:room])
            segment.first_seq = min(segment.first_seq, first_seq)
            segment.last_seq = max(segment.last_seq, last_seq)
            segment.last_received_at_us = max(segment.last_received_at_us, received_at_us)
            hashes = hashes[room:]

    def _open(self, first_seq: int) -> Segment:
        if not self._segments or self._segments[-1].items == self._segments[-1].items_max:
            items_max = max(_FIRST_ITEMS, self._expected, min(len(self) // 3, _ITEMS_MAX))
            self._expected = 0
            segment = Segment(items_max)
            segment.first_seq = first_seq
            with self._changing:
                self._segments = [*self._segments, segment]
        return self._segments[-1]

    def prepend(self, older: "FingerprintSet") -> None:
        """Take in a set of what came before everything in this one."""
        with self._changing:
            self._segments = [*older._segments, *self._segments]

    def forget(self, *, before_us: int) -> bool:
        """Drop the segments in which nothing was received at this moment or later; say if any."""
        if not self._segments or self._segments[0].last_received_at_us >= before_us:
            return False
        with self._changing:
            kept = [one for one in self._segments if one.last_received_at_us >= before_us]
            self._segments = kept
        return True

    def __len__(self) -> int:
        """Return how many items were added and not forgotten."""
        return sum(one.items for one in self._segments)

    @property
    def size_bytes(self) -> int:
        """Return the memory that the set takes."""
        return sum(one.size_bytes for one in self._segments)
