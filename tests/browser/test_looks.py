"""Every page in both themes and at two widths: accessible, and nothing sticks out."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.world import World

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1280, 390)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_is_wider_than_its_window_and_axe_finds_nothing_serious(
    browser: Browser, world: World, theme: Any, width: int
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make test installs it where there is npm")
    context = browser.new_context(
        base_url=world.address, viewport={"width": width, "height": 900}, color_scheme=theme
    )
    page = context.new_page()
    found: dict[str, Any] = {}
    for name, path in world.pages().items():
        page.goto(path)
        if page.locator("[data-chart]").count():
            page.locator("[data-drawn]").wait_for()
        # The policy of the pages keeps scripts of others out, so this one is run by the browser.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        violations = page.evaluate("axe.run().then((result) => result.violations)")
        serious = [
            (one["id"], node["target"], node["failureSummary"])
            for one in violations
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if serious or beyond > 0:
            found[name] = (serious, beyond)
    context.close()
    assert found == {}
