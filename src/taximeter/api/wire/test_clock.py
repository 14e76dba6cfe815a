"""`test_helpers.test_clock` on the wire."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.test_clocks import Status, TestClock


class Advancing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a clock that is on its way is going."""

    target_frozen_time: int


class StatusDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What belongs to the status; null for a clock that stands still."""

    advancing: Advancing | None = None


class TestClockObject(msgspec.Struct, frozen=True, kw_only=True):
    """A test clock."""

    id: str
    object: Literal["test_helpers.test_clock"] = "test_helpers.test_clock"
    created: int
    deletes_after: int
    frozen_time: int
    livemode: bool
    name: str | None
    status: Status
    status_details: StatusDetails


class DeletedTestClockObject(msgspec.Struct, frozen=True, kw_only=True):
    """All that is left to see of a deleted clock."""

    id: str
    object: Literal["test_helpers.test_clock"] = "test_helpers.test_clock"
    deleted: Literal[True] = True


def test_clock_object(clock: TestClock, environment: Environment) -> TestClockObject:
    """Render a test clock."""
    advancing = None
    if clock.status == "advancing" and clock.target_frozen_time is not None:
        advancing = Advancing(target_frozen_time=clock.target_frozen_time)
    return TestClockObject(
        id=clock.id,
        created=clock.created,
        deletes_after=clock.deletes_after,
        frozen_time=clock.frozen_time,
        livemode=environment.livemode,
        name=clock.name,
        status=clock.status,
        status_details=StatusDetails(advancing=advancing),
    )
