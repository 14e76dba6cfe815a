"""One row as a JSON object, and many of them in columns: what JSON Lines and arrays share.

A whole chunk is decoded at once; only where that fails is each row decoded by itself, so that one
bad row does not take others with it.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, cast

import msgspec

from taximeter.imports.rows import (
    REASON_FIELDS,
    Original,
    Rows,
    SentTimestamp,
    Unreadable,
    Why,
    holds_nul,
)

BLANK = b" \t\r\n"


class TextRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A row whose payload holds texts alone, as most do."""

    event_name: str | None = None
    payload: dict[str, str] | None = None
    timestamp: int | str | None = None
    identifier: str | None = None
    line: msgspec.Raw = msgspec.Raw()
    error_code: msgspec.Raw = msgspec.Raw()
    error_message: msgspec.Raw = msgspec.Raw()


class AnyRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A row as anyone may write it: values and identifiers may be numbers."""

    event_name: str | None = None
    payload: dict[str, Any] | None = None
    timestamp: Any = None
    identifier: str | int | None = None
    line: Any = None
    error_code: Any = None
    error_message: Any = None


# A number with a point or an exponent stays the text that it is: no float ever holds it.
ANY_ROW = msgspec.json.Decoder(AnyRow, float_hook=str)
NOT_READ = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)

DecodedRow = TextRow | AnyRow
_TIMESTAMP = attrgetter("timestamp")


class JsonRows:
    """Decodes chunks of rows and lays them out in columns."""

    def __init__(
        self,
        *,
        texts: Callable[[bytes], Sequence[TextRow]],
        anything: Callable[[bytes], Sequence[AnyRow]],
        event_name: str | None,
    ) -> None:
        """Decode chunks by these two; `event_name` is that of rows that have none."""
        self._texts = texts
        self._anything = anything
        self._event_name = event_name
        self._only_texts = True

    def read_plain(self, chunk: bytes) -> Rows | None:
        """Read a chunk if it is nothing but rows that obviously are events, else return None."""
        if b"\\u0000" in chunk:
            return None
        decoded = self._decode(chunk)
        return None if decoded is None else self._plain(decoded)

    def _decode(self, chunk: bytes) -> Sequence[DecodedRow] | None:
        if self._only_texts:
            try:
                return self._texts(chunk)
            except NOT_READ:
                pass
        try:
            decoded = self._anything(chunk)
        except NOT_READ:
            return None
        self._only_texts = False
        return decoded

    def _plain(self, decoded: Sequence[DecodedRow]) -> Rows | None:
        """Lay out a chunk in which every row is obviously an event."""
        payloads = [row.payload for row in decoded]
        identifiers = [row.identifier for row in decoded]
        names = [row.event_name for row in decoded]
        if None in payloads or "" in identifiers:
            return None
        if None in names:
            if self._event_name is None:
                return None
            names = [self._event_name if name is None else name for name in names]
        sent = cast("list[dict[str, Any]]", payloads)
        if not self._only_texts:
            kinds = set(map(type, chain.from_iterable(map(dict.values, sent))))
            if not (
                kinds <= {str, int}
                and set(map(type, map(_TIMESTAMP, decoded))) <= {str, int}
                and set(map(type, identifiers)) <= {str, type(None)}
            ):
                return None
            if int in kinds:
                sent = [_texts_of(one) for one in sent]
        return Rows(
            count=len(decoded),
            places=range(len(decoded)),
            event_names=cast("list[str]", names),
            payloads=sent,
            identifiers=cast("list[str | None]", identifiers),
            timestamps=[row.timestamp for row in decoded],
        )

    def read_each(self, originals: Sequence[Original]) -> Rows:
        """Read row by row, and say of each that is no event why."""
        places: list[int] = []
        names: list[str] = []
        payloads: list[dict[str, str]] = []
        identifiers: list[str | None] = []
        timestamps: list[SentTimestamp] = []
        unreadable: list[Unreadable] = []
        for place, original in enumerate(originals):
            row = self._checked(original.content)
            if isinstance(row, str):
                unreadable.append(Unreadable(place, "invalid_row", row))
                continue
            places.append(place)
            names.append(row.event_name or "")
            payloads.append(_texts_of(row.payload or {}))
            identifiers.append(None if row.identifier is None else str(row.identifier))
            timestamps.append(row.timestamp)
        return Rows(
            count=len(originals),
            places=places,
            event_names=names,
            payloads=payloads,
            identifiers=identifiers,
            timestamps=timestamps,
            unreadable=unreadable,
        )

    def _checked(self, content: bytes) -> AnyRow | str:
        """Decode one row, or say why it is no event."""
        try:
            row = ANY_ROW.decode(content)
        except UnicodeDecodeError:
            return "The row is not UTF-8. Save the file as UTF-8."
        except RecursionError:
            return "The row is nested too deeply. A payload maps keys to texts or numbers."
        except msgspec.ValidationError as error:
            return f"{error}."
        except msgspec.DecodeError as error:
            return f"The row is not JSON: {error}."
        if row.event_name is None:
            if self._event_name is None:
                return "The field event_name is missing. Add it, or name it with --event-name."
            row = msgspec.structs.replace(row, event_name=self._event_name)
        return _with_plain_fields(row)


def _with_plain_fields(row: AnyRow) -> AnyRow | str:
    if row.payload is None:
        return "The field payload is missing. It maps keys to texts or numbers."
    payload = {key: value for key, value in row.payload.items() if value is not None}
    for key, value in payload.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            kind = {bool: "a boolean", list: "a list"}.get(type(value), "an object")
            return f"The payload's '{key}' is {kind}. Payload values are texts or numbers."
    if row.identifier == "":
        return "The identifier is empty. Leave it out, or give the event one."
    if isinstance(row.timestamp, bool | list | dict):
        return "The timestamp is neither a number nor a text."
    texts = [str(row.event_name), *payload, *map(str, payload.values())]
    if holds_nul([*texts, str(row.identifier), str(row.timestamp)]):
        return "The row holds a NUL character, which no event can carry."
    return msgspec.structs.replace(row, payload=payload)


def _texts_of(payload: Mapping[str, Any]) -> dict[str, str]:
    return {key: value if value.__class__ is str else str(value) for key, value in payload.items()}


def rejected_object(original: Original, why: Why) -> bytes:
    """Spell a rejected row as an object on one line: its fields as they were sent, and why.

    What is no object cannot be given fields: it stands as text in one that is.
    """
    try:
        sent = msgspec.json.decode(original.content, type=dict[str, msgspec.Raw])
    except NOT_READ:
        text = original.content.decode(errors="replace").strip()
        told = {**why.fields(), "identifier": why.identifier, "text": text}
        return msgspec.json.encode(told) + b"\n"
    fields: dict[str, str | msgspec.Raw] = {**why.fields()}
    fields |= {key: value for key, value in sent.items() if key not in REASON_FIELDS}
    if bytes(sent.get("identifier", b"null")) == b"null":
        fields["identifier"] = why.identifier
    return msgspec.json.encode(fields).replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
