"""The use case of taking one meter event in, synchronously: checked, durable, answered."""

import msgspec

from taximeter.environments import Environment
from taximeter.errors import DuplicateEvent, InvalidRequest
from taximeter.idempotency import key_reused
from taximeter.ingest.batch import SentBatch
from taximeter.ingest.check_batch import check_batch
from taximeter.ingest.directory import Directory
from taximeter.ingest.event import LoggedEvent, MeterEvent, Origin, Rejection, SentEvent, check
from taximeter.ingest.transaction import BatchRecorded, FindRequest, Outcome, Recorded, Taken
from taximeter.ingest.writer import Writer
from taximeter.kit.clock import Clock
from taximeter.meters import Meter
from taximeter.settings import Settings


class Accepted(msgspec.Struct, frozen=True):
    """The event as it stands in the log; `replayed` when an earlier request had put it there."""

    logged: LoggedEvent
    replayed: bool = False


class Intake:
    """Takes meter events in, one request at a time, from the event loop or a worker thread."""

    def __init__(
        self, *, writer: Writer, directory: Directory, clock: Clock, settings: Settings
    ) -> None:
        """Check against the directory and the settings; hand over to the writer."""
        self._writer = writer
        self._directory = directory
        self._clock = clock
        self._settings = settings

    async def accept(
        self, sent: SentEvent, *, environment: Environment, origin: Origin | None
    ) -> Accepted:
        """Record an event; when this returns it is durable and in the next total.

        Raises InvalidRequest for an event that cannot be counted, DuplicateEvent for an identifier
        that is taken, IdempotencyMismatch for a key that came with other parameters, Overloaded
        and StorageFailed.
        """
        try:
            event = self.checked(sent, environment=environment, origin=origin)
        except InvalidRequest as refusal:
            return await self._replayed(refusal, environment=environment, origin=origin)
        (outcome,) = await self._writer.submit_from_loop((event,))
        return answer(outcome, event)

    def record(self, sent: SentEvent, *, environment: Environment) -> LoggedEvent:
        """Record an event from a worker thread: as `accept`, of a request without a key."""
        event = self.checked(sent, environment=environment, origin=None)
        (outcome,) = self._writer.submit((event,)).result()
        return answer(outcome, event).logged

    async def _replayed(
        self, refusal: InvalidRequest, *, environment: Environment, origin: Origin | None
    ) -> Accepted:
        """Answer a refused request that had been accepted before, as it was answered then.

        The meter may have been deactivated, or the customer deleted, since; a retry must not make
        the caller believe that nothing was recorded.
        """
        if origin is None:
            raise refusal
        (outcome,) = await self._writer.submit_from_loop((FindRequest(environment.id, origin),))
        if isinstance(outcome, Taken) and outcome.holder.event.origin == origin:
            return Accepted(outcome.holder, replayed=True)
        raise refusal

    def checked(
        self, sent: SentEvent, *, environment: Environment, origin: Origin | None = None
    ) -> MeterEvent:
        """Return the event that would be recorded. Raises InvalidRequest."""
        meter = self._directory.meter(environment.id, sent.event_name)
        event = check(
            sent,
            meter=meter,
            environment=environment.id,
            now_us=self._present_us(sent, meter, environment),
            settings=self._settings,
            origin=origin,
        )
        if isinstance(event, Rejection):
            raise InvalidRequest(event.message, param=event.param, code=event.code)
        if not self._directory.has_customer(environment.id, event.customer):
            assert meter is not None, "a checked event has a meter"
            raise InvalidRequest(
                f"No such customer: '{event.customer}'",
                param=f"payload[{meter.customer_key}]",
                code="resource_missing",
            )
        return event

    def _present_us(self, sent: SentEvent, meter: Meter | None, environment: Environment) -> int:
        """Return what time it is for the event's customer: on a test clock, that clock's."""
        now_us = self._clock.now_us()
        clock_times_us = self._directory.clock_times_us(environment.id)
        if not clock_times_us or meter is None:
            return now_us
        return clock_times_us.get(sent.payload.get(meter.customer_key, ""), now_us)


def answer(outcome: Outcome, event: MeterEvent) -> Accepted:
    """Turn the writer's outcome for an event into what the caller is told."""
    match outcome:
        case Recorded(logged):
            return Accepted(logged)
        case Taken(by="idempotency_key", holder=holder) if holder.event.origin == event.origin:
            return Accepted(holder, replayed=True)
        case Taken(by="idempotency_key"):
            assert event.origin is not None, "only an event with a key meets its holder"
            raise key_reused(event.origin.idempotency_key)
        case _:
            raise DuplicateEvent(
                f"An event already exists with identifier {event.identifier}.",
                param="identifier",
            )


class StreamIntake:
    """Takes batches in from the event loop; what cannot be counted is kept with its reason."""

    def __init__(
        self, *, writer: Writer, directory: Directory, clock: Clock, settings: Settings
    ) -> None:
        """Check against the directory and the settings; hand over to the writer."""
        self._writer = writer
        self._directory = directory
        self._clock = clock
        self._settings = settings

    async def accept(self, sent: SentBatch, *, environment: Environment) -> BatchRecorded:
        """Record a batch; when this returns every event is durable, or its rejection is.

        Raises Overloaded and StorageFailed, and then nothing of the batch was recorded.
        """
        batch = check_batch(
            sent,
            environment=environment.id,
            directory=self._directory,
            now_us=self._clock.now_us(),
            settings=self._settings,
        )
        (outcome,) = await self._writer.submit_from_loop((batch,))
        assert isinstance(outcome, BatchRecorded), "a batch is answered as a batch"
        return outcome
