"""Every page in both themes and at two widths: accessible, and nothing sticks out."""

from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.world import World

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "axe.run({resultTypes: ['violations']}).then((result) => result.violations)"
WIDTHS = (1280, 390)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
"""A theme is colours of the style sheet and nothing else, so a page is loaded once for both."""

PARTS = 4
"""Into how many tests the pages are divided, each far from the time that a test may take."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_its_window_and_axe_finds_nothing_serious(
    browser: Browser, world: World, width: int, part: int
) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: make test installs it where there is npm")
    context = browser.new_context(
        base_url=world.address, viewport={"width": width, "height": 900}, color_scheme=THEMES[0]
    )
    page = context.new_page()
    found: dict[tuple[str, str], Any] = {}
    for name, path in list(world.pages().items())[part::PARTS]:
        page.goto(path)
        if page.locator("[data-chart]").count():
            page.locator("[data-drawn]").wait_for()
        # The policy of the pages keeps scripts of others out, so this one is run by the browser.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            serious = [
                (one["id"], node["target"], node["failureSummary"])
                for one in page.evaluate(RUN)
                if one["impact"] in {"serious", "critical"}
                for node in one["nodes"]
            ]
            beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if serious or beyond > 0:
                found[name, theme] = (serious, beyond)
        page.emulate_media(color_scheme=THEMES[0])
    context.close()
    assert found == {}
