"""Auto-paging of the official SDK over every list, forwards and backwards."""

from typing import Any

import pytest
import stripe

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send

HOUR = 3_600
EVENTS_PATH = "/v1/billing/meter_events"


@pytest.fixture(scope="module")
def seven(noon: ClockedServer) -> tuple[stripe.StripeClient, dict[str, list[str]]]:
    """Seven of everything: the ids of each list, newest first."""
    client = noon.client()
    meters = [create_meter(client) for _ in range(7)]
    customers = [create_customer(client) for _ in range(7)]
    for hour in range(7):
        send(client, meters[0], customers[0], at=NOON - (7 - hour) * HOUR)
    everything = {
        "meters": [meter.id for meter in reversed(meters)],
        "customers": customers[::-1],
        "summaries": [
            one.id for one in _summaries(client, meters[0].id, customers[0], limit=100).data
        ],
        "events": [one.id for one in _events(client, limit=100).data],
        "of": [meters[0].id, customers[0]],
    }
    return client, everything


def _summaries(client: stripe.StripeClient, meter: str, customer: str, **paging: Any) -> Any:
    params: Any = {"start_time": NOON - 24 * HOUR, "end_time": NOON, "customer": customer}
    params |= {"value_grouping_window": "hour", **paging}
    return client.v1.billing.meters.event_summaries.list(meter, params)


def _events(client: stripe.StripeClient, **paging: Any) -> Any:
    answer: Any = client.raw_request("get", EVENTS_PATH, **paging)
    return client.deserialize(answer, params=paging, api_mode="V1")


def _list(client: stripe.StripeClient, name: str, of: list[str], **sent: Any) -> Any:
    paging: Any = sent
    match name:
        case "meters":
            return client.v1.billing.meters.list(paging)
        case "customers":
            return client.v1.customers.list(paging)
        case "summaries":
            return _summaries(client, *of, **paging)
        case _:
            return _events(client, **paging)


LISTS = ["meters", "customers", "summaries", "events"]


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
@pytest.mark.parametrize("name", LISTS)
def test_paging_forwards_visits_everything_once_newest_first(
    name: str, limit: int, seven: tuple[stripe.StripeClient, dict[str, list[str]]]
) -> None:
    client, ids = seven
    listed = _list(client, name, ids["of"], limit=limit)
    assert [item.id for item in listed.auto_paging_iter()] == ids[name]
    assert len(ids[name]) == 7


@pytest.mark.parametrize("limit", [1, 3, 7])
@pytest.mark.parametrize("name", LISTS)
def test_paging_backwards_visits_what_is_newer_oldest_first(
    name: str, limit: int, seven: tuple[stripe.StripeClient, dict[str, list[str]]]
) -> None:
    client, ids = seven
    oldest = ids[name][-1]
    listed = _list(client, name, ids["of"], limit=limit, ending_before=oldest)
    assert [item.id for item in listed.auto_paging_iter()] == ids[name][-2::-1]


@pytest.mark.parametrize("name", LISTS)
def test_a_page_between_says_whether_more_lies_beyond(
    name: str, seven: tuple[stripe.StripeClient, dict[str, list[str]]]
) -> None:
    client, ids = seven
    after = _list(client, name, ids["of"], limit=2, starting_after=ids[name][2])
    assert ([item.id for item in after.data], after.has_more) == (ids[name][3:5], True)
    last = _list(client, name, ids["of"], limit=2, starting_after=ids[name][4])
    assert ([item.id for item in last.data], last.has_more) == (ids[name][5:], False)
    before = _list(client, name, ids["of"], limit=2, ending_before=ids[name][4])
    assert ([item.id for item in before.data], before.has_more) == (ids[name][2:4], True)
    first = _list(client, name, ids["of"], limit=2, ending_before=ids[name][2])
    assert ([item.id for item in first.data], first.has_more) == (ids[name][:2], False)


@pytest.mark.parametrize("name", LISTS)
def test_a_page_past_the_end_is_empty(
    name: str, seven: tuple[stripe.StripeClient, dict[str, list[str]]]
) -> None:
    client, ids = seven
    listed = _list(client, name, ids["of"], starting_after=ids[name][-1])
    assert (listed.data, listed.has_more) == ([], False)


@pytest.mark.parametrize("name", LISTS)
def test_ten_are_listed_unless_told_otherwise(name: str, clocked: ClockedServer) -> None:
    client = clocked.client()
    meters = [create_meter(client).id for _ in range(11)]
    customers = [create_customer(client) for _ in range(11)]
    meter = client.v1.billing.meters.retrieve(meters[0])
    for hour in range(11):
        send(client, meter, customers[0], at=NOON - (hour + 1) * HOUR)
    listed = _list(client, name, [meters[0], customers[0]])
    assert (len(listed.data), listed.has_more) == (10, True)


def test_cursor_of_a_deleted_customer_still_finds_its_place(clocked: ClockedServer) -> None:
    client = clocked.client()
    made = [create_customer(client) for _ in range(3)]
    client.v1.customers.delete(made[1])
    listed = client.v1.customers.list({"starting_after": made[1]})
    assert [customer.id for customer in listed.data] == [made[0]]


def test_a_list_that_grows_while_it_is_paged_repeats_nothing(clocked: ClockedServer) -> None:
    client = clocked.client()
    made = [create_customer(client) for _ in range(4)]
    pages = client.v1.customers.list({"limit": 2}).auto_paging_iter()
    seen = [next(pages).id]
    create_customer(client)
    seen += [customer.id for customer in pages]
    assert seen == made[::-1]
