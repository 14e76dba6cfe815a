"""What every reader of usage promises; each answer is worked out by hand."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from taximeter.ingest.event import LoggedEvent
from taximeter.meters import FormulaName, Meter
from taximeter.usage.reader import EventQuery, Total, UsageQuery
from tests.contract.backends import Usage
from tests.oracle.worked import (
    DAY_US,
    HOUR_US,
    MIDNIGHT_US,
    SECOND_US,
    a_meter,
    an_event,
    cancellation,
    logged,
)

METER = a_meter(dimension_keys=("model", "kind"))


def rows(meter: Meter, *sent: tuple[int, str], **fields: Any) -> list[LoggedEvent]:
    """One event for each (microseconds after midnight, value), received in this order."""
    return [
        logged(
            an_event(meter, value, at_us=MIDNIGHT_US + at, identifier=f"event {seq}", **fields),
            seq=seq,
        )
        for seq, (at, value) in enumerate(sent, start=1)
    ]


def ask(usage: Usage, meter: Meter, **fields: Any) -> list[Total]:
    """Totals of the day after midnight unless the fields say otherwise."""
    plain: dict[str, Any] = {"start_us": MIDNIGHT_US, "end_us": MIDNIGHT_US + DAY_US}
    found = usage.reader.totals(UsageQuery(meter=meter, **{**plain, **fields}))
    return sorted(found, key=lambda one: (one.start_us, one.customer or "", one.dimensions))


def values(totals: list[Total]) -> list[Decimal]:
    return [total.value for total in totals]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("sum", "3.25"),
        ("count", "4"),
        ("last", "-2"),
        ("max", "4"),
        ("min", "-2"),
        ("avg", "0.8125"),
        ("unique_count", "4"),
    ],
)
def test_each_formula_has_its_meaning(usage: Usage, formula: FormulaName, expected: str) -> None:
    meter = a_meter(formula=formula)
    usage.log.append(rows(meter, (0, "1"), (3, "-2"), (2, "4"), (1, "0.25")), [])
    assert values(ask(usage, meter)) == [Decimal(expected)]


def test_a_total_carries_the_range_it_was_asked_for(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (5, "7")), [])
    total = Total(start_us=MIDNIGHT_US, end_us=MIDNIGHT_US + 7, value=Decimal(7))
    assert ask(usage, a_meter(), end_us=MIDNIGHT_US + 7) == [total]


def test_the_start_of_a_range_belongs_to_it_and_the_end_does_not(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (9, "1"), (10, "2"), (19, "4"), (20, "8")), [])
    asked = ask(usage, a_meter(), start_us=MIDNIGHT_US + 10, end_us=MIDNIGHT_US + 20)
    assert values(asked) == [Decimal(6)]


def test_nothing_is_answered_where_nothing_was_used(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (0, "1")), [])
    assert ask(usage, a_meter(), customer="cus_2") == []
    assert ask(usage, a_meter(id="mtr_test_other")) == []
    assert ask(usage, a_meter(environment=1)) == []


def test_usage_of_zero_is_still_usage(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (0, "5"), (1, "-5")), [])
    assert values(ask(usage, a_meter())) == [Decimal(0)]


def test_windows_without_usage_are_left_out(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (0, "1"), (HOUR_US - 1, "2"), (5 * HOUR_US, "4")), [])
    expected = [
        Total(start_us=start, end_us=start + HOUR_US, value=Decimal(value))
        for start, value in ((MIDNIGHT_US, 3), (MIDNIGHT_US + 5 * HOUR_US, 4))
    ]
    assert ask(usage, a_meter(), window="hour") == expected


def test_days_are_utc_days(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (-1, "1"), (0, "2"), (DAY_US - 1, "4")), [])
    found = ask(usage, a_meter(), window="day", start_us=MIDNIGHT_US - DAY_US)
    assert [(one.start_us, one.value) for one in found] == [
        (MIDNIGHT_US - DAY_US, Decimal(1)),
        (MIDNIGHT_US, Decimal(6)),
    ]


def test_dimensions_filter_and_group(usage: Usage) -> None:
    sent = [("large", "in", "1"), ("large", "out", "2"), ("small", "in", "4"), ("large", "in", "8")]
    usage.log.append(
        [
            logged(
                an_event(
                    METER,
                    value,
                    at_us=MIDNIGHT_US,
                    identifier=f"event {seq}",
                    dimensions={"model": model, "kind": kind},
                ),
                seq=seq,
            )
            for seq, (model, kind, value) in enumerate(sent, start=1)
        ],
        [],
    )
    filtered = ask(usage, METER, dimension_filters=(("model", ("large",)), ("kind", ("in",))))
    grouped = ask(usage, METER, group_by=("kind", "model"))
    assert values(filtered) == [Decimal(9)]
    assert [(one.dimensions, one.value) for one in grouped] == [
        (("in", "large"), Decimal(9)),
        (("in", "small"), Decimal(4)),
        (("out", "large"), Decimal(2)),
    ]


def test_customers_are_added_up_or_told_apart(usage: Usage) -> None:
    usage.log.append(
        [
            logged(
                an_event(a_meter(), "1", at_us=MIDNIGHT_US, identifier=f"{seq}", customer=customer),
                seq=seq,
            )
            for seq, customer in enumerate(("cus_1", "cus_2", "cus_1"), start=1)
        ],
        [],
    )
    apart = ask(usage, a_meter(), by_customer=True)
    assert [(one.customer, one.value) for one in apart] == [
        ("cus_1", Decimal(2)),
        ("cus_2", Decimal(1)),
    ]
    assert values(ask(usage, a_meter())) == [Decimal(3)]
    assert values(ask(usage, a_meter(), customer="cus_2")) == [Decimal(1)]


def test_among_equal_timestamps_the_last_received_is_the_last(usage: Usage) -> None:
    meter = a_meter(formula="last")
    usage.log.append(rows(meter, (5, "10"), (5, "20"), (4, "30")), [])
    assert values(ask(usage, meter)) == [Decimal(20)]


def test_a_cancelled_event_counts_until_its_cancellation(usage: Usage) -> None:
    events = rows(a_meter(), (0, "1"), (0, "2"))
    usage.log.append(events, [])
    at = MIDNIGHT_US + HOUR_US
    usage.log.append([], [cancellation(events[0], seq=3, received_at_us=at)])
    found = [ask(usage, a_meter(), as_of_us=moment) for moment in (at, at + 1, None)]
    assert [values(totals) for totals in found] == [[Decimal(3)], [Decimal(2)], [Decimal(2)]]


def test_a_window_whose_every_event_is_cancelled_is_left_out(usage: Usage) -> None:
    events = rows(a_meter(), (0, "1"))
    usage.log.append(events, [cancellation(events[0], seq=2, received_at_us=MIDNIGHT_US + DAY_US)])
    assert ask(usage, a_meter()) == []


def test_as_of_a_moment_only_what_was_received_before_it_counts(usage: Usage) -> None:
    usage.log.append(rows(a_meter(), (0, "1"), (0, "2")), [])
    moments = [MIDNIGHT_US + SECOND_US + step for step in (0, 1, SECOND_US, SECOND_US + 1)]
    found = [values(ask(usage, a_meter(), as_of_us=moment)) for moment in moments]
    assert found == [[], [Decimal(1)], [Decimal(1)], [Decimal(3)]]


@pytest.mark.parametrize(("window", "expected"), [("hour", "14"), ("day", "8")])
def test_in_each_bucket_the_latest_received_replaces(
    usage: Usage, window: str, expected: str
) -> None:
    meter = a_meter(event_time_window=window)
    sent = [(HOUR_US - 1, "1"), (HOUR_US, "2"), (0, "6"), (HOUR_US + 5, "8")]
    usage.log.append(rows(meter, *sent), [])
    assert values(ask(usage, meter)) == [Decimal(expected)]


def test_a_cancelled_survivor_gives_its_place_back(usage: Usage) -> None:
    meter = a_meter(event_time_window="hour")
    events = rows(meter, (5, "1"), (4, "2"))
    usage.log.append(events, [])
    usage.log.append([], [cancellation(events[1], seq=3, received_at_us=MIDNIGHT_US + HOUR_US)])
    assert values(ask(usage, meter)) == [Decimal(1)]


def test_a_range_that_cuts_a_bucket_does_not_bring_back_what_was_replaced(usage: Usage) -> None:
    meter = a_meter(event_time_window="hour")
    usage.log.append(rows(meter, (10, "1"), (30, "2")), [])
    halves = [
        ask(usage, meter, start_us=MIDNIGHT_US, end_us=MIDNIGHT_US + 20),
        ask(usage, meter, start_us=MIDNIGHT_US + 20, end_us=MIDNIGHT_US + HOUR_US),
    ]
    assert [values(half) for half in halves] == [[], [Decimal(2)]]


def test_as_of_an_earlier_moment_the_replaced_event_still_stands(usage: Usage) -> None:
    meter = a_meter(event_time_window="day")
    usage.log.append(rows(meter, (0, "1"), (1, "2")), [])
    assert values(ask(usage, meter, as_of_us=MIDNIGHT_US + 2 * SECOND_US)) == [Decimal(1)]


def test_customers_and_dimension_values_do_not_replace_each_other(usage: Usage) -> None:
    meter = msgspec.structs.replace(METER, event_time_window="hour")
    sent = [("cus_1", "large", "1"), ("cus_2", "large", "2"), ("cus_1", "small", "4")]
    usage.log.append(
        [
            logged(
                an_event(
                    meter,
                    value,
                    at_us=MIDNIGHT_US,
                    identifier=f"event {seq}",
                    customer=customer,
                    dimensions={"model": model, "kind": "in"},
                ),
                seq=seq,
            )
            for seq, (customer, model, value) in enumerate(sent, start=1)
        ],
        [],
    )
    assert values(ask(usage, meter)) == [Decimal(7)]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [("sum", "149999999999999900099999.4"), ("avg", "49999999999999966699999.8")],
)
def test_a_total_beyond_38_digits_is_exact(
    usage: Usage, formula: FormulaName, expected: str
) -> None:
    meter = a_meter(formula=formula)
    sent = ("999999999999999e8", "5e22", "99999.4")
    usage.log.append(rows(meter, *((0, value) for value in sent)), [])
    assert values(ask(usage, meter)) == [Decimal(expected)]


def test_an_average_that_does_not_come_out_even_has_15_places(usage: Usage) -> None:
    meter = a_meter(formula="avg")
    usage.log.append(rows(meter, (0, "-1"), (0, "-1"), (0, "0")), [])
    assert values(ask(usage, meter)) == [Decimal("-0.666666666666667")]


def test_distinct_texts_are_counted_to_the_letter(usage: Usage) -> None:
    meter = a_meter(formula="unique_count")
    texts = ["a", "A", "a ", "ä", "a\u0308", "1", "1.0", "a"]
    usage.log.append(rows(meter, *((0, text) for text in texts)), [])
    assert values(ask(usage, meter)) == [Decimal(7)]


def test_events_are_listed_newest_first(usage: Usage) -> None:
    events = rows(a_meter(), (5, "1"), (4, "2"), (3, "3"))
    usage.log.append(events, [])
    assert list(usage.reader.events(EventQuery(environment=2, limit=2))) == events[:0:-1]


def test_events_are_walked_in_both_directions_from_a_row(usage: Usage) -> None:
    events = rows(a_meter(), *((0, str(value)) for value in range(1, 7)))
    usage.log.append(events, [])
    back = usage.reader.events(EventQuery(environment=2, before_seq=4, limit=2))
    forth = usage.reader.events(EventQuery(environment=2, after_seq=3, limit=2))
    assert (list(back), list(forth)) == ([events[2], events[1]], [events[3], events[4]])


def test_events_are_filtered_by_what_they_carry(usage: Usage) -> None:
    events = rows(a_meter(), (0, "1"), (10, "2"), (20, "1"))
    usage.log.append(events, [cancellation(events[2], seq=4, received_at_us=MIDNIGHT_US + DAY_US)])
    gone = msgspec.structs.replace(events[2], canceled_at_us=MIDNIGHT_US + DAY_US)
    asked: dict[str, tuple[dict[str, Any], list[LoggedEvent]]] = {
        "name": ({"event_name": "other"}, []),
        "meter": ({"meter": "mtr_test_tokens"}, [gone, events[1], events[0]]),
        "another meter": ({"meter": "mtr_test_other"}, []),
        "customer": ({"customer": "cus_1"}, [gone, events[1], events[0]]),
        "times": ({"start_us": MIDNIGHT_US + 10, "end_us": MIDNIGHT_US + 20}, [events[1]]),
        "payload": ({"payload": (("value", "1"),)}, [gone, events[0]]),
        "canceled": ({"canceled": True}, [gone]),
        "not canceled": ({"canceled": False}, [events[1], events[0]]),
        "environment": ({"environment": 1}, []),
    }
    found = {
        name: list(usage.reader.events(EventQuery(**{"environment": 2, **fields})))
        for name, (fields, _) in asked.items()
    }
    assert found == {name: expected for name, (_, expected) in asked.items()}


@pytest.mark.parametrize("key", ["a/b", "a~b", "a.b", "$", "*", "a b", 'a"b', "ä", "0", "[0]"])
def test_any_payload_key_can_be_filtered_by(usage: Usage, key: str) -> None:
    events = rows(a_meter(), (0, "1"), dimensions={key: "x"})
    usage.log.append(events, [])
    found = [
        list(usage.reader.events(EventQuery(environment=2, payload=((key, text),))))
        for text in ("x", "y")
    ]
    assert found == [events, []]


def test_an_identifier_leads_to_its_last_event_however_old(usage: Usage) -> None:
    meter = a_meter()
    old, new = (
        logged(an_event(meter, value, at_us=MIDNIGHT_US, identifier="same"), seq=seq)
        for seq, value in ((1, "1"), (2, "2"))
    )
    usage.log.append([old, new], [])
    found = (usage.reader.event(2, "same"), usage.reader.event(1, "same"))
    assert found == (new, None)
