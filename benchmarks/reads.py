"""Reading over HTTP, one request after the other, and how long each took."""

import http.client
from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import perf_counter, sleep
from urllib.parse import urlencode, urlsplit

from benchmarks.generator.session import API_VERSION
from benchmarks.served import KEY
from benchmarks.stored import METER

LATE_TIMES_MAX = 4


class Reader:
    """One kept-alive connection to a server."""

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc)
        self._headers = {"Authorization": f"Bearer {KEY}", "Stripe-Version": API_VERSION}

    def get(self, path: str) -> bytes:
        """Return the body of a 200; anything else ends the benchmark."""
        return self._answer("GET", path, None, self._headers)

    def post(self, path: str, form: Mapping[str, str]) -> bytes:
        """Return the body of a 200; anything else ends the benchmark."""
        headers = {**self._headers, "Content-Type": "application/x-www-form-urlencoded"}
        return self._answer("POST", path, urlencode(form), headers)

    def timed(self, ask: Callable[[], str], times: int, *, every_seconds: float) -> list[float]:
        """Read at even intervals; see `timed_requests`."""
        return timed_requests(lambda: self.get(ask()), times, every_seconds=every_seconds)

    def _answer(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> bytes:
        self._connection.request(method, path, body=body, headers=dict(headers))
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == HTTPStatus.OK, f"{path}: {answer.status} {content.decode()}"
        return content

    def close(self) -> None:
        self._connection.close()


def timed_requests(
    request: Callable[[], object], times: int, *, every_seconds: float
) -> list[float]:
    """Request at even intervals; one that had to wait for the one before it counts the wait.

    It gives up on the rest where requests take several times as long as there is between them.
    """
    request()
    took, due = list[float](), perf_counter()
    end = due + times * every_seconds * LATE_TIMES_MAX
    while len(took) < times and perf_counter() < end:
        sleep(max(0.0, due - perf_counter()))
        request()
        took.append(perf_counter() - due)
        due += every_seconds
    return took


def summaries_path(customer: str, start: int, end: int, window: str | None = None) -> str:
    """Return where a customer's totals between two moments, in seconds, are read."""
    asked = {"customer": customer, "start_time": start, "end_time": end, "limit": 100}
    if window is not None:
        asked["value_grouping_window"] = window
    return f"/v1/billing/meters/{METER}/event_summaries?{urlencode(asked)}"
