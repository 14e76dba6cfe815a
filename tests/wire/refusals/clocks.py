"""Test clocks that cannot be made or moved, and what cannot live on them."""

from tests.wire.refusals.refusal import CUSTOMERS, NOON, Refusal, empty

CLOCKS = "/v1/test_helpers/test_clocks"
CLOCK = f"{CLOCKS}/<clock>"
ADVANCE = f"{CLOCK}/advance"
DAY_SECONDS = 86_400


def _refused(
    name: str, path: str, body: str, *, param: str, message: str, code: str | None = None
) -> Refusal:
    return Refusal(
        name=f"test clock: {name}",
        method="POST",
        path=path,
        body=body,
        param=param,
        code=code,
        message=message,
    )


_NOWHERE = tuple(
    Refusal(
        name=f"test clock: {method} one that is not there",
        method=method,
        path=f"{CLOCKS}/clock_1{tail}",
        body=body,
        status=404,
        code="resource_missing",
        param="test_clock",
        message="No such test_clock: 'clock_1'",
    )
    for method, tail, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("POST", "/advance", f"frozen_time={NOON}"),
    )
)

TEST_CLOCKS = (
    _refused(
        "without a time",
        CLOCKS,
        "name=a",
        param="frozen_time",
        code="parameter_missing",
        message="Missing required param: frozen_time.",
    ),
    _refused(
        "a time that is no number",
        CLOCKS,
        "frozen_time=noon",
        param="frozen_time",
        code="parameter_invalid_integer",
        message="Invalid integer: noon",
    ),
    _refused(
        "a time before 1970",
        CLOCKS,
        "frozen_time=-1",
        param="frozen_time",
        code="parameter_invalid_integer",
        message="This value must be greater than or equal to 0 (it currently is '-1').",
    ),
    _refused(
        "a long name",
        CLOCKS,
        f"frozen_time={NOON}&name={'n' * 301}",
        param="name",
        message=f"Invalid string: {'n' * 100}…; must be at most 300 characters",
    ),
    _refused(
        "a customer that is there already",
        CLOCKS,
        f"frozen_time={NOON}&customer=<customer>",
        param="customer",
        code="parameter_unknown",
        message="Received unknown parameter: customer. Name the clock when the customer is "
        "created, as its test_clock.",
    ),
    _refused(
        "an empty time",
        ADVANCE,
        "frozen_time=",
        param="frozen_time",
        code="parameter_invalid_empty",
        message=empty("frozen_time"),
    ),
    _refused(
        "back in time",
        ADVANCE,
        f"frozen_time={NOON - 1}",
        param="frozen_time",
        message=f"Invalid frozen_time: a test clock only moves forward, and <clock> is at {NOON}. "
        "Use a later moment, or create another clock.",
    ),
    _refused(
        "too far at once",
        ADVANCE,
        f"frozen_time={NOON + 3_661 * DAY_SECONDS}",
        param="frozen_time",
        message="Invalid frozen_time: one request advances a test clock by at most 3660 days, "
        f"here to {NOON + 3_660 * DAY_SECONDS}. Advance it in several steps.",
    ),
    _refused(
        "a customer on one that is not there",
        CUSTOMERS,
        "test_clock=clock_1",
        param="test_clock",
        code="resource_missing",
        message="No such test_clock: 'clock_1'",
    ),
    *_NOWHERE,
)
