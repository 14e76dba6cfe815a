"""Webhooks and alerts, as somebody clicks and types them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.world import World
from tests.webhooks.receiver import Receiver, answering


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def test_a_destination_is_added_pinged_and_a_failed_delivery_resent(
    page: Page, receiver: Receiver
) -> None:
    receiver.behave("/hook", answering(500, b"out of order"))
    page.goto("/test/developers")
    page.get_by_role("link", name="Webhooks").click()
    page.get_by_role("link", name="Add a destination").click()
    page.get_by_label("Address").fill("http://10.0.0.1/hook")
    page.get_by_label("Name optional").fill("The archive")
    page.get_by_role("radio", name=re.compile("Thin events")).check()
    page.get_by_role("radio", name=re.compile("Only some")).check()
    page.get_by_label("Types of events").fill("v1.invoice.paid")
    page.get_by_role("button", name="Add the destination").click()
    expect(page.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Types of events")).to_have_value("v1.invoice.paid")
    page.get_by_label("Address").fill(receiver.url())
    page.get_by_role("button", name="Add the destination").click()
    expect(page.get_by_label("The secret")).to_have_value(re.compile("^whsec_"))
    page.get_by_role("link", name="On to the destination").click()
    page.get_by_role("button", name="Send a ping").click()
    expect(page.get_by_role("status")).to_contain_text("A ping is on its way")
    receiver.wait_for(1)
    row = page.get_by_role("row", name=re.compile("event_destination.ping"))
    expect(row).to_be_visible()
    row.get_by_role("link", name=re.compile("^Open")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Delivery of v2.core")
    receiver.behave("/hook", answering(200))
    page.get_by_role("button", name="Resend").click()
    receiver.wait_for(2)
    page.goto("/test/developers/webhooks")
    expect(page.get_by_role("row", name=re.compile("The archive"))).to_be_visible()


def test_an_alert_is_made_on_its_meter_fires_and_leads_to_the_event_that_did_it(
    page: Page, world: World
) -> None:
    page.goto(f"/test/meters/{world.meter}")
    page.get_by_role("link", name="Create an alert").click()
    expect(page.get_by_label("Meter", exact=True)).to_have_value(world.meter)
    page.get_by_role("radio", name=re.compile("^Spend")).check()
    expect(page.get_by_label("Only usage with")).to_be_hidden()
    page.get_by_role("radio", name=re.compile("^Usage")).check()
    page.get_by_label("Title").fill("A little of tiny")
    page.get_by_label("Only usage with").fill("model=tiny")
    page.get_by_label("Fires at").first.fill("5")
    page.get_by_role("button", name="Create the alert").click()
    expect(page.get_by_role("status")).to_contain_text("Made the alert")
    alert = page.url
    page.goto(f"/test/events/record?event_name=tokens&customer={world.customer}")
    page.get_by_label("Value").fill("7")
    page.get_by_label("Identifier").fill("seven-tiny")
    page.get_by_label("More of the payload").fill("model=tiny")
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status")).to_contain_text("Recorded")
    expect_fired(page, alert)
    page.get_by_role("link", name="seven-tiny").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("seven-tiny")
    page.goto(alert)
    page.get_by_role("link", name="API event", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("billing.alert.triggered")


def expect_fired(page: Page, alert: str) -> None:
    """Load an alert's page until its history has something."""
    for _ in range(100):
        page.goto(alert)
        if page.get_by_role("region", name="What was told").count():
            return
    raise AssertionError("the alert does not fire")


def test_the_keys_lead_to_alerts(page: Page) -> None:
    page.goto("/test")
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page.get_by_role("heading", level=1)).to_have_text("Alerts")
