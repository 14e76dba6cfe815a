"""A projection names the very second at which a scan of all seconds finds the threshold met."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taximeter.alerts.projection import HORIZON_SECONDS, Course, outlook, turns_of
from taximeter.pricing.price import Price
from taximeter.pricing.reach import amount
from tests.properties.test_reach import prices

NOW = 1_000_000
WEEK = 7 * 86_400
courses = st.builds(
    Course,
    present=st.decimals(0, 30, places=2),
    used=st.decimals(-5, 60, places=1),
    seconds=st.integers(20, 120),
)


@given(prices(), courses, st.integers(1, 300), st.integers(1, 200))
def test_a_projected_amount_crosses_at_the_second_that_a_scan_finds(
    price: Price, course: Course, gte: int, left: int
) -> None:
    currency = price.currency

    def number(elapsed: int) -> Decimal:
        return Decimal(amount(price, currency=currency, quantity=course.after(elapsed)))

    found = outlook(
        number,
        lambda value: value >= gte,
        now=NOW,
        until=NOW + left,
        used=course.used > 0,
        turns=turns_of([(price, currency, course)]),
    )
    seconds = [one for one in range(left) if number(one) >= gte]
    assert found.value == number(0)
    if not seconds:
        assert found.crossing_at is None
        assert found.reason == ("not_before_period_ends" if course.used > 0 else "no_usage")
    elif seconds[0] == 0:
        assert (found.crossing_at, found.reason) == (None, "already_crossed")
    else:
        assert (found.crossing_at, found.reason) == (NOW + seconds[0], None)


@given(st.integers(1, 3_600), st.integers(1, 50), st.integers(1, 10_000))
def test_with_constant_usage_it_is_exact(every: int, units: int, gte: int) -> None:
    """So many units every so many seconds: the number comes to the threshold with their pace."""
    course = Course(present=Decimal(0), used=Decimal(units * WEEK), seconds=every * WEEK)
    found = outlook(course.after, lambda value: value >= gte, now=NOW, until=None, used=True)
    exactly = -(-gte * every // units)
    if exactly <= HORIZON_SECONDS:
        assert found.crossing_at == NOW + exactly
    else:
        assert found.reason == "not_within_a_year"
