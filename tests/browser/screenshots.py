"""Pictures of every page in both themes and at two widths, for the documentation.

`make screenshots` runs this.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.chromium import MISSING, find_chromium, open_chromium
from tests.browser.world import World, fill
from tests.serving import Server
from tests.tree.files import ROOT

FOLDER = ROOT / "docs" / "images" / "dashboard"
WIDTHS = {"wide": 1280, "narrow": 390}


def take(browser: Browser, world: World, folder: Path) -> list[Path]:
    """Take them all; the names say page, theme and width."""
    taken = []
    for theme in ("light", "dark"):
        for width_name, width in WIDTHS.items():
            context = browser.new_context(
                base_url=world.address,
                viewport={"width": width, "height": 860},
                color_scheme="dark" if theme == "dark" else "light",
            )
            page = context.new_page()
            for name, path in world.pages().items():
                page.goto(path)
                if page.locator("[data-chart]").count():
                    page.locator("[data-drawn]").wait_for()
                picture = folder / f"{name}-{theme}-{width_name}.png"
                page.screenshot(path=picture)
                taken.append(picture)
            context.close()
    return taken


def main() -> None:
    """Take them of a server made for it."""
    path = find_chromium()
    if path is None:
        sys.exit(MISSING)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, Server(Path(data) / "data") as server:
        world = fill(server)
        with open_chromium(path) as browser:
            taken = take(browser, world, FOLDER)
    sys.stdout.write(f"{len(taken)} pictures in {FOLDER}\n")


if __name__ == "__main__":
    main()
