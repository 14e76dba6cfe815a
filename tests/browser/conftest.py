"""A Chromium and a server for each module of these tests, and a page of its own for each test.

Not for all modules together: while it is open, Playwright keeps an event loop running in the main
thread, where tests elsewhere run theirs; and what one module records is not in another's way.
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.chromium import MISSING, find_chromium, open_chromium
from tests.browser.world import World, fill
from tests.serving import Server
from tests.webhooks.receiver import Receiver


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without one, tests fail in CI and are skipped elsewhere."""
    path = find_chromium()
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with open_chromium(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server in development mode with a little of everything in it."""
    data = tmp_path_factory.mktemp("browser") / "data"
    with Receiver() as receiver, Server(data) as server:
        yield fill(server, receiver)


@pytest.fixture
def page(browser: Browser, world: World) -> Iterator[Page]:
    """A new browser window; whatever a page complains of fails the test."""
    context = browser.new_context(base_url=world.address, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(10_000)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield opened
    context.close()
    # An answer that says no is the page's to show, and no fault of it.
    assert [one for one in complaints if "Failed to load resource" not in one] == []
