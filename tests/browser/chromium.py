"""Where Chromium is, and how it is started."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "there is no Chromium: install Debian's package chromium, or name a browser with "
    "TAXIMETER_TEST_CHROMIUM"
)


def find_chromium() -> Path | None:
    """The browser that is named, or the first that is installed; None where there is none."""
    named = os.environ.get("TAXIMETER_TEST_CHROMIUM")
    found = (named,) if named else tuple(shutil.which(name) for name in NAMES)
    return next((Path(one) for one in found if one), None)


@contextmanager
def open_chromium(path: Path) -> Iterator[Browser]:
    """A new browser without a screen, with a profile of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
