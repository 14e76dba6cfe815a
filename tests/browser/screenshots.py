"""Pictures of every page in both themes and at two widths.

`make screenshots` runs this. All go to a folder that is not committed, to be looked at; those that
the documentation shows go to it too.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.chromium import MISSING, find_chromium, open_chromium
from tests.browser.world import World, fill
from tests.serving import Server
from tests.tree.files import ROOT
from tests.webhooks.receiver import Receiver

FOLDER = ROOT / ".cache" / "screenshots"
SHOWN = ROOT / "docs" / "images" / "dashboard"
KEPT = (
    "home-dark-wide",
    "meters-light-wide",
    "meters-dark-narrow",
    "meter-by-model-light-wide",
    "meter-by-model-dark-wide",
    "meter-by-model-light-narrow",
    "meter-create-light-wide",
    "invoice-line-light-wide",
    "price-create-dark-wide",
    "customer-light-wide",
    "alert-light-wide",
    "webhook-dark-wide",
)
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
                expect(page.locator(".waits")).to_have_count(0)
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
    for folder in (FOLDER, SHOWN):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        Receiver() as receiver,
        Server(Path(data) / "data") as server,
    ):
        world = fill(server, receiver)
        with open_chromium(path) as browser:
            taken = take(browser, world, FOLDER)
    for name in KEPT:
        shutil.copy(FOLDER / f"{name}.png", SHOWN)
    sys.stdout.write(f"{len(taken)} pictures in {FOLDER}, {len(KEPT)} of them in {SHOWN}\n")


if __name__ == "__main__":
    main()
