"""The use case of importing one file: read, check, record, and note how far it has come.

While the writer commits one batch, the next ones are read and checked.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from typing import Protocol

import msgspec

from taximeter.environments import Environment
from taximeter.imports.checkpoint import (
    NOTHING_BEFORE,
    Before,
    Checkpoint,
    CheckpointStore,
    can_resume,
)
from taximeter.imports.chunks import Chunk, Position, read_chunks
from taximeter.imports.content import Content
from taximeter.imports.layout import divided, lay_out, row_identifier
from taximeter.imports.rejected import RejectedFile
from taximeter.imports.rows import FileRefused, RowReader, Unreadable, Why
from taximeter.imports.stop import Stop
from taximeter.imports.tally import Reason, Tally, added
from taximeter.ingest.batch import Batch
from taximeter.ingest.check_batch import check_batch
from taximeter.ingest.directory import Directory
from taximeter.ingest.transaction import BatchRecorded, Entry, Outcome
from taximeter.kit.clock import Clock
from taximeter.settings import Settings

CHUNKS_IN_FLIGHT = 3


class Recording(Protocol):
    """Takes batches; the writer does."""

    def submit(self, entries: Sequence[Entry]) -> "Future[Sequence[Outcome]]":
        """Queue entries; the future resolves once they are durable, or raises StorageFailed."""
        ...


class Recorder(msgspec.Struct, frozen=True, kw_only=True):
    """Where events go: one environment of an open data directory."""

    writer: Recording
    directory: Directory
    environment: Environment
    clock: Clock
    settings: Settings


class Advance(msgspec.Struct, frozen=True):
    """How far a file has been read, in bytes on disk, and what became of its rows.

    `resumed` of them had been dealt with by an earlier import.
    """

    read_bytes: int
    tally: Tally
    resumed: int


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """How an import of a file ended: `resumed` rows had been dealt with by an earlier one.

    `refused` says why the rest of the file could not be read.
    """

    tally: Tally
    resumed: int
    stopped: bool
    refused: str | None


class _Flight(msgspec.Struct):
    """A chunk whose events are with the writer."""

    chunk: Chunk
    recordings: Sequence[Future[Sequence[Outcome]]]
    rejected: Sequence[Unreadable]
    read_bytes: int


def import_content(
    *,
    content: Content,
    reader: RowReader,
    recorder: Recorder,
    checkpoints: CheckpointStore,
    rejected: RejectedFile,
    log_seq: int,
    restart: bool,
    as_new: bool,
    stop: Stop,
    advanced: Callable[[Advance], None],
) -> Imported:
    """Import a file from where an earlier import of it was interrupted, or from its start.

    `log_seq` is the log's last row. With `as_new`, rows without identifiers count even though
    another version of the file was imported from the same place. Raises FileRefused before
    anything is recorded; StorageFailed and NotWritten at any time, and then what was recorded
    stays.
    """
    earlier = checkpoints.load(content)
    start = Position(reader.start, content.head.count(b"\n", 0, reader.start), 0)
    before = Checkpoint(position=start, before=NOTHING_BEFORE, tally=Tally(), log_seq=log_seq)
    resume = earlier is not None and not restart and can_resume(earlier, content, log_seq=log_seq)
    rejected.claim(None if earlier is None else earlier.rejected, resume=resume)
    if resume and earlier is not None:
        before = msgspec.structs.replace(earlier, log_seq=log_seq)
    running = _Import(content, reader, recorder, checkpoints, rejected, before, as_new, advanced)
    running.save()
    try:
        return running.run(stop)
    finally:
        rejected.close()


class _Import:
    """One file under way."""

    def __init__(
        self,
        content: Content,
        reader: RowReader,
        recorder: Recorder,
        checkpoints: CheckpointStore,
        rejected: RejectedFile,
        state: Checkpoint,
        as_new: bool,
        advanced: Callable[[Advance], None],
    ) -> None:
        self._content = content
        self._file_id = f"import_{content.fingerprint}"
        self._reader = reader
        self._recorder = recorder
        self._checkpoints = checkpoints
        self._rejected = rejected
        self._state = state
        self._resumed = state.tally.rows
        self._advanced = advanced
        self._as_new = as_new
        self._place_claimed = False
        self._unanswered: deque[tuple[Future[Sequence[Outcome]], int]] = deque()
        self._batch_max = max(
            1, min(recorder.settings.commit_events_max, recorder.settings.queue_events_max // 4)
        )

    def save(self) -> None:
        """Write the checkpoint down."""
        mark = self._rejected.mark(complete=self._state.complete)
        self._state = msgspec.structs.replace(self._state, rejected=mark)
        self._checkpoints.save(self._content, self._state)

    def run(self, stop: Stop) -> Imported:
        """Import until the end, or until somebody wants to stop; finish what was begun."""
        flights: deque[_Flight] = deque()
        chunks = read_chunks(self._content, self._reader, begin=self._state.position)
        refused: str | None = None
        complete = False
        try:
            while not stop.asked:
                with stop.waiting():
                    chunk = next(chunks, None)
                if chunk is None:
                    complete = True
                    break
                flights.append(self._submitted(chunk))
                if len(flights) >= CHUNKS_IN_FLIGHT:
                    self._settle(flights.popleft())
        except KeyboardInterrupt:
            if not stop.asked:
                raise
        except FileRefused as error:
            refused = str(error)
        while flights:
            self._settle(flights.popleft())
        if complete:
            self._state = msgspec.structs.replace(self._state, complete=True)
            self.save()
        return Imported(
            tally=self._state.tally, resumed=self._resumed, stopped=not complete, refused=refused
        )

    def _submitted(self, chunk: Chunk) -> _Flight:
        laid_out = lay_out(chunk.rows, file_id=self._file_id, first_row=chunk.begin.row)
        if not (laid_out.named or self._place_claimed):
            self._checkpoints.claim_place(self._content, as_new=self._as_new)
            self._place_claimed = True
        to = self._recorder
        rejected = list(laid_out.unreadable)
        recordings: list[Future[Sequence[Outcome]]] = []
        for sent, places in divided(laid_out.sent, laid_out.places, size=self._batch_max):
            batch = check_batch(
                sent,
                environment=to.environment.id,
                directory=to.directory,
                now_us=to.clock.now_us(),
                settings=to.settings,
            )
            rejected += [
                Unreadable(places[one.position], one.code, one.message) for one in batch.refused
            ]
            recordings.append(self._recording(batch))
        return _Flight(chunk, recordings, rejected, self._content.read_bytes)

    def _recording(self, batch: Batch) -> Future[Sequence[Outcome]]:
        """Hand a batch over once there is room for it before the writer."""
        room = self._recorder.settings.queue_events_max - len(batch)
        while self._unanswered and sum(size for _, size in self._unanswered) > room:
            wait([self._unanswered.popleft()[0]])
        recording = self._recorder.writer.submit((batch,))
        self._unanswered.append((recording, len(batch)))
        return recording

    def _settle(self, flight: _Flight) -> None:
        """Wait until a chunk is durable, write down its rejected rows, and note the progress."""
        recorded = duplicates = 0
        for recording in flight.recordings:
            (outcome,) = recording.result()
            assert isinstance(outcome, BatchRecorded), "a batch is answered as a batch"
            recorded += outcome.recorded
            duplicates += len(outcome.duplicates)
        chunk = flight.chunk
        tally = Tally(recorded=recorded, duplicates=duplicates)
        if flight.rejected:
            tally = added(tally, self._written(chunk, flight.rejected))
        self._state = Checkpoint(
            position=chunk.end,
            before=NOTHING_BEFORE if chunk.skipped else Before.of(chunk.content),
            tally=added(self._state.tally, tally),
            log_seq=self._state.log_seq + recorded,
        )
        self.save()
        self._advanced(Advance(flight.read_bytes, self._state.tally, self._resumed))

    def _written(self, chunk: Chunk, rejected: Sequence[Unreadable]) -> Tally:
        originals = chunk.originals(self._reader)
        tally = Tally()
        spelled: list[bytes] = []
        for one in sorted(rejected, key=lambda one: one.place):
            original = originals[one.place]
            why = Why(
                line=chunk.begin.line + original.lines_above + 1,
                code=one.code,
                message=one.message,
                identifier=row_identifier(self._file_id, chunk.begin.row + one.place),
            )
            spelled.append(self._reader.rejected_row(original, why))
            reason = Reason(1, why.line, why.message)
            tally = added(tally, Tally(reasons={one.code: reason}))
        self._rejected.write(b"".join(spelled))
        return tally
