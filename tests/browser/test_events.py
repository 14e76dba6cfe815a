"""Usage as somebody handles it: uploaded, found, cancelled, recorded; and a key for a program."""

import re
import time
from pathlib import Path

import stripe
from playwright.sync_api import Page, expect

from tests.browser.world import World

HEAD = "identifier,timestamp,event_name,payload_stripe_customer_id,payload_value\n"


def total(page: Page, world: World) -> str | None:
    """What the storage meter's page says it comes to."""
    row = page.context.request.get("/test/meters.json?q=storage_bytes").json()
    value: str | None = row["meters"]["rows"][0]["usage_today"]
    return value


def test_a_file_is_uploaded_an_event_found_and_cancelled(
    page: Page, world: World, tmp_path: Path
) -> None:
    before, now = total(page, world), int(time.time())
    file = tmp_path / "storage.csv"
    good = f"up-1,{now - 5},storage_bytes,{world.customer},70\n"
    good += f"up-2,{now},storage_bytes,{world.customer},90\n"
    bad = f"up-3,{now},storage_bytes,{world.customer},much\n"
    bad += f"up-4,{now},<img src=x onerror=window.ran=1>,{world.customer},1\n"
    file.write_text(HEAD + good + bad, encoding="utf-8")
    page.goto("/test")
    page.get_by_role("link", name="Events", exact=True).click()
    page.get_by_role("link", name="Upload a file").click()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Read to its end.")).to_be_visible()
    expect(page.get_by_role("heading", name="Rejected rows")).to_be_visible()
    expect(page.get_by_role("region", name="Rejected rows")).to_contain_text("up-3")
    expect(page.get_by_role("region", name="Rejected rows")).to_contain_text("onerror=window.ran")
    assert page.evaluate("window.ran") is None
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all 2").click()
    rejected = download.value.path().read_text(encoding="utf-8")
    assert [line.split(",")[0] for line in rejected.splitlines()] == ["line", "4", "5"]
    assert total(page, world) == "90"
    page.goto("/test/events")
    page.evaluate("window.stayed = true")
    page.get_by_label("Identifier").fill("up-2")
    page.get_by_role("button", name="Search", exact=True).last.click()
    expect(page.get_by_role("row")).to_have_count(2)
    assert page.evaluate("window.stayed") is True
    page.get_by_role("link", name="up-2").click()
    expect(page.get_by_role("heading", name="Counted")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Cancel the event").click()
    expect(page.get_by_role("status")).to_contain_text("in no total any more")
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    assert total(page, world) == "70"
    page.goto("/test/search?q=up-1")
    page.get_by_role("main").get_by_role("link", name=re.compile("up-1")).click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Cancel the event").click()
    expect(page.get_by_role("heading", name="Cancelled")).to_be_visible()
    assert total(page, world) == before


def test_usage_is_recorded_by_hand(page: Page, world: World) -> None:
    page.goto("/test/events")
    page.get_by_role("link", name="Record usage").click()
    page.get_by_label("Meter").select_option("tokens")
    page.get_by_label("Customer").fill(world.customer)
    page.get_by_label("Value").fill("1234567.5")
    page.get_by_role("button", name="Record", exact=True).click()
    field = page.get_by_label("More of the payload")
    expect(field).to_have_accessible_description(re.compile("Dimension keys not found"))
    expect(page.get_by_label("Meter")).to_have_value("tokens")
    field.fill("model=by hand")
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Recorded.")
    expect(page.get_by_text("1,234,567.5").first).to_be_visible()
    expect(page.get_by_text("by hand", exact=True).first).to_be_visible()


def test_a_key_is_made_shown_once_used_and_found_in_the_log(page: Page, world: World) -> None:
    page.goto("/test")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.get_by_label("Name").fill("The worker")
    page.get_by_role("button", name="Create a key").click()
    secret = page.get_by_label("The new key").input_value()
    client = stripe.StripeClient(
        secret, base_addresses={"api": world.address, "meter_events": world.address}
    )
    client.v1.customers.create({"name": "Made by the worker"})
    page.goto("/test/developers")
    assert secret not in page.content()
    page.get_by_role("link", name="Requests").click()
    page.get_by_label("Contains").fill(secret[-4:])
    page.get_by_label("Contains").press("Enter")
    page.get_by_role("link", name="POST /v1/customers").first.click()
    expect(page.get_by_role("main")).to_contain_text("name value not kept")
    page.get_by_role("link", name="API keys").click()
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke The worker").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
