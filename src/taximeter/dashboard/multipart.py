"""A form with a file in it, taken apart while it arrives: the fields first, the file last."""

import re

from taximeter.dashboard.visit import PAIRS_MAX, Fields
from taximeter.errors import InvalidRequest

HEAD_BYTES_MAX = 65_536
"""How much may stand before the file: all other fields."""

_TYPE = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";,\s]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(r';\s*name="([^"]*)"', re.IGNORECASE)
_FILE_NAME = re.compile(r';\s*filename="([^"]*)"', re.IGNORECASE)
_NAME_CHARACTERS_MAX = 200


def is_multipart(content_type: str | None) -> bool:
    """Say whether a form comes in parts."""
    return content_type is not None and _TYPE.match(content_type) is not None


class Multipart:
    """Fed pieces of the body in order; what of the file has come is taken out of it.

    `file_name` is there once the file has begun, and `is_whole` once it has ended.
    """

    def __init__(self, content_type: str | None) -> None:
        """Read how the parts are told apart. Raises InvalidRequest where there are none."""
        found = _TYPE.match(content_type or "")
        if found is None:
            raise InvalidRequest("A file is sent as multipart/form-data.")
        self._delimiter = b"\r\n--" + found[1].encode()
        # As if a line ended before the body, so that the first delimiter is like all others.
        self._buffer = bytearray(b"\r\n")
        self.fields: Fields = {}
        self.file_name: str | None = None
        self.is_whole = False

    def feed(self, piece: bytes) -> None:
        """Add what has arrived. Raises InvalidRequest for what is no such form."""
        if self.is_whole:
            return
        self._buffer += piece
        while self.file_name is None and self._read_part():
            pass
        if self.file_name is None and len(self._buffer) > HEAD_BYTES_MAX:
            raise InvalidRequest("There is too much in this form before its file.")

    def _read_part(self) -> bool:
        """Read the next field, or the beginning of the file; say whether it was there."""
        buffer = self._buffer
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not buffer.startswith(self._delimiter):
            raise InvalidRequest("The parts of this form are not told apart as it says.")
        head = buffer[len(self._delimiter) : end].decode(errors="replace")
        name, file = _NAME.search(head), _FILE_NAME.search(head)
        if name is None or sum(map(len, self.fields.values())) >= PAIRS_MAX:
            raise InvalidRequest("A part of this form has no name, or there are too many.")
        if file is not None:
            del buffer[: end + 4]
            # Before an empty file's end there is no line of its own.
            self._buffer = bytearray(buffer)
            self.file_name = file[1] and (_base(file[1]) or "file")
            return False
        last = buffer.find(self._delimiter, end + 2)
        if last < 0:
            return False
        value = bytes(buffer[end + 4 : last]).decode(errors="replace").replace("\x00", "�")
        self.fields.setdefault(name[1], []).append(value)
        del buffer[:last]
        return True

    def take(self) -> bytes:
        """Return what has come of the file since it was last asked."""
        if self.is_whole:
            return b""
        end = self._buffer.find(self._delimiter)
        if end >= 0:
            self.is_whole = True
            piece = bytes(self._buffer[:end])
            self._buffer.clear()
            return piece
        size = max(0, len(self._buffer) - len(self._delimiter) + 1)
        piece = bytes(self._buffer[:size])
        del self._buffer[:size]
        return piece


def _base(name: str) -> str:
    """Return a file's name, without the folders that stand before it."""
    last = re.split(r"[/\\]", name)[-1].replace("%22", '"')
    return "".join(one if one.isprintable() else "�" for one in last)[:_NAME_CHARACTERS_MAX]
