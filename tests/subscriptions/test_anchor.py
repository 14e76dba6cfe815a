"""Anchors that are given by the calendar."""

from typing import Any

import pytest

from taximeter.errors import ApiError
from taximeter.subscriptions.subscription import AnchorConfig
from tests.subscriptions.examples import moment, seats, subscribe, tokens

ANNUAL = seats(id="price_annual", interval="year")


@pytest.mark.parametrize(
    ("config", "now", "anchor"),
    [
        ({"day_of_month": 1}, "2026-09-22T12:00", "2026-10-01T12:00"),
        ({"day_of_month": 22}, "2026-09-22T12:00", "2026-10-22T12:00"),
        ({"day_of_month": 22, "hour": 13}, "2026-09-22T12:00", "2026-09-22T13:00"),
        (
            {"day_of_month": 1, "hour": 0, "minute": 0, "second": 0},
            "2026-09-22T12:34:56",
            "2026-10-01T00:00",
        ),
        # September has 30 days, and the periods end there; their anchor is a day that exists.
        ({"day_of_month": 31}, "2026-09-22T12:00", "2026-10-31T12:00"),
        ({"day_of_month": 31}, "2027-02-10T12:00", "2027-03-31T12:00"),
    ],
)
def test_months_begin_on_the_day(config: Any, now: str, anchor: str) -> None:
    made = subscribe(tokens(), now=moment(now), billing_cycle_anchor_config=AnchorConfig(**config))
    assert made.billing_cycle_anchor == moment(anchor)


def test_the_running_month_ends_on_its_last_day_where_it_is_too_short() -> None:
    config = AnchorConfig(day_of_month=31)
    made = subscribe(tokens(), now=moment("2027-02-10T12:00"), billing_cycle_anchor_config=config)
    assert made.current_period_end == moment("2027-02-28T12:00")


@pytest.mark.parametrize(
    ("config", "now", "end", "anchor"),
    [
        (
            {"day_of_month": 1, "month": 4},
            "2026-09-22T12:00",
            "2027-04-01T12:00",
            "2027-04-01T12:00",
        ),
        (
            {"day_of_month": 29, "month": 2},
            "2026-09-22T12:00",
            "2027-02-28T12:00",
            "2028-02-29T12:00",
        ),
        (
            {"day_of_month": 30, "month": 2},
            "2026-09-22T12:00",
            "2027-02-28T12:00",
            "2027-02-28T12:00",
        ),
    ],
)
def test_years_begin_in_the_month(config: Any, now: str, end: str, anchor: str) -> None:
    made = subscribe(ANNUAL, now=moment(now), billing_cycle_anchor_config=AnchorConfig(**config))
    assert (made.current_period_end, made.billing_cycle_anchor) == (moment(end), moment(anchor))


def test_a_trial_can_be_followed_by_a_part_of_a_period() -> None:
    end, anchor = moment("2026-09-15T12:00"), moment("2026-10-01T00:00")
    made = subscribe(tokens(), trial_end=end, billing_cycle_anchor=anchor)
    assert (made.current_period_end, made.billing_cycle_anchor) == (end, anchor)


@pytest.mark.parametrize(
    ("price", "asked", "param"),
    [
        (seats(interval="week"), {}, "billing_cycle_anchor_config"),
        (
            tokens(),
            {"billing_cycle_anchor": moment("2026-09-15T00:00")},
            "billing_cycle_anchor_config",
        ),
        (tokens(), {"trial_period_days": 3, "proration_behavior": "none"}, "proration_behavior"),
    ],
)
def test_what_the_calendar_cannot_give_is_refused(price: Any, asked: Any, param: str) -> None:
    with pytest.raises(ApiError) as caught:
        subscribe(price, billing_cycle_anchor_config=AnchorConfig(day_of_month=9), **asked)
    assert caught.value.param == param
