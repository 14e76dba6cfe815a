"""What every request for totals has to meet, however it asks for them."""

from collections.abc import Mapping
from typing import Protocol

from taximeter.errors import InvalidRequest
from taximeter.kit.clock import MICROSECONDS, Clock
from taximeter.meters import Meter


class Barrier(Protocol):
    """Waits until everything dated before a moment is durable and visible."""

    def settle(self, *, until_us: int = 0) -> None:
        """Return once no row that is dated before this moment, which has come, can still appear."""
        ...

    def cut(self, *, now_us: int) -> int:
        """Return a moment, about now, that divides what was acknowledged from all that comes."""
        ...


def check_range(times: Mapping[str, int], *, step: int, boundary: str) -> None:
    """Refuse a range whose ends, start first, lie off their boundaries or hold nothing between.

    Raises InvalidRequest, naming the parameter by its key.
    """
    for param, time in times.items():
        if time % step:
            below = time // step * step
            raise InvalidRequest(
                f"Invalid {param}: {time} does not lie on a {boundary} boundary. Use {below} or "
                f"{below + step}.",
                param=param,
            )
    (first, start), (last, end) = times.items()
    if start >= end:
        raise InvalidRequest(
            f"Invalid {last}: {end} must be later than {first} ({start}).", param=last
        )


def check_dimension(meter: Meter, key: str, param: str) -> None:
    """Refuse a key that is no dimension of the meter. Raises InvalidRequest."""
    if key in meter.dimension_keys:
        return
    has = ", ".join(meter.dimension_keys) or "none"
    raise InvalidRequest(
        f"'{key}' is not a dimension of meter {meter.id}; its dimensions are: {has}.", param=param
    )


def settle(as_of: int, *, barrier: Barrier, clock: Clock) -> None:
    """Wait until the answer as of a moment can no longer change.

    Raises InvalidRequest for a moment that is yet to come.
    """
    now = clock.now_us() // MICROSECONDS
    if as_of > now:
        raise InvalidRequest(
            f"Invalid as_of: {as_of} lies in the future, where the answer can still change. Use "
            f"{now} or earlier, or leave as_of out for the present answer.",
            param="as_of",
        )
    barrier.settle(until_us=as_of * MICROSECONDS)
