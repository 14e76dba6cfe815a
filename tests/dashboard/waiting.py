"""Waiting for what another thread of the server does."""

import time
from collections.abc import Callable
from typing import Any

SECONDS_MAX = 30


def once(look: Callable[[], Any]) -> Any:
    """What is looked for, as soon as there is anything."""
    end = time.monotonic() + SECONDS_MAX
    while not (found := look()):
        assert time.monotonic() < end, "it does not come"
    return found
