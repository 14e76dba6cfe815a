"""Dimensions: filtered by, grouped by, and required of every event."""

from typing import Any

import pytest
import stripe
from stripe.billing import Meter

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer, create_meter, send, summaries

HOUR = 3_600


@pytest.fixture(scope="module")
def used(noon: ClockedServer) -> tuple[stripe.StripeClient, Meter, str]:
    """A meter with two dimensions, and a customer who used it."""
    client = noon.client()
    meter = create_meter(client, dimension_payload_keys=["model", "region"])
    customer = create_customer(client)
    for value, model, region, at in (
        ("1", "large", "eu", NOON - HOUR),
        ("2", "large", "us", NOON - HOUR),
        ("4", "small", "eu", NOON - HOUR),
        ("8", "large", "eu", NOON - 2 * HOUR),
    ):
        send(client, meter, customer, value, at=at, model=model, region=region, note="x")
    return client, meter, customer


def _listed(
    used: tuple[stripe.StripeClient, Meter, str], **others: Any
) -> list[tuple[int, str, dict[str, str] | None]]:
    client, meter, customer = used
    return [
        (one.start_time, one["aggregated_value_decimal"], one.to_dict().get("dimensions"))
        for one in summaries(client, meter, customer, NOON - 2 * HOUR, NOON, **others)
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"model": "large"}, "11"),
        ({"region": "eu"}, "13"),
        ({"model": "large", "region": "eu"}, "9"),
    ],
)
def test_filters_keep_what_matches_all_of_them(
    filters: dict[str, str], expected: str, used: tuple[stripe.StripeClient, Meter, str]
) -> None:
    assert _listed(used, dimension_filters=filters) == [(NOON - 2 * HOUR, expected, None)]


def test_a_filter_that_matches_nothing_lists_nothing(
    used: tuple[stripe.StripeClient, Meter, str],
) -> None:
    assert _listed(used, dimension_filters={"model": "LARGE"}) == []


def test_grouping_lists_each_value_by_name(used: tuple[stripe.StripeClient, Meter, str]) -> None:
    assert _listed(used, dimension_group_by_keys=["model"]) == [
        (NOON - 2 * HOUR, "11", {"model": "large"}),
        (NOON - 2 * HOUR, "4", {"model": "small"}),
    ]


def test_grouping_by_two_keys_and_the_hour_pages_one_at_a_time(
    used: tuple[stripe.StripeClient, Meter, str],
) -> None:
    listed = _listed(
        used,
        dimension_group_by_keys=["region", "model"],
        value_grouping_window="hour",
        limit=1,
    )
    assert listed == [
        (NOON - HOUR, "1", {"region": "eu", "model": "large"}),
        (NOON - HOUR, "4", {"region": "eu", "model": "small"}),
        (NOON - HOUR, "2", {"region": "us", "model": "large"}),
        (NOON - 2 * HOUR, "8", {"region": "eu", "model": "large"}),
    ]


def test_filter_and_grouping_work_together(used: tuple[stripe.StripeClient, Meter, str]) -> None:
    assert _listed(used, dimension_filters={"region": "eu"}, dimension_group_by_keys=["model"]) == [
        (NOON - 2 * HOUR, "9", {"model": "large"}),
        (NOON - 2 * HOUR, "4", {"model": "small"}),
    ]


def test_dimension_names_and_values_may_be_any_text(noon: ClockedServer) -> None:
    client = noon.client()
    key, value = 'na"me.$ é', "va'lue; -- \\ % ✓"
    meter = create_meter(client, dimension_payload_keys=[key])
    customer = create_customer(client)
    send(client, meter, customer, "5", at=NOON - 60, **{key: value})
    send(client, meter, customer, "6", at=NOON - 60, **{key: "other"})
    (one,) = summaries(client, meter, customer, NOON - HOUR, NOON, dimension_filters={key: value})
    assert one["aggregated_value_decimal"] == "5"
