"""Settings: every field can be set, nothing unusable gets through, errors name the variable."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taximeter.settings import PREFIX, SettingError, Settings, read_settings

NUMBERS = [name for name in Settings.__struct_fields__ if type(getattr(Settings(), name)) is int]


def _largest() -> dict[str, int]:
    """The greatest number that each setting takes, of those that have one."""
    info = msgspec.inspect.type_info(Settings)
    assert isinstance(info, msgspec.inspect.StructType)
    return {
        field.name: field.type.le
        for field in info.fields
        if isinstance(field.type, msgspec.inspect.IntType) and field.type.le is not None
    }


LARGEST = _largest()


def test_without_variables_everything_keeps_its_default() -> None:
    assert read_settings({"PATH": "/bin", "TAXIMETER": "1", "log_memory": "1GB"}) == Settings()


@given(st.sampled_from([name for name in NUMBERS if name not in LARGEST]), st.integers(37, 10**9))
def test_every_limit_is_read_from_its_variable(name: str, number: int) -> None:
    environ = {PREFIX + name.upper(): str(number)}
    if name == "event_age_days_max":
        environ[PREFIX + "IDENTIFIER_WINDOW_DAYS"] = str(number + 1)
    if name == "stream_events_max":
        environ[PREFIX + "QUEUE_EVENTS_MAX"] = str(number)
    if name == "queue_events_max":
        environ[PREFIX + "STREAM_EVENTS_MAX"] = "37"
    assert getattr(read_settings(environ), name) == number


@pytest.mark.parametrize(("name", "largest"), LARGEST.items())
def test_a_setting_takes_its_greatest_number_and_no_greater_one(name: str, largest: int) -> None:
    variable = PREFIX + name.upper()
    assert getattr(read_settings({variable: str(largest)}), name) == largest
    with pytest.raises(SettingError, match=variable):
        read_settings({variable: str(largest + 1)})


@given(
    st.sampled_from(NUMBERS),
    st.one_of(
        st.integers(max_value=-1).map(str),
        st.sampled_from(["", "x", "1.5", "0x10", "1e3e", "unlimitedly", "1_000", "NaN"]),
    ),
)
def test_what_is_no_number_is_refused_by_the_name_of_its_variable(name: str, sent: str) -> None:
    with pytest.raises(SettingError, match=PREFIX + name.upper()):
        read_settings({PREFIX + name.upper(): sent})


@given(st.integers(1, 400), st.integers(1, 400))
def test_an_identifier_is_remembered_longer_than_its_event_may_be_late(
    window: int, age: int
) -> None:
    environ = {
        PREFIX + "IDENTIFIER_WINDOW_DAYS": str(window),
        PREFIX + "EVENT_AGE_DAYS_MAX": str(age),
    }
    if window > age:
        read = read_settings(environ)
        assert (read.identifier_window_days, read.event_age_days_max) == (window, age)
    else:
        with pytest.raises(SettingError, match=PREFIX + "IDENTIFIER_WINDOW_DAYS"):
            read_settings(environ)


@pytest.mark.parametrize("hours", [1, 24, "unlimited"])
def test_the_cancel_window_is_hours_or_unlimited(hours: int | str) -> None:
    assert read_settings({PREFIX + "CANCEL_WINDOW_HOURS": str(hours)}).cancel_window_hours == hours


@pytest.mark.parametrize("digits", ["0", "24", "-1"])
def test_more_digits_than_the_log_can_hold_are_refused(digits: str) -> None:
    with pytest.raises(SettingError, match="TAXIMETER_VALUE_DIGITS_MAX"):
        read_settings({"TAXIMETER_VALUE_DIGITS_MAX": digits})
