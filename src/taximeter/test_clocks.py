"""Test clocks: time that stands still for some customers until it is told to go on."""

from typing import Literal, Protocol

import msgspec

from taximeter.due import Due, DueStore
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, Locked, NotFound
from taximeter.kit.clock import Clock, now_s
from taximeter.kit.ids import new_id
from taximeter.kit.paging import Cursor, Page
from taximeter.kit.periods import DAY_SECONDS

Status = Literal["ready", "advancing", "internal_failure"]


class TestClock(msgspec.Struct, frozen=True, kw_only=True):
    """A clock at `frozen_time`; while it is advancing, on its way to `target_frozen_time`.

    Every customer, subscription, invoice and grant that belongs to it names it, and all of them go
    when it is deleted.
    """

    id: str
    environment: int
    created: int
    deletes_after: int
    frozen_time: int
    target_frozen_time: int | None = None
    name: str | None = None
    status: Status = "ready"


class ClockTimes(msgspec.Struct, frozen=True):
    """What time it is for each customer of a test clock, in microseconds; no deleted customers.

    While a clock is advancing, its time may be another the next moment.
    """

    of_customers_us: dict[str, int]
    advancing: bool


class TestClockStore(Protocol):
    """Keeps test clocks; every method sees one environment only, except `advancing`."""

    def add(self, clock: TestClock) -> None:
        """Keep a new clock."""
        ...

    def get(self, environment: int, id: str) -> TestClock | None:
        """Return the clock, or None."""
        ...

    def save(self, clock: TestClock) -> None:
        """Keep a changed clock."""
        ...

    def delete(self, environment: int, id: str) -> None:
        """Drop a clock and all that lives on it; its customers stay as deleted ones."""
        ...

    def advancing(self) -> list[TestClock]:
        """Return the clocks of every environment that are on their way, oldest first."""
        ...

    def page(self, environment: int, cursor: Cursor) -> Page[TestClock]:
        """Return a page, newest first. Raises UnknownCursor."""
        ...


def present(
    *, store: TestClockStore, environment: int, test_clock: str | None, clock: Clock
) -> int:
    """Return what time it is for whoever belongs to a test clock, or to none, in Unix seconds."""
    if test_clock is None:
        return now_s(clock)
    found = store.get(environment, test_clock)
    assert found is not None, "what belongs to a test clock goes when it is deleted"
    return found.frozen_time


def create(
    *,
    store: TestClockStore,
    due: DueStore,
    environment: Environment,
    now: int,
    kept_days: int,
    frozen_time: int,
    name: str | None = None,
) -> TestClock:
    """Create a clock that ends after a number of real days.

    Raises InvalidRequest in the live environment, where time is real.
    """
    if environment.livemode:
        raise InvalidRequest(
            "Test clocks exist only outside live mode. Use a test key, or that of a sandbox."
        )
    clock = TestClock(
        id=new_id("clock"),
        environment=environment.id,
        created=now,
        deletes_after=now + kept_days * DAY_SECONDS,
        frozen_time=frozen_time,
        name=name,
    )
    store.add(clock)
    due.schedule([ending(clock)])
    return clock


def ending(clock: TestClock) -> Due:
    """Return the work that deletes a clock after its time, which is real time."""
    return Due(
        kind="test_clock",
        subject=clock.id,
        environment=clock.environment,
        due_at=clock.deletes_after,
    )


def retrieve(*, store: TestClockStore, environment: Environment, id: str) -> TestClock:
    """Return the clock. Raises NotFound."""
    clock = store.get(environment.id, id)
    if clock is None:
        raise NotFound(f"No such test_clock: '{id}'", param="test_clock")
    return clock


def check_ready(clock: TestClock) -> None:
    """Refuse a change to what belongs to a clock while that is advancing. Raises Locked."""
    if clock.status == "advancing":
        raise Locked(
            f"Test clock advancement underway - cannot perform modifications: {clock.id}. "
            "Retrieve the clock until its status is ready, and send the request again."
        )


def advance(
    *,
    store: TestClockStore,
    environment: Environment,
    id: str,
    frozen_time: int,
    days_max: int,
) -> TestClock:
    """Set a clock on its way; jobs do what falls due on it and let it arrive.

    A clock that stopped at a failure goes on from there. Raises NotFound, Locked while it is on its
    way, and InvalidRequest for a moment that is not later or too far away.
    """
    clock = retrieve(store=store, environment=environment, id=id)
    check_ready(clock)
    if frozen_time <= clock.frozen_time:
        raise InvalidRequest(
            f"Invalid frozen_time: a test clock only moves forward, and {clock.id} is at "
            f"{clock.frozen_time}. Use a later moment, or create another clock.",
            param="frozen_time",
        )
    furthest = clock.frozen_time + days_max * DAY_SECONDS
    if frozen_time > furthest:
        raise InvalidRequest(
            f"Invalid frozen_time: one request advances a test clock by at most {days_max} days, "
            f"here to {furthest}. Advance it in several steps.",
            param="frozen_time",
        )
    started = msgspec.structs.replace(clock, status="advancing", target_frozen_time=frozen_time)
    store.save(started)
    return started


def delete(*, store: TestClockStore, due: DueStore, environment: Environment, id: str) -> TestClock:
    """Delete a clock, its customers and all that they have, and return it. Raises NotFound."""
    clock = retrieve(store=store, environment=environment, id=id)
    store.delete(environment.id, id)
    due.drop([ending(clock)])
    return clock


def standing_at(clock: TestClock, moment: int) -> TestClock:
    """Return an advancing clock at a moment on its way; time never runs backwards."""
    return msgspec.structs.replace(clock, frozen_time=max(clock.frozen_time, moment))


def arrived(clock: TestClock) -> TestClock:
    """Return an advancing clock at its target, ready."""
    assert clock.target_frozen_time is not None, "an advancing clock has a target"
    at_target = standing_at(clock, clock.target_frozen_time)
    return msgspec.structs.replace(at_target, status="ready", target_frozen_time=None)


def stopped(clock: TestClock) -> TestClock:
    """Return a clock that stands where something on its way failed."""
    return msgspec.structs.replace(clock, status="internal_failure")
