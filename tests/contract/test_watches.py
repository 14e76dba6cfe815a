"""What every store of watches promises to the evaluator of alerts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from taximeter.alerts.watches import (
    EVER_US,
    LOOK_AT_MAX,
    Candidate,
    Interest,
    Quantity,
    Row,
    Series,
    Touch,
    Watch,
)
from taximeter.ingest.event import LoggedEvent
from taximeter.meters import Meter
from tests.contract.backends import Usage
from tests.oracle.worked import DAY_US, MIDNIGHT_US, a_meter, an_event, cancellation, logged

METER = a_meter(dimension_keys=("model",))
SERIES = Series(lane="one_time", meter=METER)
OF_OPUS = Series(lane="one_time", meter=METER, dimension_filters=(("model", ("opus", "haiku")),))
TODAY = (MIDNIGHT_US, MIDNIGHT_US + DAY_US)


def event(
    seq: int,
    value: str = "1",
    *,
    meter: Meter = METER,
    customer: str = "cus_1",
    at_us: int = MIDNIGHT_US,
    model: str = "sonnet",
) -> LoggedEvent:
    dimensions = {"model": model} if meter.dimension_keys else {}
    fresh = an_event(
        meter,
        value,
        at_us=at_us,
        identifier=f"event {seq}",
        customer=customer,
        dimensions=dimensions,
    )
    return logged(fresh, seq=seq)


def watch(look_at: str | None, total: str = "0", **fields: Any) -> Watch:
    """A watch of the first customer, over all time and after no row, but for the fields given."""
    start_us, end_us = fields.pop("period", EVER_US)
    quantity = Quantity(
        series=fields.pop("series", SERIES),
        customer=fields.pop("customer", "cus_1"),
        start_us=start_us,
        end_us=end_us,
    )
    plain: dict[str, Any] = {
        "key": "a",
        "quantity": quantity,
        "seq": 0,
        "total": Decimal(total),
        "look_at": None if look_at is None else Decimal(look_at),
    }
    return Watch(**{**plain, **fields})


def follow(usage: Usage, *series: Series, customers: frozenset[str] | None = None) -> None:
    usage.watches.follow([Interest(series=one, customers=customers) for one in series])


def told(candidates: Sequence[Candidate]) -> list[tuple[str, Decimal, list[int]]]:
    return [(one.watch.key, one.watch.total, [row.seq for row in one.rows]) for one in candidates]


def advanced(usage: Usage, *, after: int = 0, until: int) -> list[tuple[str, Decimal, list[int]]]:
    usage.watches.open(after=after, until=until)
    return told(usage.watches.advance())


def test_rows_that_no_watch_follows_are_one_touch_a_day(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(1), event(2), event(3, at_us=MIDNIGHT_US - 1)], [])
    touches = usage.watches.open(after=0, until=3)
    assert sorted((one.customer, one.moment_us, one.received_at_us) for one in touches) == [
        ("cus_1", MIDNIGHT_US - 1, event(3).received_at_us),
        ("cus_1", MIDNIGHT_US, event(2).received_at_us),
    ]


def test_only_the_rows_of_the_stretch_are_read(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(seq, customer=f"cus_{seq}") for seq in (1, 2, 3)], [])
    assert [one.customer for one in usage.watches.open(after=1, until=2)] == ["cus_2"]


def test_rows_are_followed_for_the_customers_named(usage: Usage) -> None:
    follow(usage, SERIES, customers=frozenset({"cus_2"}))
    usage.log.append([event(1), event(2, customer="cus_2")], [])
    assert [one.customer for one in usage.watches.open(after=0, until=2)] == ["cus_2"]


def test_rows_are_followed_by_the_values_that_a_filter_lets_by(usage: Usage) -> None:
    follow(usage, OF_OPUS)
    usage.log.append(
        [event(seq, model=model, customer=model) for seq, model in enumerate(["opus", "x"], 1)], []
    )
    assert [one.customer for one in usage.watches.open(after=0, until=2)] == ["opus"]


def test_rows_of_a_meter_of_another_environment_are_not_followed(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(1, meter=a_meter(environment=1, dimension_keys=("model",)))], [])
    assert usage.watches.open(after=0, until=1) == []


def test_each_lane_follows_rows_for_itself(usage: Usage) -> None:
    spend = Series(lane="spend", meter=METER)
    follow(usage, SERIES, spend)
    usage.log.append([event(1)], [])
    usage.watches.open(after=0, until=1)
    usage.watches.put([watch(None)])
    assert [one.series for one in usage.watches.unfollowed()] == [spend]


def test_a_watch_follows_rows_from_its_start_until_before_its_end(usage: Usage) -> None:
    follow(usage, SERIES)
    moments = [TODAY[0] - 1, TODAY[0], TODAY[1] - 1, TODAY[1]]
    usage.log.append([event(seq, at_us=at) for seq, at in enumerate(moments, 1)], [])
    usage.watches.open(after=0, until=4)
    usage.watches.put([watch("2", period=TODAY)])
    unfollowed = {one.moment_us for one in usage.watches.unfollowed()}
    assert unfollowed == {moments[0], moments[3]}
    assert told(usage.watches.advance()) == [("a", Decimal(0), [2, 3])]


def test_a_total_that_comes_to_look_at_is_a_candidate_with_its_rows(usage: Usage) -> None:
    follow(usage, SERIES)
    first = event(1, "2.5")
    usage.log.append([first, event(3, "7.5")], [cancellation(first, seq=2, received_at_us=9)])
    usage.watches.put([watch("10")])
    usage.watches.open(after=0, until=3)
    (candidate,) = usage.watches.advance()
    assert candidate.watch == watch("10")
    assert candidate.rows[1] == Row(
        seq=2,
        received_at_us=9,
        canceled=True,
        timestamp_us=MIDNIGHT_US,
        value=Decimal("2.5"),
        value_text=None,
    )
    assert [row.seq for row in candidate.rows] == [1, 2, 3]


def test_totals_that_stay_below_take_up_their_rows(usage: Usage) -> None:
    follow(usage, SERIES)
    first = event(1, "2.5")
    usage.log.append([first, event(2, "0.000000000000001")], [])
    usage.watches.put([watch("3")])
    assert advanced(usage, until=2) == []
    usage.log.append([event(4, "3")], [cancellation(first, seq=3, received_at_us=9)])
    assert advanced(usage, after=2, until=3) == []
    assert advanced(usage, after=3, until=4) == [("a", Decimal("0.000000000000001"), [4])]


def test_a_stretch_can_be_gone_through_again(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(1, "2"), event(2, "5")], [])
    usage.watches.put([watch("6")])
    assert advanced(usage, until=1) == []
    assert advanced(usage, until=1) == []
    assert advanced(usage, until=2) == [("a", Decimal(2), [2])]
    assert advanced(usage, until=2) == [("a", Decimal(2), [2])]


def test_a_watch_takes_up_only_rows_after_the_one_it_stands_at(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(1, "100"), event(2, "1")], [])
    usage.watches.put([watch("101", "100", seq=1)])
    assert advanced(usage, until=2) == [("a", Decimal(100), [2])]


def test_watches_of_one_key_are_looked_at_together_in_the_order_they_were_put(
    usage: Usage,
) -> None:
    follow(usage, SERIES, OF_OPUS)
    usage.log.append([event(1, "5"), event(2, "1", customer="cus_2")], [])
    together = [watch(None, series=OF_OPUS), watch("5"), watch("9", customer="cus_2")]
    usage.watches.put([*together, watch("6", key="b")])
    usage.watches.open(after=0, until=2)
    candidates = usage.watches.advance()
    assert [one.watch for one in candidates] == together
    assert [[row.seq for row in one.rows] for one in candidates] == [[], [1], [2]]


def test_put_replaces_all_watches_of_a_key(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(1)], [])
    usage.watches.put([watch("1"), watch("1", customer="cus_2")])
    usage.watches.put([watch("1", "7")])
    assert advanced(usage, until=1) == [("a", Decimal(7), [1])]


def test_a_look_at_beyond_the_greatest_is_lowered_to_it(usage: Usage) -> None:
    follow(usage, SERIES)
    usage.log.append([event(1)], [])
    usage.watches.put([watch("1e30", str(LOOK_AT_MAX))])
    usage.watches.open(after=0, until=1)
    assert [one.watch.look_at for one in usage.watches.advance()] == [LOOK_AT_MAX]


def test_a_maximum_below_zero_that_is_cancelled_leaves_none(usage: Usage) -> None:
    """Without usage a quantity is 0, which is more."""
    lowest = a_meter(formula="max")
    series = Series(lane="one_time", meter=lowest)
    follow(usage, series)
    row = event(1, "-5", meter=lowest)
    usage.log.append([row], [cancellation(row, seq=2, received_at_us=9)])
    usage.watches.put([watch("-1", "-5", series=series, seq=1)])
    assert advanced(usage, until=2) == [("a", Decimal(-5), [2])]


def test_a_series_that_is_not_followed_any_more_loses_its_watches(usage: Usage) -> None:
    follow(usage, SERIES, OF_OPUS)
    usage.log.append([event(1)], [])
    usage.watches.put([watch("1"), watch("1", key="b", series=OF_OPUS)])
    follow(usage, OF_OPUS)
    follow(usage, SERIES, OF_OPUS)
    usage.watches.open(after=0, until=1)
    assert [one.series for one in usage.watches.unfollowed()] == [SERIES]
    assert usage.watches.advance() == []


@pytest.mark.parametrize(
    ("environment", "customers", "meter", "kept"),
    [
        (2, None, None, set()),
        (2, {"cus_1"}, None, {"b"}),
        (2, set(), None, {"a", "b"}),
        (2, None, METER.id, set()),
        (2, None, "mtr_other", {"a", "b"}),
        (1, None, None, {"a", "b"}),
    ],
)
def test_watches_of_customers_are_forgotten_by_their_keys(
    usage: Usage, environment: int, customers: set[str] | None, meter: str | None, kept: set[str]
) -> None:
    follow(usage, SERIES)
    rows = [event(1), event(2, customer="cus_2"), event(3, customer="cus_3")]
    usage.log.append(rows, [])
    usage.watches.put(
        [watch("1"), watch("1", customer="cus_3"), watch("1", key="b", customer="cus_2")]
    )
    usage.watches.forget(environment=environment, customers=customers, meter=meter)
    usage.watches.open(after=0, until=3)
    assert {one.watch.key for one in usage.watches.advance()} == kept


def test_nothing_is_touched_where_nothing_is_followed(usage: Usage) -> None:
    usage.log.append([event(1)], [])
    touches: Sequence[Touch] = usage.watches.open(after=0, until=1)
    assert (list(touches), list(usage.watches.advance())) == ([], [])
