"""The older style of the official SDK: settings on the module, methods on the classes."""

from decimal import Decimal
from typing import Any

import pytest
import stripe

from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer


@pytest.fixture
def configured(noon: ClockedServer, monkeypatch: pytest.MonkeyPatch) -> ClockedServer:
    """Set the two settings that the SDK's documentation names, for one test."""
    monkeypatch.setattr(stripe, "api_key", TEST_KEY)
    monkeypatch.setattr(stripe, "api_base", noon.address)
    return noon


@pytest.mark.usefixtures("configured")
def test_usage_sent_through_the_classes_is_in_the_next_total() -> None:
    meter = stripe.billing.Meter.create(
        display_name="Module",
        event_name="module",
        default_aggregation={"formula": "sum"},
        customer_mapping={"type": "by_id", "event_payload_key": "stripe_customer_id"},
        value_settings={"event_payload_key": "value"},
    )
    customer = stripe.Customer.create(name="Module")
    for value in ("25", "-0.5"):
        stripe.billing.MeterEvent.create(
            event_name="module",
            payload={"stripe_customer_id": customer.id, "value": value},
            identifier=f"module {value}",
            timestamp=NOON - 60,
        )
    stripe.billing.MeterEventAdjustment.create(
        event_name="module", type="cancel", cancel={"identifier": "module 25"}
    )
    params: Any = {"customer": customer.id, "start_time": NOON - 3_600, "end_time": NOON}
    listed = stripe.billing.Meter.list_event_summaries(meter.id, **params)
    assert [Decimal(one["aggregated_value_decimal"]) for one in listed.auto_paging_iter()] == [
        Decimal("-0.5")
    ]


@pytest.mark.usefixtures("configured")
def test_objects_act_on_themselves() -> None:
    meter = stripe.billing.Meter.create(
        display_name="Self", event_name="self", default_aggregation={"formula": "count"}
    )
    asleep = meter.deactivate()
    awake = stripe.billing.Meter.retrieve(meter.id).reactivate()
    renamed = stripe.billing.Meter.modify(meter.id, display_name="Renamed")
    assert (asleep.status, awake.status, renamed.display_name) == ("inactive", "active", "Renamed")
    customer = stripe.Customer.create(name="Self")
    customer.refresh()
    assert stripe.Customer.modify(customer.id, name="Changed").name == "Changed"
    assert customer.delete().deleted


@pytest.mark.usefixtures("configured")
def test_lists_page_and_errors_are_raised() -> None:
    made = [stripe.Customer.create(name="List").id for _ in range(3)]
    pages = stripe.Customer.list(limit=1).auto_paging_iter()
    assert [next(pages).id for _ in made] == made[::-1]
    with pytest.raises(stripe.InvalidRequestError, match="No such meter: 'mtr_x'"):
        stripe.billing.Meter.retrieve("mtr_x")
