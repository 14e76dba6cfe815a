"""Sending a file through the form, and waiting until it has been imported."""

import time
from typing import Any

import httpx2

from tests.dashboard.visitor import Visitor

FORM = "/test/events/uploads"
SECONDS_MAX = 60


def send(
    visitor: Visitor, content: bytes, *, name: str = "usage.csv", token: str = "", **fields: str
) -> httpx2.Response:
    """Send the form as a browser does: its fields, then its file."""
    sent = {"csrf_token": token or visitor.token(FORM), **fields}
    return visitor.http.post(FORM, data=sent, files={"file": (name, content, "text/csv")})


def imported(visitor: Visitor, content: bytes, **sent: str) -> dict[str, Any]:
    """Send a file, and wait for its end."""
    answer = send(visitor, content, **sent)
    assert answer.status_code == 303, answer.text
    return ended(visitor, answer.headers["location"])


def ended(visitor: Visitor, path: str) -> dict[str, Any]:
    """Return the data of an upload's page once there is no more to come."""
    end = time.monotonic() + SECONDS_MAX
    while True:
        data: dict[str, Any] = visitor.get(f"{path}.json").json()
        if data["upload"]["status"] not in {"waiting", "running"}:
            return data
        assert time.monotonic() < end, "the upload does not end"


def outcome(data: dict[str, Any]) -> tuple[str, int, int, int]:
    """What became of it: its status, and how many rows were recorded, known, rejected."""
    tally = data["upload"]["tally"]
    rejected = sum(one["count"] for one in tally["reasons"].values())
    return data["upload"]["status"], tally["recorded"], tally["duplicates"], rejected
