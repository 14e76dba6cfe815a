"""A column of timestamps read whole says what each of them says alone."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from taximeter.imports.timestamps import read_plain_column, read_timestamp

# Hypothesis takes bounds without a zone, and draws the zones itself.
_EARLIEST = datetime(1, 1, 3, tzinfo=UTC).replace(tzinfo=None)
_LATEST = datetime(9999, 12, 29, tzinfo=UTC).replace(tzinfo=None)

seconds = st.one_of(st.integers(0, 10**11), st.integers())
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    min_value=_EARLIEST,
    max_value=_LATEST,
    timezones=zones,
).map(lambda moment: moment.isoformat())
odd = st.text(st.sampled_from("0123456789-+:TZ ."), max_size=26)
columns = st.one_of(
    st.lists(seconds, min_size=1),
    st.lists(seconds.map(str), min_size=1),
    st.lists(moments, min_size=1),
    st.lists(st.one_of(moments, odd), min_size=1),
)


@given(columns)
def test_a_column_read_whole_agrees_with_each_timestamp(column: list[int | str]) -> None:
    read = read_plain_column(column)
    if read is not None:
        assert list(map(int, read)) == [read_timestamp(one) for one in column]


@given(st.lists(moments, min_size=1))
def test_columns_of_moments_are_read_whole(column: list[str]) -> None:
    read = read_plain_column(column)
    assert read is not None
    expected = [datetime.fromisoformat(one) - datetime(1970, 1, 1, tzinfo=UTC) for one in column]
    assert list(map(int, read)) == [one // timedelta(microseconds=1) for one in expected]
