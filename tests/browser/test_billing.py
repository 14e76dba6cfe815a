"""Invoices and prices, as somebody clicks and types them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.world import World


def test_a_line_is_opened_down_to_its_events_and_its_invoice_paid(page: Page, world: World) -> None:
    page.goto("/test/invoices")
    page.get_by_role("row", name=re.compile("Quipu Weavers")).get_by_role("link").first.click()
    page.evaluate("window.stayed = true")
    page.get_by_text("Explain 9000 × Model units (Tier 2)").click()
    explained = page.locator("#explanation")
    expect(explained).to_contain_text("every figure comes out as it was billed")
    expect(explained.get_by_role("row", name=re.compile("this line"))).to_contain_text("18.00 USD")
    explained.locator(".days summary").first.click()
    event = explained.locator("#events").get_by_role("row").nth(1)
    expect(event).to_contain_text("500")
    expect(event.locator("code")).to_have_text(re.compile("^units_"))
    assert page.evaluate("window.stayed") is True
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Mark as paid").click()
    expect(page.get_by_role("status")).to_have_text("Marked as paid.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("paid")


def test_the_tier_editor_draws_the_curve_as_tiers_are_typed(page: Page, world: World) -> None:
    page.goto("/test/catalog")
    page.get_by_role("link", name="Create a price").click()
    page.get_by_label("Name of the new product").fill("Speech")
    page.get_by_label("Meter", exact=True).select_option(world.books.meter)
    page.get_by_role("radio", name=re.compile("Graduated")).check()
    page.get_by_role("textbox", name="Tier 1: up to units").fill("100")
    page.get_by_role("textbox", name="Tier 1: a unit costs").fill("1")
    page.get_by_role("textbox", name="Tier 2: a unit costs").fill("0.5")
    curve = page.locator("#curve")
    expect(curve.locator("[data-drawn] canvas")).to_be_visible()
    expect(curve.get_by_role("row", name=re.compile("^100 100.00 USD"))).to_be_visible()
    page.get_by_role("button", name="Add a tier").click()
    page.get_by_role("textbox", name="Tier 3: a unit costs").fill("0.1")
    expect(curve).to_contain_text("Only the last tier has no end.")
    page.get_by_role("textbox", name="Tier 2: up to units").fill("200")
    expect(curve.get_by_role("row", name=re.compile("^200 150.00 USD"))).to_be_visible()
    page.get_by_role("button", name="Remove tier 3").click()
    expect(curve).to_contain_text("Leave the end of the last tier empty.")
    page.get_by_role("button", name="Create the price").click()
    cell = page.get_by_role("textbox", name="Tier 2: up to units")
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(cell).to_have_accessible_description("Leave the end of the last tier empty.")
    cell.fill("")
    page.get_by_role("button", name="Create the price").click()
    expect(page.get_by_role("status")).to_contain_text("Made the price")
    expect(page.locator("[data-drawn] canvas")).to_be_visible()


def test_a_price_is_tried_on_past_usage_from_its_editor(page: Page, world: World) -> None:
    page.goto("/test/catalog/prices/new")
    page.get_by_label("Meter", exact=True).select_option(world.books.meter)
    page.get_by_label("Amount").fill("0.01")
    page.get_by_role("link", name="Try it on past usage").click()
    before = page.get_by_role("group", name="Before")
    before.get_by_role("checkbox", name=re.compile("^Model units 3 graduated")).check()
    page.get_by_role("button", name="Simulate").click()
    row = page.get_by_role("row", name=re.compile("Quipu Weavers"))
    expect(row).to_contain_text("21.75 USD")
    expect(row).to_contain_text("125.00 USD")
    assert "csrf" not in page.url


def test_the_usage_of_a_customer_follows_its_controls(page: Page, world: World) -> None:
    page.goto("/test/customers?q=quipu")
    page.get_by_role("link", name="Quipu Weavers").click()
    page.get_by_role("combobox", name="By").select_option("hour")
    page.get_by_role("combobox", name="Time").select_option("7")
    expect(page.locator("[data-drawn] canvas")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Hour (UTC)")).to_be_visible()
    expect(page.get_by_role("heading", name="Bill so far")).to_be_visible()
