"""Pages of the dashboard over what is stored: how long a browser waits for each, at rest."""

import http.client
from http import HTTPStatus
from urllib.parse import urlsplit

from benchmarks.aims import Held
from benchmarks.processes import wait_until_idle
from benchmarks.reads import timed_requests
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import METER, copied
from benchmarks.table import milliseconds, percentile, print_table

METER_SECONDS_MAX, PAGE_SECONDS_MAX = 0.150, 0.300
_EVERY_SECONDS = 0.2
_SHARE = 10
_METER_PAGE = f"/test/meters/{METER}"
_PAGES = {
    "home": "/test",
    "meters": "/test/meters",
    "a meter, 30 days by day": _METER_PAGE,
    "its customers": f"{_METER_PAGE}/customers",
    "its feed": f"{_METER_PAGE}/feed",
    "events": "/test/events",
    "customers": "/test/customers",
    "invoices": "/test/invoices",
}


def run(scale: Scale) -> list[Held]:
    stored = scale.stored_events[-1]
    took: dict[str, list[float]] = {}
    with copied(stored, scale.customers) as data, served(data) as server:
        wait_until_idle(server.pid)
        for path in _PAGES.values():
            took[path] = _timed(server.address, path, max(3, scale.reads // _SHARE))
    print_table(
        f"pages over {stored:,} stored events",
        ["page", "p50", "p99", "longest", "reads"],
        [
            [
                name,
                *(milliseconds(percentile(took[path], share)) for share in (0.5, 0.99)),
                milliseconds(max(took[path])),
                len(took[path]),
            ]
            for name, path in _PAGES.items()
        ],
    )
    meter = percentile(took[_METER_PAGE], 0.5)
    slowest = max(percentile(some, 0.5) for some in took.values())
    return [
        Held(
            f"a meter's page at {stored:,} stored events",
            f"< {milliseconds(METER_SECONDS_MAX)}",
            milliseconds(meter),
            meter < METER_SECONDS_MAX,
        ),
        Held(
            "any page",
            f"< {milliseconds(PAGE_SECONDS_MAX)}",
            milliseconds(slowest),
            slowest < PAGE_SECONDS_MAX,
        ),
    ]


def _timed(address: str, path: str, times: int) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc)

    def ask() -> None:
        connection.request("GET", path, headers={"Accept": "text/html"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"

    took = timed_requests(ask, times, every_seconds=_EVERY_SECONDS)
    connection.close()
    return took
