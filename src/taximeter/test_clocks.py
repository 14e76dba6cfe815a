"""Test clocks: time that stands still for some customers until it is told to go on."""

from typing import Literal, Protocol

import msgspec

from taximeter.kit.clock import Clock, now_s
from taximeter.kit.paging import Cursor, Page

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
