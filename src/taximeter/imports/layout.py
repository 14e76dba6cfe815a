"""From rows as they were read to a batch as the ingest path takes it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec
import numpy as np

from taximeter.imports.rows import Rows, SentTimestamp, Unreadable
from taximeter.imports.timestamps import read_plain_column, read_timestamp
from taximeter.ingest.batch import SentBatch
from taximeter.ingest.columns import Moments

EVENT_NAME_CHARACTERS_MAX = 100
IDENTIFIER_CHARACTERS_MAX = 100


class LaidOut(msgspec.Struct, frozen=True, kw_only=True):
    """A batch, which of the chunk's rows its events are, and the rows that are in no batch.

    `named` says that every row of the batch has an identifier of its own.
    """

    sent: SentBatch
    places: Sequence[int]
    unreadable: Sequence[Unreadable]
    named: bool


def lay_out(rows: Rows, *, file_id: str, first_row: int) -> LaidOut:
    """Read the timestamps, and give an identifier to each row that has none.

    Such an identifier is made of the file's id and the row's number in the file, so that the same
    row of the same file has the same one whenever it is read. `first_row` is the number of the
    chunk's first row.
    """
    moments = read_plain_column(rows.timestamps)
    late: Mapping[int, str] = {}
    if moments is None:
        moments, late = _one_by_one(rows.timestamps)
    bad = {at: ("invalid_timestamp", message) for at, message in late.items()}
    bad |= {at: ("invalid_row", message) for at, message in _bad_texts(rows).items()}
    sent = SentBatch(
        event_names=rows.event_names,
        payloads=rows.payloads,
        identifiers=_identifiers(rows, file_id, first_row),
        timestamps_us=moments,
    )
    if not bad:
        return LaidOut(
            sent=sent, places=rows.places, unreadable=rows.unreadable, named=all(rows.identifiers)
        )
    more = [Unreadable(rows.places[at], *reason) for at, reason in bad.items()]
    kept = [at for at in range(len(rows.places)) if at not in bad]
    return LaidOut(
        sent=sent.take(kept),
        places=[rows.places[at] for at in kept],
        unreadable=[*rows.unreadable, *more],
        named=all(rows.identifiers[at] for at in kept),
    )


def row_identifier(file_id: str, row: int) -> str:
    """Return what a row without an identifier is known by."""
    return f"{file_id}_{row}"


def divided(
    sent: SentBatch, places: Sequence[int], *, size: int
) -> Iterator[tuple[SentBatch, Sequence[int]]]:
    """Divide a batch so that none is larger than `size`."""
    if len(sent) <= size:
        yield sent, places
        return
    for start in range(0, len(sent), size):
        some = range(start, min(start + size, len(sent)))
        yield sent.take(some), [places[at] for at in some]


def _identifiers(rows: Rows, file_id: str, first_row: int) -> Sequence[str]:
    if all(rows.identifiers):
        return cast("Sequence[str]", rows.identifiers)
    return [
        identifier or row_identifier(file_id, first_row + place)
        for identifier, place in zip(rows.identifiers, rows.places, strict=True)
    ]


def _one_by_one(sent: Sequence[SentTimestamp]) -> tuple[Moments, Mapping[int, str]]:
    """Read each different timestamp once; what cannot be read is 0, and named by its index."""
    read = {one: read_timestamp(one) for one in set(sent)}
    bad: dict[int, str] = {}
    moments = np.zeros(len(sent), dtype=np.int64)
    for at, one in enumerate(sent):
        moment = read[one]
        if isinstance(moment, str):
            bad[at] = moment
        else:
            moments[at] = moment
    return moments, bad


def _bad_texts(rows: Rows) -> Mapping[int, str]:
    """Name the rows whose event name or identifier no event can have, by index."""
    bad: dict[int, str] = {}
    if any(_is_bad_event_name(name) for name in set(rows.event_names)):
        for at, name in enumerate(rows.event_names):
            if _is_bad_event_name(name):
                bad[at] = (
                    f"Event names have 1 to {EVENT_NAME_CHARACTERS_MAX} characters; this one has "
                    f"{len(name)}."
                )
    known = [one for one in rows.identifiers if one]
    if known and max(map(len, known)) > IDENTIFIER_CHARACTERS_MAX:
        for at, identifier in enumerate(rows.identifiers):
            if identifier and len(identifier) > IDENTIFIER_CHARACTERS_MAX:
                bad[at] = (
                    f"Identifiers have at most {IDENTIFIER_CHARACTERS_MAX} characters; this one "
                    f"has {len(identifier)}."
                )
    return bad


def _is_bad_event_name(name: str) -> bool:
    return not 0 < len(name) <= EVENT_NAME_CHARACTERS_MAX
