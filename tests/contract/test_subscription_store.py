"""What every store of subscriptions promises."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from taximeter.kit.paging import Cursor, Page, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase
from taximeter.subscriptions.subscription import (
    BillingThresholds,
    PauseCollection,
    Subscription,
    SubscriptionFilter,
    SubscriptionItem,
)
from tests.contract.backends import OpenRecords


def an_item(name: str, **fields: Any) -> SubscriptionItem:
    plain: dict[str, Any] = {
        "created": 100,
        "price": "price_a",
        "current_period_start": 100,
        "current_period_end": 200,
        "usage_start": 100,
    }
    return SubscriptionItem(id=f"si_{name}", **{**plain, **fields})


def a_subscription(name: str, **fields: Any) -> Subscription:
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "customer": "cus_a",
        "currency": "usd",
        "status": "active",
        "billing_cycle_anchor": 100,
        "start_date": 100,
        "items": (an_item(name),),
    }
    return Subscription(id=f"sub_{name}", **{**plain, **fields})


def add(records: RecordsDatabase, *subscriptions: Subscription) -> None:
    with records.writing() as unit:
        for one in subscriptions:
            unit.subscriptions.add(one)


def save(records: RecordsDatabase, *subscriptions: Subscription) -> None:
    with records.writing() as unit:
        unit.subscriptions.save(subscriptions)


def page(
    records: RecordsDatabase, where: SubscriptionFilter | None = None, **cursor: Any
) -> Page[Subscription]:
    with records.reading() as unit:
        return unit.subscriptions.page(2, Cursor(**cursor), where or SubscriptionFilter())


FIVE = [a_subscription(name, created=100 + index) for index, name in enumerate("abcde")]


def test_a_subscription_comes_back_as_it_was_added(records: RecordsDatabase) -> None:
    full = a_subscription(
        "a",
        items=(an_item("a", quantity=3, billed_before=Decimal("0.10"), metadata={"k": "v"}),),
        pause_collection=PauseCollection(behavior="void", resumes_at=7),
        billing_thresholds=BillingThresholds(amount_gte=50),
        metadata={"a": "1"},
    )
    add(records, full)
    with records.reading() as unit:
        assert unit.subscriptions.get(2, "sub_a") == full
        assert unit.subscriptions.get(1, "sub_a") is None


def test_many_finds_what_exists_in_the_environment(records: RecordsDatabase) -> None:
    add(records, *FIVE[:2], a_subscription("z", environment=1, items=(an_item("z"),)))
    with records.reading() as unit:
        found = unit.subscriptions.many(2, ["sub_a", "sub_b", "sub_z", "sub_none"])
    assert found == {"sub_a": FIVE[0], "sub_b": FIVE[1]}


def test_those_of_customers_are_found_but_for_the_canceled(records: RecordsDatabase) -> None:
    add(
        records,
        a_subscription("a"),
        a_subscription("b", customer="cus_b", test_clock="clock_a"),
        a_subscription("c", status="canceled"),
        a_subscription("d", environment=1),
        a_subscription("e", customer="cus_c"),
        a_subscription("f", status="trialing"),
    )
    with records.reading() as unit:
        found = unit.subscriptions.of_customers(2, ["cus_a", "cus_b", "cus_z"])
    assert [one.id for one in found] == ["sub_f", "sub_b", "sub_a"]


def test_many_changes_are_kept_together_and_stay_in_their_environment(
    records: RecordsDatabase,
) -> None:
    add(records, *FIVE)
    changed = [msgspec.structs.replace(one, revision=1, status="canceled") for one in FIVE[:3]]
    stray = msgspec.structs.replace(FIVE[3], environment=1, revision=9, items=())
    save(records, *changed, stray)
    assert page(records, SubscriptionFilter(status="all")).data == [*FIVE[:2:-1], *changed[::-1]]


def test_a_removed_item_still_leads_to_its_subscription(records: RecordsDatabase) -> None:
    add(records, FIVE[0])
    swapped = msgspec.structs.replace(FIVE[0], items=(an_item("new", price="price_b"),))
    save(records, swapped)
    with records.reading() as unit:
        assert unit.subscriptions.with_item(2, "si_a") == swapped
        assert unit.subscriptions.with_item(2, "si_new") == swapped
        assert unit.subscriptions.with_item(1, "si_new") is None
        assert unit.subscriptions.with_item(2, "si_none") is None
    assert page(records, SubscriptionFilter(price="price_a")).data == []
    assert page(records, SubscriptionFilter(price="price_b")).data == [swapped]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({}, "cab"),
        ({"status": "all"}, "dcab"),
        ({"status": "ended"}, "d"),
        ({"status": "canceled"}, "d"),
        ({"status": "trialing"}, "c"),
        ({"customer": "cus_b"}, "ec"),
        ({"test_clock": "clock_a"}, "e"),
        ({"collection_method": "send_invoice"}, "a"),
        ({"created_gt": 101}, "c"),
        ({"created_gte": 101}, "ca"),
        ({"created_lt": 101}, "b"),
        ({"created_lte": 101}, "ab"),
    ],
)
def test_subscriptions_are_found_by_what_they_are(
    where: dict[str, Any], expected: str, records: RecordsDatabase
) -> None:
    add(
        records,
        a_subscription("b"),
        a_subscription("a", created=101, collection_method="send_invoice"),
        a_subscription("c", created=102, status="trialing", customer="cus_b"),
        a_subscription("d", status="canceled", created=103),
        a_subscription("e", customer="cus_b", test_clock="clock_a"),
    )
    found = page(records, SubscriptionFilter(**where)).data
    assert "".join(one.id.removeprefix("sub_") for one in found) == expected


def test_pages_walk_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *FIVE)
    forth = page(records, limit=2, starting_after=FIVE[3].id)
    back = page(records, limit=2, ending_before=FIVE[0].id)
    assert forth == Page(data=[FIVE[2], FIVE[1]], has_more=True)
    assert back == Page(data=[FIVE[2], FIVE[1]], has_more=True)


def test_a_cursor_of_no_subscription_is_unknown(records: RecordsDatabase) -> None:
    add(records, a_subscription("a", environment=1))
    with pytest.raises(UnknownCursor, match="sub_a"):
        page(records, starting_after="sub_a")


def test_subscriptions_outlast_a_restart(open_records: OpenRecords, tmp_path: Path) -> None:
    with open_records(tmp_path) as records:
        add(records, *FIVE)
    with open_records(tmp_path) as records:
        assert page(records).data == FIVE[::-1]
