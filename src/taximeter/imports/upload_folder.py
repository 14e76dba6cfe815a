"""The folder of uploads: files that wait, what became of them, their rejected rows."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from taximeter.imports.rejected import NotWritten
from taximeter.imports.upload import Upload

_FILE = ".data"
_STATE = ".json"


class UploadFolder:
    """For each upload up to three files, all of whose names begin with its id."""

    def __init__(self, folder: Path, *, kept_max: int) -> None:
        """Name the folder; `kept_max` uploads are remembered."""
        self._folder = folder
        self._kept_max = kept_max

    @property
    def notes(self) -> Path:
        """Return where imports note how far they have come."""
        return self._folder / "notes"

    def path(self, id: str) -> Path:
        """Return where the file of an upload lies until it is imported."""
        return self._folder / f"{id}{_FILE}"

    def left(self) -> list[Upload]:
        """Return the uploads of earlier runs; a file that never came whole is dropped."""
        for part in self._folder.glob("*.part"):
            part.unlink()
        found = []
        for state in self._folder.glob(f"*{_STATE}"):
            try:
                upload = msgspec.json.decode(state.read_bytes(), type=Upload)
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
                continue
            if upload.is_under_way and not self.path(upload.id).exists():
                upload = msgspec.structs.replace(
                    upload, status="failed", message="The file is gone. Upload it again."
                )
            found.append(upload)
        return found

    def save(self, upload: Upload) -> None:
        """Write an upload's state, whole. Raises NotWritten."""
        path = self._folder / f"{upload.id}{_STATE}"
        new = path.with_suffix(".new")
        try:
            new.write_bytes(msgspec.json.encode(upload))
            new.replace(path)
        except OSError as error:
            raise NotWritten(f"{path} cannot be written ({error.strerror})") from None

    def drop_file(self, upload: Upload) -> None:
        """Drop an upload's file; its state and its rejected rows stay."""
        with contextlib.suppress(OSError):
            self.path(upload.id).unlink()

    def forget_oldest(self, uploads: Sequence[Upload]) -> list[Upload]:
        """Drop all there is of the oldest of the finished uploads, and return which these were."""
        ended = [one for one in uploads if not one.is_under_way]
        ended.sort(key=lambda one: (one.created_us, one.id))
        too_many = ended[: max(0, len(uploads) - self._kept_max)]
        for one in too_many:
            for path in self._folder.glob(f"{one.id}.*"):
                with contextlib.suppress(OSError):
                    path.unlink()
        return too_many
