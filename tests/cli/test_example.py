"""The worked example as data: the same each time, in the window, each customer with its shape."""

from collections import Counter, defaultdict
from datetime import UTC, datetime

from taximeter.cli import example

END = 1_795_424_599
DAY = 86_400


def daily(customer: str) -> list[int]:
    days: dict[int, int] = defaultdict(int)
    for event in example.events(END):
        if event.customer == customer and not event.canceled:
            days[(event.timestamp - example.start_of(END)) // DAY] += event.value
    return [days[day] for day in range(example.DAYS)]


def test_the_same_end_gives_the_same_events() -> None:
    assert example.events(END) == example.events(END)


def test_events_lie_in_the_thirty_days_before_the_end_in_order() -> None:
    times = [event.timestamp for event in example.events(END)]
    assert times == sorted(times)
    assert (min(times) >= example.start_of(END), max(times) <= END) == (True, True)
    assert END - example.start_of(END) < 30 * DAY


def test_every_identifier_is_its_own_and_every_customer_has_events() -> None:
    events = example.events(END)
    assert 6_000 <= len(events) <= 10_000
    assert len({event.identifier for event in events}) == len(events)
    assert set(Counter(event.customer for event in events)) == {
        customer.slug for customer in example.CUSTOMERS
    }


def test_one_event_is_cancelled_and_one_is_a_correction() -> None:
    events = example.events(END)
    assert [event.customer for event in events if event.canceled] == ["lima-legal"]
    assert [event.customer for event in events if event.value < 0] == ["titicaca-travel"]


def test_the_shapes_are_those_that_the_descriptions_promise() -> None:
    growing, trial, bursty = map(daily, ("cusco-robotics", "salar-studio", "puna-games"))
    assert sum(growing[-8:-1]) > 3 * sum(growing[:7])
    assert (min(trial[:9]) > 0, set(trial[9:])) == (True, {0})
    assert sorted(range(30), key=bursty.__getitem__)[-3:] == sorted(
        (6, 17, 25), key=bursty.__getitem__
    )
    quiet = daily("lima-legal")
    weekend: list[int] = []
    week: list[int] = []
    for day, total in enumerate(quiet[:-1]):
        moment = datetime.fromtimestamp(example.start_of(END) + day * DAY, UTC)
        (weekend if moment.weekday() >= 5 else week).append(total)
    assert max(weekend) < min(week)
