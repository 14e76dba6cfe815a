"""`taximeter demo` as a person starts it: loads beside the server, once, and ends cleanly."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import httpx2
import pytest

from taximeter.cli import example

ENDED_SECONDS_MAX = 60


class Demo:
    """A running demo; its output is read line by line."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "taximeter", "demo", "--data", str(data), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.lines = iter(self.process.stdout)
        found = re.search(r"http://[0-9.:]+[0-9]", next(self.lines))
        assert found is not None
        self.address = found[0]

    def until(self, text: str) -> str:
        """Read up to the line that holds a text, and return it all."""
        read = ""
        for line in self.lines:
            read += line
            if text in line:
                return read
        raise AssertionError(f"the demo ended without {text!r}: {read}")

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.address + path, auth=("sk_test_demo", ""), timeout=30)

    def interrupt(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        rest = "".join(self.lines)
        code = self.process.wait(ENDED_SECONDS_MAX)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code, rest


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A directory that a demo was interrupted in while loading, then completed."""
    data = tmp_path_factory.mktemp("demo") / "data"
    first = Demo(data)
    recorded = None
    while not recorded:
        assert first.get("/healthz").status_code == 200
        recorded = first.get("/v1/billing/meter_events?limit=1").json()["data"]
    code, rest = first.interrupt()
    assert (code, rest.splitlines()) == (
        0,
        [
            "Loading was interrupted; the next 'taximeter demo' completes it.",
            "Stopped; everything acknowledged is on disk.",
        ],
    )
    second = Demo(data)
    said = second.until("end_time=")
    assert second.interrupt() == (0, "\nStopped; everything acknowledged is on disk.\n")
    return data, said


def test_an_interrupted_load_is_completed_and_nothing_is_doubled(loaded: tuple[Path, str]) -> None:
    data, said = loaded
    demo = Demo(data)
    again = demo.until("end_time=")
    meter = demo.get("/v1/billing/meters").json()["data"][0]
    customers = demo.get("/v1/customers?limit=100").json()["data"]
    expected = {customer.name: 0 for customer in example.CUSTOMERS}
    names = {customer.slug: customer.name for customer in example.CUSTOMERS}
    for event in example.events(meter["created"]):
        if not event.canceled:
            expected[names[event.customer]] += event.value
    start = example.start_of(meter["created"])
    totals = {
        customer["name"]: demo.get(
            f"/v1/billing/meters/{meter['id']}/event_summaries?customer={customer['id']}"
            f"&start_time={start}&end_time={start + 30 * 86_400}"
        ).json()["data"][0]["aggregated_value"]
        for customer in customers
    }
    demo.interrupt()
    assert totals == expected
    assert re.search(r"^Loaded [\d,]+ events of 6 customers\.$", said, re.MULTILINE)
    assert again.startswith("The example is there already.\n")


def test_the_example_has_a_draft_open_invoices_and_paid_ones_over_all_usage(
    loaded: tuple[Path, str],
) -> None:
    demo = Demo(loaded[0])
    demo.until("end_time=")
    end = demo.get("/v1/billing/meters").json()["data"][0]["created"]
    invoices = demo.get("/v1/invoices?limit=100").json()["data"]
    prices = {one["id"]: one["lookup_key"] for one in demo.get("/v1/prices").json()["data"]}
    customers = demo.get("/v1/customers?limit=100").json()["data"]
    grants = demo.get("/v1/billing/credit_grants").json()["data"]
    demo.interrupt()
    emails = {one["id"]: one["email"] for one in customers}
    billed: Counter[tuple[str, str]] = Counter()
    for invoice in invoices:
        for line in invoice["lines"]["data"]:
            price = prices[line["pricing"]["price_details"]["price"]]
            billed[emails[invoice["customer"]], price] += line["quantity"]
    payers = {one.slug: one.email for one in example.CUSTOMERS if one.slug != "salar-studio"}
    used: Counter[tuple[str, str]] = Counter()
    for event in example.events(end):
        if event.customer in payers and not event.canceled:
            used[payers[event.customer], f"{event.model}-{event.token_type}"] += event.value
    assert +billed == +used
    assert Counter(one["status"] for one in invoices) == {"draft": 1, "open": 2, "paid": 3}
    assert sorted(one["name"] for one in grants) == ["Prepaid", "Welcome"]


def test_alerts_have_fired_and_the_demo_was_told_of_them(loaded: tuple[Path, str]) -> None:
    demo = Demo(loaded[0])
    demo.until("end_time=")
    alerts = {one["title"]: one["id"] for one in demo.get("/v1/billing/alerts").json()["data"]}
    fired = {
        title: len(demo.get(f"/v1/billing/alerts/{id}/notifications").json()["data"])
        for title, id in alerts.items()
    }
    told = demo.get("/v1/webhook_deliveries?status=succeeded&limit=100").json()["data"]
    receivers = demo.get("/v1/webhook_endpoints").json()["data"]
    demo.interrupt()
    assert fired == {
        "80 % of the included alpaca-large input tokens": 5,
        "Cusco Robotics: 50 million tokens": 1,
        "Cusco Robotics: a billion tokens": 0,
        "Cusco Robotics: credits run low": 0,
        "Lima Legal: 250 dollars a month": 0,
    }
    assert "billing.alert.triggered" in {one["event_type"] for one in told}
    assert len(receivers) == 1


def test_output_in_a_pipe_has_no_colours_and_no_bar(loaded: tuple[Path, str]) -> None:
    assert "\x1b" not in loaded[1]
    assert "━" not in loaded[1]


def test_every_command_that_is_printed_works(loaded: tuple[Path, str]) -> None:
    demo = Demo(loaded[0])
    lines = demo.until("end_time=").partition("terminal:\n")[2]
    run = subprocess.run(
        ["bash", "-eu"],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
    demo.interrupt()
    assert (run.returncode, run.stderr) == (0, "")
    assert "Cusco Robotics" in run.stdout
    for printed in ("meter_event_summary", "credit_balance_summary"):
        assert f'"object":"billing.{printed}"' in run.stdout
    assert '"billing_reason":"upcoming"' in run.stdout
    assert '"status":"draft"' in run.stdout


def test_the_demo_refuses_to_be_reached_from_elsewhere(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "taximeter", "demo", "--host", "0.0.0.0"],  # noqa: S104  # is to be refused
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, "listens on loopback only" in run.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []
