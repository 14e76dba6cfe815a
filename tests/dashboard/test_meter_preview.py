"""The preview pane by its JSON twin: what it says, and that the calls beside it do the same."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

from tests.dashboard.visitor import Visitor
from tests.serving import TEST_KEY

DAY = 86_400
NEW = "/test/meters/new"


def typed(day: int, hour: int) -> str:
    """A moment some days ago, as the browser's field spells it."""
    return time.strftime(f"%Y-%m-%dT{hour:02}:00", time.gmtime(time.time() - day * DAY))


def asked(**fields: Any) -> str:
    return f"{NEW}.json?{urlencode(fields, doseq=True)}"


EVENTS = {
    "time": [typed(2, 1), typed(2, 1), typed(1, 1), ""],
    "customer": ["a", "a", "b", "a"],
    "value": ["0.1", "0.2", "1e3", "nothing"],
}


def test_events_are_checked_and_counted_by_window_and_customer(developer: Visitor) -> None:
    data = developer.get(asked(formula="sum", **EVENTS)).json()
    shown = data["preview"]
    assert [one["kind"] for one in shown["outcomes"]] == ["counts"] * 3 + ["rejected"]
    assert "send a decimal number" in shown["outcomes"][3]["says"]
    assert shown["customers"] == ["a", "b"]
    assert [(one["values"], one["together"]) for one in shown["windows"]] == [
        (["0.3", None], "0.3"),
        ([None, "1000"], "1000"),
    ]
    assert (shown["total"]["values"], shown["total"]["together"]) == (["0.3", "1000"], "1000.3")


def test_of_a_pre_aggregated_meter_the_last_of_a_window_counts(developer: Visitor) -> None:
    shown = developer.get(asked(ingestion="hour", **EVENTS)).json()["preview"]
    assert [one["kind"] for one in shown["outcomes"]][:3] == ["replaced", "counts", "counts"]
    assert shown["total"]["values"] == ["0.2", "1000"]


def test_what_no_meter_can_be_made_of_is_said(developer: Visitor) -> None:
    data = developer.get(asked(customer_key="same", value_key="same")).json()
    assert data["preview"] is None
    assert "cannot hold both the customer and the value" in data["problem"]


@pytest.mark.parametrize("moment", ["yesterday", "9999-12-31T23:59", "1", "2026-13-01T00:00", "-1"])
def test_a_time_that_is_none_or_out_of_reach_is_rejected(developer: Visitor, moment: str) -> None:
    data = developer.get(asked(time=moment, customer="a", value="1")).json()
    assert data["preview"]["outcomes"][0]["kind"] == "rejected"


def test_rows_that_do_not_fit_together_and_unknown_acts_break_nothing(developer: Visitor) -> None:
    for fields in (
        {"time": ["", ""], "customer": "a", "value": ["1", "2", "3"]},
        {"time": "", "customer": "a", "value": "1", "act": "7", "dimensions": "m\nm"},
        {"time": "", "customer": "a", "value": "1", "act": "-1", "formula": "median"},
        {"time": [""] * 50, "customer": ["a"] * 50, "value": ["1"] * 50, "act": "add"},
        {"cell": ["x"], "cell_key": ["y", "z"], "dimensions": "y\nz"},
    ):
        assert developer.get(asked(**fields)).status_code == 200
        assert developer.get(asked(**fields).replace(".json", "")).status_code == 200


def test_what_is_typed_stays_when_the_meter_cannot_be_made(developer: Visitor) -> None:
    answer = developer.post(
        NEW,
        display_name="",
        event_name="kept_name",
        formula="max",
        ingestion="day",
        dimensions="region",
        time="",
        customer="cus_kept",
        value="17",
    )
    assert answer.status_code == 422
    assert 'value="kept_name"' in answer.text
    assert 'value="cus_kept"' in answer.text
    assert "region" in answer.text


MADE = {
    "display_name": 'It\'s "quoted" & ünï',
    "formula": "sum",
    "ingestion": "hour",
    "customer_key": "account",
    "value_key": "tokens",
    "dimensions": "model\nregion",
}


def calls(developer: Visitor, name: str) -> dict[str, str]:
    data = developer.get(asked(event_name=name, **MADE)).json()
    return {one["name"]: one["text"] for one in data["calls"]}


def made(client: stripe.StripeClient, name: str) -> dict[str, Any]:
    """The meter that a call has made."""
    listed = client.v1.billing.meters.list({"limit": 100}).data
    (found,) = [one for one in listed if one.event_name == name]
    return {
        "display_name": found.display_name,
        "formula": found.default_aggregation.formula,
        "ingestion": found.event_time_window,
        "customer_key": found.customer_mapping.event_payload_key,
        "value_key": found.value_settings.event_payload_key,
        "dimensions": "\n".join(found.to_dict()["dimension_payload_keys"]),
    }


def run(*command: str) -> int:
    """Run a call as its text says, with a key where it looks for one; its exit code."""
    environ = {**os.environ, "TAXIMETER_API_KEY": TEST_KEY}
    done = subprocess.run(command, check=False, capture_output=True, env=environ, timeout=60)
    return done.returncode


def test_the_python_call_makes_the_meter(developer: Visitor, client: stripe.StripeClient) -> None:
    text = calls(developer, "by_python")["python"]
    assert run(sys.executable, "-c", text) == 0
    assert made(client, "by_python") == MADE


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_node_call_is_a_module_that_node_reads(developer: Visitor, tmp_path: Path) -> None:
    script = tmp_path / "call.mjs"
    script.write_text(calls(developer, "by_node")["node"], encoding="utf-8")
    assert run("node", "--check", str(script)) == 0


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_call_makes_the_meter(developer: Visitor, client: stripe.StripeClient) -> None:
    text = calls(developer, "by_curl")["curl"]
    assert run("bash", "-c", text) == 0
    assert made(client, "by_curl") == MADE
