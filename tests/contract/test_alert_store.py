"""What every store of alerts, and of what they told, promises."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from taximeter.alerts.alert import Alert, AlertFilter, AlertNotification, UsageThreshold
from taximeter.kit.paging import Cursor, UnknownCursor
from taximeter.storage.records.database import RecordsDatabase


def alert(number: int, **others: Any) -> Alert:
    fields: dict[str, Any] = {
        "id": f"alrt_{number}",
        "environment": 2,
        "created": 1,
        "title": "Ä",
        "alert_type": "usage_threshold",
        "active_since_us": 2**53 + 1,
        "after_seq": 7,
        "usage_threshold": UsageThreshold(
            meter=others.pop("meter", "mtr_1"),
            gte=Decimal("0.000000000000001"),
            recurrence="billing_period",
            dimension_filters=(("model", ("opus", "ü")),),
        ),
        **others,
    }
    return Alert(**fields)


def notification(number: int, **others: Any) -> AlertNotification:
    fields: dict[str, Any] = {
        "id": f"alrtn_{number}",
        "environment": 2,
        "alert": "alrt_1",
        "customer": f"cus_{number}",
        "round": 2**53 + 1,
        "value": Decimal("123456789012345.000000000000001"),
        "seq": number,
        "received_at_us": 1,
        "created_us": 2,
        "event": f"evt_{number}",
        **others,
    }
    return AlertNotification(**fields)


def add(records: RecordsDatabase, *alerts: Alert) -> None:
    with records.writing() as unit:
        for one in alerts:
            unit.alerts.add(one)


def ids(records: RecordsDatabase, cursor: Cursor | None = None, **where: Any) -> str:
    with records.reading() as unit:
        page = unit.alerts.page(2, cursor or Cursor(), AlertFilter(**where))
    found = "".join(one.id.removeprefix("alrt_") for one in page.data)
    return found + ("+" if page.has_more else "")


def test_alert_is_read_back_as_it_was_added_and_saved(records: RecordsDatabase) -> None:
    one = alert(1)
    add(records, one)
    changed = msgspec.structs.replace(one, status="archived", hard_limit=True)
    with records.writing() as unit:
        assert unit.alerts.get(2, "alrt_1") == one
        unit.alerts.save(changed)
    with records.reading() as unit:
        assert unit.alerts.get(2, "alrt_1") == changed
        assert unit.alerts.get(1, "alrt_1") is None
        assert unit.alerts.many({"alrt_1", "alrt_2"}) == {"alrt_1": changed}


def test_what_changed_after_a_revision_is_found_in_its_order(records: RecordsDatabase) -> None:
    with records.reading() as unit:
        assert (unit.alerts.revision(), unit.alerts.changed(after=0)) == (0, [])
    first, second = alert(1), alert(2, environment=1)
    add(records, first, second)
    with records.reading() as unit:
        before = unit.alerts.revision()
        assert unit.alerts.changed(after=0) == [first, second]
    asleep = msgspec.structs.replace(first, status="inactive")
    with records.writing() as unit:
        unit.alerts.save(asleep)
    with records.reading() as unit:
        assert unit.alerts.changed(after=before) == [asleep]
        assert unit.alerts.changed(after=unit.alerts.revision()) == []


def test_active_alerts_over_a_meter_are_counted_for_a_customer(records: RecordsDatabase) -> None:
    add(
        records,
        alert(1),
        alert(2, customer="cus_1"),
        alert(3, customer="cus_1"),
        alert(4, customer="cus_1", status="inactive"),
        alert(5, meter="mtr_2"),
        alert(6, environment=1),
        alert(7, usage_threshold=None, alert_type="spend_threshold"),
    )
    with records.reading() as unit:
        assert unit.alerts.watching(2, "mtr_1", "cus_1") == 3
        assert unit.alerts.watching(2, "mtr_1", "cus_2") == 1
        assert unit.alerts.watching(2, "mtr_1", None) == 3
        assert unit.alerts.watching(2, None, None) == 1
        assert unit.alerts.watching(2, "mtr_3", "cus_1") == 0


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, "5421"),
        ({"meter": "mtr_2"}, "4"),
        ({"customer": "cus_1"}, "2"),
        ({"alert_type": "spend_threshold"}, "5"),
    ],
    ids=str,
)
def test_alerts_are_listed_without_archived_ones(
    where: dict[str, Any], found: str, records: RecordsDatabase
) -> None:
    add(
        records,
        alert(1),
        alert(2, customer="cus_1"),
        alert(3, status="archived"),
        alert(4, meter="mtr_2", status="inactive"),
        alert(5, usage_threshold=None, alert_type="spend_threshold"),
        alert(6, environment=1),
    )
    assert ids(records, **where) == found


def test_alerts_are_paged_in_both_directions(records: RecordsDatabase) -> None:
    add(records, *(alert(number) for number in range(1, 6)))
    assert ids(records, Cursor(limit=2)) == "54+"
    assert ids(records, Cursor(limit=2, starting_after="alrt_4")) == "32+"
    assert ids(records, Cursor(limit=2, ending_before="alrt_2")) == "43+"
    with pytest.raises(UnknownCursor):
        ids(records, Cursor(starting_after="alrt_9"))


def test_what_was_told_is_found_by_its_customers_and_read_back(records: RecordsDatabase) -> None:
    told = [notification(1), notification(2), notification(3, alert="alrt_2")]
    with records.writing() as unit:
        unit.alert_notifications.add(told)
        unit.alert_notifications.add([])
    with records.reading() as unit:
        store = unit.alert_notifications
        assert store.told(2, ["cus_1", "cus_9"]) == {("alrt_1", "cus_1", 2**53 + 1)}
        assert store.told(1, ["cus_1"]) == set()
        assert store.page(2, Cursor(), alert="alrt_1", customer=None).data == told[1::-1]
        assert store.page(2, Cursor(), alert=None, customer="cus_3").data == told[2:]
        assert store.page(1, Cursor(), alert=None, customer=None).data == []
