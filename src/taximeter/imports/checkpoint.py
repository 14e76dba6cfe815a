"""How far a file has been imported: written after each chunk is durable, read when it is resumed.

A checkpoint only saves time. Where it is missing, or lags behind the log, rows are read again and
their identifiers keep them from counting twice; it is never ahead of the log.
"""

import os
from pathlib import Path

import msgspec
import xxhash

from taximeter.imports.chunks import Position
from taximeter.imports.content import Content
from taximeter.imports.rejected import NotWritten, RejectedMark
from taximeter.imports.rows import FileRefused
from taximeter.imports.tally import Tally

_COMPARED_BYTES = 4_096


class Before(msgspec.Struct, frozen=True):
    """The end of what has been read: a hash, and of how many bytes it is."""

    size: int
    hash: str

    @classmethod
    def of(cls, piece: bytes) -> "Before":
        """Hash the last bytes of a piece."""
        last = piece[-_COMPARED_BYTES:]
        return cls(len(last), xxhash.xxh3_128_hexdigest(last))


NOTHING_BEFORE = Before.of(b"")


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A file's state: everything before `position` is recorded, or stands among the rejected.

    `log_seq` is a row of the log that exists then; `before` is what stands before the position.
    """

    position: Position
    before: Before
    tally: Tally
    log_seq: int
    rejected: RejectedMark | None = None
    complete: bool = False


class CheckpointStore:
    """Keeps the checkpoints of one environment in a folder of the data directory."""

    def __init__(self, folder: Path, *, environment: int) -> None:
        """Name the folder; it is made with the first checkpoint."""
        self._folder = folder
        self._environment = environment

    def load(self, content: Content) -> Checkpoint | None:
        """Return a file's checkpoint, or None where there is none that can be read."""
        try:
            return msgspec.json.decode(self._path(content).read_bytes(), type=Checkpoint)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def save(self, content: Content, checkpoint: Checkpoint) -> None:
        """Replace a file's checkpoint, whole: a kill leaves the old one or the new one.

        Raises NotWritten.
        """
        _replace(self._path(content), msgspec.json.encode(checkpoint))

    def claim_place(self, content: Content, *, as_new: bool) -> None:
        """Note that rows without identifiers come from where this file lies.

        Raises FileRefused if such rows of another version of the file came from there before,
        unless `as_new`: those that stand in both versions would count twice, and nothing but
        their place tells them apart.
        """
        if not content.path:
            return
        place = xxhash.xxh3_128_hexdigest(os.fsencode(content.path))
        note = self._folder / f"{place}-{self._environment}.place"
        known = note.read_text(encoding="utf-8") if note.exists() else content.fingerprint
        if known != content.fingerprint and not as_new:
            raise FileRefused(
                "another version of it was imported before, and its rows have no identifiers: "
                "those in both versions would count twice. Put the new rows alone into a file of "
                "another name, or give --as-new if all rows of this version are to count"
            )
        _replace(note, content.fingerprint.encode())

    def _path(self, content: Content) -> Path:
        return self._folder / f"{content.fingerprint}-{self._environment}.json"


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        new.write_bytes(content)
        new.replace(path)
    except OSError as error:
        raise NotWritten(f"{path} cannot be written ({error.strerror})") from None


def can_resume(checkpoint: Checkpoint, content: Content, *, log_seq: int) -> bool:
    """Say whether the file and the log still are what they were at the checkpoint.

    The log may be an older backup, and the file may have changed; then all is read again.
    """
    if checkpoint.complete or checkpoint.log_seq > log_seq or not content.seekable:
        return False
    size = checkpoint.before.size
    content.go_to(checkpoint.position.offset - size)
    piece = b""
    while len(piece) < size and (more := content.read(size - len(piece))):
        piece += more
    return Before.of(piece) == checkpoint.before
