"""Invoices: a period closed for every customer at once, and previews of the period that runs.

Each customer has a subscription to one graduated price, and a month of stored usage. The close is
timed within the program: first every subscription is renewed, which makes its draft, then, an hour
of the clock later, every draft is finalized, which reads its usage anew. Previews are requests, one
after the other.
"""

import random
from pathlib import Path
from statistics import median
from time import perf_counter, time_ns
from typing import NamedTuple

from benchmarks.aims import Held
from benchmarks.processes import wait_until_idle
from benchmarks.reads import Reader, timed_requests
from benchmarks.scale import Scale
from benchmarks.served import served
from benchmarks.stored import DAYS, copied
from benchmarks.subscribed import subscribe, subscription_id
from benchmarks.table import milliseconds, percentile, print_table, spread, whole
from taximeter.app.server import open_app
from taximeter.app.stores import open_records
from taximeter.environments import TEST, find_environment
from taximeter.invoicing.invoice import InvoiceFilter, InvoiceStatus
from taximeter.kit.clock import MICROSECONDS, SteppingClock
from taximeter.kit.paging import Cursor
from taximeter.kit.periods import DAY_SECONDS, HOUR_SECONDS
from taximeter.settings import Settings

CLOSED_PER_SECOND = 1_000
_PREVIEW_EVERY_SECONDS = 0.05
_PAGE = 1_000
_PREVIEW = "/v1/invoices/create_preview"


class Closed(NamedTuple):
    """How long the two halves of a close took, in seconds."""

    renewed: float
    finalized: float


def run(scale: Scale) -> list[Held]:
    stored = scale.stored_events[0]
    closes = [_close(scale, stored) for _ in range(scale.repeats)]
    rates = [scale.customers / (one.renewed + one.finalized) for one in closes]
    print_table(
        f"{scale.customers:,} invoices over {stored:,} stored events",
        ["what", "invoices/s"],
        [
            ["drafts made", spread([scale.customers / one.renewed for one in closes])],
            ["drafts finalized", spread([scale.customers / one.finalized for one in closes])],
            ["closed: both", spread(rates)],
        ],
    )
    previews = _previews(scale, stored)
    print_table(
        "previews of a running period",
        ["stored events", "p50", "p99", "longest", "previews"],
        [
            [
                f"{stored:,}",
                *(milliseconds(percentile(previews, share)) for share in (0.5, 0.99)),
                milliseconds(max(previews)),
                len(previews),
            ]
        ],
    )
    return [
        Held(
            f"invoices closed, {scale.customers:,} customers, {stored:,} stored events",
            f"{whole(CLOSED_PER_SECOND)}/s",
            f"{whole(median(rates))}/s",
            median(rates) >= CLOSED_PER_SECOND,
        )
    ]


def _close(scale: Scale, stored: int) -> Closed:
    end = time_ns() // 1_000_000_000
    with copied(stored, scale.customers) as data:
        subscribe(data, scale.customers, start=end - DAYS * DAY_SECONDS)
        clock = SteppingClock((end - 1) * MICROSECONDS)
        with open_app(data, settings=Settings(), clock=clock) as app:
            took = []
            for seconds in (1, HOUR_SECONDS):
                app.runner.run_due()
                clock.advance(seconds=seconds)
                begin = perf_counter()
                app.runner.run_due()
                took.append(perf_counter() - begin)
        _check(data, scale.customers)
    return Closed(*took)


def _check(data: Path, customers: int) -> None:
    """Make sure that what was timed is what was to be done."""
    found = 0
    statuses: tuple[InvoiceStatus, ...] = ("open", "paid")
    with open_records(data) as records, records.reading() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        for status in statuses:
            cursor: Cursor | None = Cursor(limit=_PAGE)
            while cursor is not None:
                where = InvoiceFilter(status=status)
                page = unit.invoices.page(environment.id, cursor, where)
                found += len(page.data)
                cursor = None
                if page.has_more:
                    cursor = Cursor(limit=_PAGE, starting_after=page.data[-1].id)
    assert found == customers, f"{found} of {customers} invoices were finalized"


def _previews(scale: Scale, stored: int) -> list[float]:
    start = time_ns() // 1_000_000_000 - DAYS // 2 * DAY_SECONDS
    choices = random.Random(1)

    def subscription() -> dict[str, str]:
        return {"subscription": subscription_id(choices.randrange(scale.customers))}

    with copied(stored, scale.customers) as data:
        subscribe(data, scale.customers, start=start)
        with served(data) as server:
            wait_until_idle(server.pid)
            reader = Reader(server.address)
            took = timed_requests(
                lambda: reader.post(_PREVIEW, subscription()),
                scale.reads,
                every_seconds=_PREVIEW_EVERY_SECONDS,
            )
            reader.close()
    return took
