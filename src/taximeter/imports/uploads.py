"""Files sent to a running server: kept until they are imported, one after the other.

They go through the very import of `taximeter import`, with the server's own writer, so that the
same row of the same file counts once, however it comes. A file whose import the server's end
interrupts is read again at the next start; what it had recorded is then known.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import msgspec
import structlog

from taximeter.environments import Environment
from taximeter.errors import Overloaded, StorageFailed
from taximeter.imports.checkpoint import CheckpointStore
from taximeter.imports.content import Content
from taximeter.imports.detect import find_reader
from taximeter.imports.load import Advance, Imported, Recorder, import_content
from taximeter.imports.receiving import Receiving
from taximeter.imports.rejected import NotWritten, RejectedFile, rejected_path
from taximeter.imports.rows import FileRefused
from taximeter.imports.stop import Stop
from taximeter.imports.upload import Upload, UploadStatus
from taximeter.imports.upload_folder import UploadFolder
from taximeter.ingest.directory import Directory
from taximeter.ingest.log import LogFailed
from taximeter.ingest.transaction import Entry, Outcome
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import Clock
from taximeter.kit.ids import new_id
from taximeter.settings import Settings

WAITING_MAX = 16
RECEIVING_MAX = 4
_COMMIT_EVENTS_MAX = 5_000
"""A file's batches are small, so that requests do not wait long behind one."""

_PAUSE_SECONDS = 0.05

log = structlog.get_logger()


class Uploads:
    """Receives files from any thread and imports them on one of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        writer: Writer,
        directory: Directory,
        clock: Clock,
        settings: Settings,
    ) -> None:
        """Keep files and their states in a folder, which is made with the first of them."""
        self._folder = UploadFolder(folder, kept_max=settings.uploads_kept_max)
        self._writer = writer
        self._directory = directory
        self._clock = clock
        self._settings = settings
        self._uploads: dict[str, Upload] = {}
        self._receiving = 0
        self._stop = Stop()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="uploads", daemon=True)

    def start(self) -> None:
        """Take up what was left, and begin to import."""
        self._uploads = {one.id: one for one in self._folder.left()}
        self._thread.start()

    def close(self) -> None:
        """Finish the batches under way and stop; the rest of the file waits for the next start."""
        with self._changed:
            self._stop.asked = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def receive(self) -> Receiving:
        """Make room for a file. Raises Overloaded where too many are under way, and NotWritten."""
        with self._changed:
            waiting = sum(one.is_under_way for one in self._uploads.values())
            if self._receiving >= RECEIVING_MAX or waiting >= WAITING_MAX:
                raise Overloaded("Too many files are under way. Send this one again in a moment.")
            self._receiving += 1
        try:
            return Receiving(
                self._folder.path(new_id("upl")),
                bytes_max=self._settings.upload_bytes_max,
                ended=self._received,
            )
        except NotWritten:
            self._received()
            raise

    def _received(self) -> None:
        with self._changed:
            self._receiving -= 1

    def add(
        self,
        received: Receiving,
        *,
        environment: Environment,
        name: str,
        by: str,
        event_name: str | None,
        as_new: bool,
    ) -> Upload:
        """Have a received file imported. Raises NotWritten."""
        path = received.keep()
        upload = Upload(
            id=path.stem,
            environment=environment,
            name=name,
            size=path.stat().st_size,
            created_us=self._clock.now_us(),
            by=by,
            event_name=event_name,
            as_new=as_new,
        )
        try:
            self._folder.save(upload)
        except NotWritten:
            self._folder.drop_file(upload)
            raise
        with self._changed:
            self._uploads[upload.id] = upload
            for gone in self._folder.forget_oldest(list(self._uploads.values())):
                del self._uploads[gone.id]
            self._changed.notify()
        return upload

    def of(self, environment: int) -> list[Upload]:
        """Return an environment's uploads, newest first."""
        with self._changed:
            found = [one for one in self._uploads.values() if one.environment.id == environment]
        return sorted(found, key=lambda one: (one.created_us, one.id), reverse=True)

    def get(self, environment: int, id: str) -> Upload | None:
        """Return an upload, or None."""
        upload = self._uploads.get(id)
        return upload if upload is not None and upload.environment.id == environment else None

    def rejected_path(self, upload: Upload) -> Path | None:
        """Return the file of an upload's rejected rows, if there is one."""
        if upload.rejected is None:
            return None
        path = self._folder.path(upload.id).with_name(upload.rejected)
        return path if path.exists() else None

    def _keep(self, upload: Upload, *, on_disk: bool = True) -> None:
        with self._changed:
            self._uploads[upload.id] = upload
        if on_disk:
            self._folder.save(upload)

    def _run(self) -> None:
        while (upload := self._next()) is not None:
            try:
                self._import(upload)
            except Exception:
                log.exception("upload failed", upload=upload.id)
                self._end(upload, "failed", "Something went wrong; the server's log says what.")

    def _next(self) -> Upload | None:
        with self._changed:
            while not self._stop.asked:
                waiting = [one for one in self._uploads.values() if one.is_under_way]
                if waiting:
                    return min(waiting, key=lambda one: (one.created_us, one.id))
                self._changed.wait()
        return None

    def _import(self, upload: Upload) -> None:
        self._keep(msgspec.structs.replace(upload, status="running"))
        try:
            done = self._imported(upload)
        except FileRefused as refused:
            self._end(upload, "refused", str(refused))
        except (StorageFailed, NotWritten, LogFailed) as failure:
            self._end(upload, "failed", str(failure))
        else:
            if done.refused is not None:
                self._end(upload, "refused", done.refused)
            elif not done.stopped:
                self._end(upload, "done", None)

    def _end(self, upload: Upload, status: UploadStatus, message: str | None) -> None:
        ended = msgspec.structs.replace(self._uploads[upload.id], status=status, message=message)
        self._folder.drop_file(upload)
        try:
            self._keep(ended)
        except NotWritten as failure:
            log.error("upload could not be noted", upload=upload.id, error=str(failure))

    def _imported(self, upload: Upload) -> Imported:
        path = self._folder.path(upload.id)
        with path.open("rb") as raw:
            # Known by the name that it was sent under, wherever it lies here.
            content = Content(raw, name=upload.name, size=upload.size, path=f"upload:{upload.name}")
            reader = find_reader(content, asked=None, event_name=upload.event_name)
            rejected = rejected_path(str(path.with_suffix("")), reader.name)

            def advanced(advance: Advance) -> None:
                self._keep(
                    msgspec.structs.replace(
                        self._uploads[upload.id],
                        read_bytes=advance.read_bytes,
                        tally=advance.tally,
                        rejected=rejected.name if advance.tally.rejected else None,
                    ),
                    on_disk=False,
                )

            return import_content(
                content=content,
                reader=reader,
                recorder=self._recorder(upload),
                checkpoints=self._checkpoints(upload),
                rejected=RejectedFile(rejected, reader.rejected_head()),
                log_seq=0,
                restart=True,
                as_new=upload.as_new,
                stop=self._stop,
                advanced=advanced,
            )

    def _checkpoints(self, upload: Upload) -> CheckpointStore:
        return CheckpointStore(self._folder.notes, environment=upload.environment.id)

    def _recorder(self, upload: Upload) -> Recorder:
        smaller = min(self._settings.commit_events_max, _COMMIT_EVENTS_MAX)
        return Recorder(
            writer=_Patient(self._writer),
            directory=self._directory,
            environment=upload.environment,
            clock=self._clock,
            settings=msgspec.structs.replace(self._settings, commit_events_max=smaller),
        )


class _Patient:
    """The server's writer, waited for while requests fill its queue."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._pause = threading.Event()

    def submit(self, entries: Sequence[Entry]) -> "Future[Sequence[Outcome]]":
        """Queue entries once there is room. Raises StorageFailed."""
        while True:
            try:
                return self._writer.submit(entries)
            except Overloaded:
                self._pause.wait(_PAUSE_SECONDS)
