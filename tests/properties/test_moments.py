"""Moments are read to the microsecond, many at once as one by one."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from taximeter.kit.moments import moment_us, moments_us

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
recent = st.datetimes(datetime(1902, 1, 2), datetime(2038, 1, 1), timezones=zones)  # noqa: DTZ001 - the zone is drawn
any_time = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones)  # noqa: DTZ001 - the zone is drawn


@given(st.lists(recent) | st.lists(recent | any_time))
def test_many_moments_are_read_as_each_by_itself(moments: list[datetime]) -> None:
    assert moments_us(moments).tolist() == [moment_us(one) for one in moments]


def test_a_moment_keeps_its_microseconds() -> None:
    moment = datetime(2026, 11, 25, 12, 0, 0, 123_457, tzinfo=UTC)
    assert moments_us([moment]).tolist() == [1_795_608_000_123_457]
