"""The main paths through the dashboard, as somebody clicks and types them."""

import re

from playwright.sync_api import Page, expect

from tests.browser.world import World


def test_a_meter_is_made_through_the_form(page: Page) -> None:
    page.goto("/test/meters")
    page.get_by_role("link", name="Create a meter").click()
    page.get_by_label("Name", exact=True).fill("Phone calls")
    page.get_by_label("Event name").fill("tokens")
    page.get_by_role("radio", name=re.compile("Maximum")).check()
    page.get_by_role("button", name="Create the meter").click()
    field = page.get_by_label("Event name")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("already exists"))
    expect(page.get_by_label("Name", exact=True)).to_have_value("Phone calls")
    field.fill("phone_calls")
    page.get_by_role("button", name="Create the meter").click()
    expect(page.get_by_role("status")).to_have_text(
        "Made the meter Phone calls. It takes events now."
    )
    expect(page.get_by_role("heading", level=1)).to_contain_text("Phone calls")
    assert page.title() == "Phone calls · Test · Taximeter"


def test_the_list_is_filtered_and_sorted_without_a_new_page(page: Page, world: World) -> None:
    page.goto("/test/meters")
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name=re.compile("^Inactive")).click()
    expect(page.get_by_text("No meter matches")).to_be_visible()
    assert page.url == f"{world.address}/test/meters?status=inactive"
    page.get_by_role("link", name=re.compile("^All")).click()
    page.get_by_role("link", name="Event name").click()
    expect(page.get_by_role("columnheader", name="Event name")).to_have_attribute(
        "aria-sort", "ascending"
    )
    assert page.evaluate("window.stayed") is True
    page.reload()
    expect(page.get_by_role("columnheader", name="Event name")).to_have_attribute(
        "aria-sort", "ascending"
    )


def test_the_chart_follows_its_controls_and_says_what_its_table_says(
    page: Page, world: World
) -> None:
    page.goto(f"/test/meters/{world.meter}")
    expect(page.locator("[data-drawn] canvas")).to_be_visible()
    page.evaluate("window.stayed = true")
    page.get_by_label("Divided by").select_option("model")
    expect(page.get_by_role("columnheader", name="large")).to_be_visible()
    expect(page.locator("[data-drawn] .u-legend")).to_contain_text("embed")
    page.get_by_label("Zone").fill("Asia/Kolkatta")
    page.get_by_label("Zone").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Did you mean Asia/Kolkata")
    page.get_by_label("Zone").fill("Asia/Kolkata")
    page.get_by_label("Zone").press("Enter")
    expect(page.get_by_role("columnheader", name="Day (Asia/Kolkata)")).to_be_visible()
    assert page.evaluate("window.stayed") is True


def test_the_keyboard_goes_places(page: Page) -> None:
    page.goto("/test")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("Meters")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search", exact=True)).to_be_focused()
    page.keyboard.type("tokens")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile("Tokens"))).to_be_visible()


def test_a_theme_is_chosen_and_kept(page: Page) -> None:
    page.goto("/test/meters")
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.goto("/test")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_deactivating_asks_first(page: Page) -> None:
    page.goto("/test/meters")
    page.get_by_role("link", name="Storage").click()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("button", name="Deactivate")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("status")).to_contain_text("takes no more events")
    page.get_by_role("button", name="Reactivate").click()
    expect(page.get_by_role("button", name="Deactivate")).to_be_visible()


def test_nothing_that_is_typed_runs(page: Page) -> None:
    nasty = '</script><img src=x onerror="window.ran=1">{{7*7}}\'"'
    page.goto("/test/meters/new")
    page.get_by_label("Name", exact=True).fill(nasty)
    page.get_by_label("Event name").fill("nasty_one")
    page.get_by_role("button", name="Create the meter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("{{7*7}}")
    for path in ("/test/meters", "/test", "/test/search?q=onerror"):
        page.goto(path)
        expect(page.get_by_text("{{7*7}}").first).to_be_visible()
        assert page.evaluate("window.ran") is None
