"""Stripe's own curl calls, with nothing but the address changed."""

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.clocked import NOON, ClockedServer

HOUR = 3_600
KEY = "sk_test_BQokikJOvBiI2HlWgH4olfQ2"
STRIPE = "https://api.stripe.com"
Curl = Callable[..., Any]

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")

CREATE_METER = f"""
curl {STRIPE}/v1/billing/meters
  -u "{KEY}:"
  -d "display_name=Search API Calls"
  -d event_name=ai_search_api
  -d "default_aggregation[formula]"=sum
  -d "customer_mapping[event_payload_key]"=stripe_customer_id
  -d "customer_mapping[type]"=by_id
  -d "value_settings[event_payload_key]"=value
"""
CREATE_EVENT = f"""
curl {STRIPE}/v1/billing/meter_events
  -u "{KEY}:"
  -d event_name=ai_search_api
  -d "payload[value]"=25
  -d "payload[stripe_customer_id]"=CUSTOMER
  -d identifier=identifier_123
  -d timestamp={NOON - 60}
"""
CANCEL_EVENT = f"""
curl {STRIPE}/v1/billing/meter_event_adjustments
  -u "{KEY}:"
  -d type=cancel
  -d event_name=ai_search_api
  -d "cancel[identifier]"=identifier_123
"""
LIST_SUMMARIES = f"""
curl -G {STRIPE}/v1/billing/meters/METER/event_summaries
  -u "{KEY}:"
  -d customer=CUSTOMER
  -d start_time={NOON - HOUR}
  -d end_time={NOON}
"""
LIST_METERS = f"""curl -G {STRIPE}/v1/billing/meters -u "{KEY}:" -d limit=3"""
CREATE_CUSTOMER = f"""
curl {STRIPE}/v1/customers
  -u "{KEY}:"
  -d "name=Jenny Rosen"
  --data-urlencode "email=jennyrosen@example.com"
  -d "expand[]=test_clock"
  -d "expand[]=default_source"
"""
UPDATE_CUSTOMER = f"""
curl {STRIPE}/v1/customers/CUSTOMER -H "Authorization: Bearer {KEY}" -d "metadata[order_id]"=6735
"""
DELETE_CUSTOMER = f"""curl -X DELETE {STRIPE}/v1/customers/CUSTOMER -u "{KEY}:" """
DEACTIVATE = f"""curl -X POST {STRIPE}/v1/billing/meters/METER/deactivate -u "{KEY}:" """
LIST_CUSTOMERS = f"""
curl -G {STRIPE}/v1/customers -u "{KEY}:" -d limit=3 -d "expand[]=data.test_clock"
"""


@pytest.fixture
def curl(clocked: ClockedServer) -> Curl:
    """Run a call as it stands in Stripe's reference, with the address and the ids put in."""

    def run(call: str, **names: str) -> Any:
        for name, id in names.items():
            call = call.replace(name, id)
        words = shlex.split(call.replace(STRIPE, clocked.address))
        done = subprocess.run([*words, "-sS"], capture_output=True, check=True, timeout=30)
        return json.loads(done.stdout)

    return run


def test_the_reference_calls_meter_total_and_cancel(curl: Curl) -> None:
    meter = curl(CREATE_METER)
    customer = curl(CREATE_CUSTOMER)
    names = {"METER": meter["id"], "CUSTOMER": customer["id"]}
    event = curl(CREATE_EVENT, **names)
    (summary,) = curl(LIST_SUMMARIES, **names)["data"]
    cancelled = curl(CANCEL_EVENT, **names)
    assert event == {
        "object": "billing.meter_event",
        "created": NOON,
        "event_name": "ai_search_api",
        "identifier": "identifier_123",
        "livemode": False,
        "payload": {"value": "25", "stripe_customer_id": customer["id"]},
        "timestamp": NOON - 60,
    }
    assert (summary["aggregated_value"], summary["start_time"], summary["end_time"]) == (
        25,
        NOON - HOUR,
        NOON,
    )
    assert (cancelled["status"], cancelled["cancel"]) == (
        "complete",
        {"identifier": "identifier_123"},
    )
    assert curl(LIST_SUMMARIES, **names)["data"] == []


def test_the_reference_calls_list_change_and_delete(curl: Curl) -> None:
    meter, customer = curl(CREATE_METER), curl(CREATE_CUSTOMER)
    names = {"METER": meter["id"], "CUSTOMER": customer["id"]}
    assert (customer["name"], customer["email"]) == ("Jenny Rosen", "jennyrosen@example.com")
    assert curl(LIST_METERS) == {
        "object": "list",
        "data": [meter],
        "has_more": False,
        "url": "/v1/billing/meters",
    }
    changed = {**customer, "metadata": {"order_id": "6735"}}
    assert curl(UPDATE_CUSTOMER, **names) == changed
    assert curl(LIST_CUSTOMERS)["data"] == [changed]
    assert curl(DEACTIVATE, **names)["status"] == "inactive"
    assert curl(DELETE_CUSTOMER, **names) == {
        "id": customer["id"],
        "object": "customer",
        "deleted": True,
    }


def test_a_call_without_a_key_is_told_how_to_send_one(
    curl: Curl,
) -> None:
    answer = curl(f"curl {STRIPE}/v1/customers")
    assert answer["error"]["message"].startswith("You did not provide an API key.")
