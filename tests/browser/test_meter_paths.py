"""Meters as somebody works with them: tried before they are made, then watched."""

import re

import stripe
from playwright.sync_api import Page, expect

from tests.browser.world import World
from tests.serving import TEST_KEY


def test_a_meter_is_made_after_its_preview_is_checked(page: Page) -> None:
    page.goto("/test/meters/new")
    page.get_by_label("Name", exact=True).fill("Büro seats (daily)")
    expect(page.get_by_label("Event name")).to_have_value("buro_seats_daily")
    total = page.locator("#preview-total")
    expect(total).to_contain_text("62.5")
    page.get_by_role("radio", name=re.compile("^Daily")).check()
    expect(page.locator("#outcome-1")).to_contain_text("Replaced")
    expect(total).to_contain_text("50.5")
    page.get_by_role("radio", name=re.compile("^Maximum")).check()
    expect(total).to_contain_text("30")
    value = page.get_by_label("Value of example 2")
    value.fill("many")
    expect(page.locator("#outcome-2")).to_contain_text("send a decimal number")
    # The one it replaced counts again.
    expect(total).to_contain_text("12")
    value.fill("31.25")
    expect(total).to_contain_text("31.25")
    expect(value).to_be_focused()
    expect(page.locator("#call-json")).to_contain_text('"formula": "max"')
    page.get_by_role("button", name="Create the meter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Büro seats (daily)")
    facts = page.get_by_role("region", name="How it counts")
    expect(facts).to_contain_text("Maximum")
    expect(facts).to_contain_text("Daily")


def test_examples_are_added_and_dropped_and_have_the_dimensions_that_are_typed(page: Page) -> None:
    page.goto("/test/meters/new")
    page.get_by_role("button", name="Add an event").click()
    expect(page.get_by_label("Time of example 6")).to_be_focused()
    page.get_by_label("Value of example 6").fill("100")
    expect(page.locator("#preview-total")).to_contain_text("162.5")
    page.get_by_role("button", name="Drop example 1").click()
    expect(page.locator("#preview-total")).to_contain_text("150.5")
    page.get_by_text("Advanced settings").click()
    page.get_by_label("Dimensions").press_sequentially("region")
    cell = page.get_by_label("region of example 5")
    cell.fill("eu-west")
    expect(page.get_by_role("rowheader", name="eu-west")).to_be_visible()
    cell.press("Enter")
    expect(page).to_have_url(re.compile("/test/meters/new$"))
    cell.fill("")
    expect(page.locator("#outcome-5")).to_contain_text("Dimension keys not found")


def test_an_event_that_is_sent_appears_in_the_feed_of_an_open_page(
    page: Page, world: World
) -> None:
    page.goto(f"/test/meters/{world.meter}")
    page.evaluate("window.stayed = true")
    expect(page.get_by_role("region", name="Newest events as a table")).to_be_visible()
    expect(page.get_by_role("region", name="Top customers")).to_contain_text("Cusco Robotics")
    expect(page.get_by_role("region", name="Rejected events as a table")).to_contain_text(
        "Customer unknown"
    )
    _send(world, "seen-at-once", "4711")
    row = page.get_by_role("row").filter(has_text="seen-at-once")
    expect(row).to_contain_text("4,711")
    page.get_by_role("button", name="Pause").click()
    _send(world, "not-seen", "4712")
    page.wait_for_timeout(2_500)
    expect(page.get_by_role("row").filter(has_text="not-seen")).to_have_count(0)
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("heading", level=1).click()
    expect(page.get_by_role("row").filter(has_text="not-seen")).to_be_visible()
    assert page.evaluate("window.stayed") is True


def _send(world: World, identifier: str, value: str) -> None:
    client = stripe.StripeClient(TEST_KEY, base_addresses={"api": world.address})
    client.v1.billing.meter_events.create(
        {
            "event_name": "tokens",
            "identifier": identifier,
            "payload": {"stripe_customer_id": world.customer, "value": value, "model": "large"},
        }
    )


def test_the_period_before_is_shown_beside_this_one(page: Page, world: World) -> None:
    page.goto(f"/test/meters/{world.meter}?days=7")
    page.get_by_label("Compare with the period before").check()
    expect(page.get_by_role("columnheader", name="period before")).to_be_visible()
    expect(page.get_by_text(re.compile("in the period before"))).to_be_visible()
    expect(page.locator("[data-drawn] .u-legend")).to_contain_text("period before")


def test_home_leads_to_what_was_rejected_and_why(page: Page) -> None:
    page.goto("/test")
    expect(page.locator("[data-drawn]")).to_be_visible()
    page.get_by_role("region", name="Rejected events by reason").get_by_role(
        "link", name="Value is no number"
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rejected events")
    row = page.get_by_role("row", name=re.compile("'1,5'"))
    row.get_by_text("As it was sent").click()
    expect(page.get_by_text('"value":"1,5"')).to_be_visible()
    page.get_by_label("Reason").select_option(label="Time lies in the future")
    expect(page.get_by_role("heading", name="No rejected events")).to_be_visible()
