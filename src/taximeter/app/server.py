"""Everything that a server runs but its sockets."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
import structlog

from taximeter.alerts.alert import Alert, AlertNotification
from taximeter.alerts.evaluator import Evaluator
from taximeter.alerts.money import MoneyConditions
from taximeter.alerts.usage import UsageConditions
from taximeter.api.auth import Authenticator
from taximeter.api.edge import Asgi
from taximeter.api.http import encode
from taximeter.api.request_log import RequestLog
from taximeter.api.services import Services
from taximeter.api.session_auth import SessionAuthenticator
from taximeter.api.snapshots.write import Snapshots
from taximeter.api.wire.alert import triggered_object
from taximeter.api.wire.event import event_body
from taximeter.app.handlers import billing_handlers
from taximeter.app.stores import open_stores
from taximeter.authorizations.check_before_use import CheckBeforeUse
from taximeter.dashboard.front import front
from taximeter.environments import Environment
from taximeter.imports.uploads import Uploads
from taximeter.ingest.accept import Intake, StreamIntake
from taximeter.ingest.directory import Directory
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.log import LogFailed
from taximeter.ingest.writer import Writer
from taximeter.jobs.ended_clocks import EndedClocks
from taximeter.jobs.queue import Queue
from taximeter.jobs.runner import Runner
from taximeter.kit.clock import Clock, SystemClock
from taximeter.meters import Meter
from taximeter.reports.reporter import Reporter
from taximeter.settings import Settings
from taximeter.storage.directory import DataDirectory
from taximeter.storage.duckdb.database import damaged
from taximeter.storage.migrations import StoreUnusable
from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.dispatcher import Dispatcher, build_dispatcher
from taximeter.webhooks.fan_out import FanOut

log = structlog.get_logger()


class App(msgspec.Struct, frozen=True, kw_only=True):
    """A running server, short of its sockets."""

    services: Services
    reporter: Reporter
    runner: Runner
    evaluator: Evaluator
    dispatcher: Dispatcher
    asgi: Asgi


@contextmanager
def open_app(
    data: Path, *, settings: Settings, clock: Clock | None = None, dev: bool = False
) -> Iterator[App]:
    """Open a data directory and run everything but the sockets over it.

    Leaving the block commits what waits and closes the stores. Raises StoreUnusable, SettingError.
    """
    clock = clock or SystemClock()
    with open_stores(data, settings) as stores:
        deduplicator = Deduplicator(log=stores.usage_log, settings=settings)
        writer = Writer(
            log=stores.usage_log, deduplicator=deduplicator, clock=clock, settings=settings
        )
        directory = Directory(
            reading=stores.records.reading, customers_max=settings.customer_cache_entries_max
        )
        authenticator = Authenticator(
            reading=stores.records.reading,
            clock=clock,
            cache_seconds=settings.key_cache_seconds,
            dev=dev,
        )
        webhook_addresses = AddressRules(private=settings.webhook_private_addresses, loopback=dev)
        dispatcher = build_dispatcher(
            records=stores.records,
            render=event_body,
            rules=webhook_addresses,
            clock=clock,
            settings=settings,
        )
        check_before_use = CheckBeforeUse.over(
            records=stores.records,
            reader=stores.reader,
            barrier=writer,
            clock=clock,
            settings=settings,
        )
        services = Services(
            settings=settings,
            clock=clock,
            records=stores.records,
            reader=stores.reader,
            rejections=stores.rejections,
            writer=writer,
            directory=directory,
            intake=Intake(writer=writer, directory=directory, clock=clock, settings=settings),
            stream=StreamIntake(writer=writer, directory=directory, clock=clock, settings=settings),
            authenticator=authenticator,
            sessions=SessionAuthenticator(reading=stores.records.reading, clock=clock),
            requests=RequestLog(authenticator, entries_max=settings.request_log_entries_max),
            uploads=Uploads(
                data / "uploads", writer=writer, directory=directory, clock=clock, settings=settings
            ),
            webhook_addresses=webhook_addresses,
            check_before_use=check_before_use,
        )
        reporter = Reporter(
            records=stores.records, reader=stores.rejections, writer=writer, clock=clock
        )
        runner = Runner(
            queue=Queue(records=stores.records, clock=clock, batch_max=settings.due_batch_max),
            handlers={
                **billing_handlers(services),
                "test_clock": EndedClocks(records=stores.records, customers_gone=directory.forget),
            },
            clock=clock,
        )
        evaluator = Evaluator(
            records=stores.records,
            reader=stores.reader,
            watches=stores.watches,
            conditions=(
                UsageConditions(stores.records),
                MoneyConditions(records=stores.records, clock=clock, settings=settings),
            ),
            log=writer,
            clock=clock,
            settings=settings,
            render=_render_triggered,
        )
        stores.records.finish_with(
            Snapshots(clock).write,
            FanOut(clock=clock, wake=dispatcher.wake),
            check_before_use.limits.watch,
            evaluator.note,
        )
        stores.records.watch_due(runner.expect)
        writer.watch_rows(check_before_use.books.enter)
        writer.watch_commits(evaluator.expect)
        _start(writer.start, data)
        rebuild = threading.Thread(
            target=_rebuild, args=(deduplicator, clock), name="rebuild identifiers"
        )
        rebuild.start()
        try:
            _start(partial(check_before_use.start, stores.usage_log), data)
            _start(reporter.start, data)
            runner.start()
            evaluator.start()
            services.uploads.start()
            dispatcher.start()
            yield App(
                services=services,
                reporter=reporter,
                runner=runner,
                evaluator=evaluator,
                dispatcher=dispatcher,
                asgi=front(services, open_to_all=dev),
            )
        finally:
            services.uploads.close()
            evaluator.close()
            check_before_use.reservations.close()
            runner.close()
            reporter.close()
            dispatcher.close()
            deduplicator.stop()
            rebuild.join()
            writer.close()


def _render_triggered(
    alert: Alert, meter: Meter | None, told: AlertNotification, environment: Environment
) -> str:
    """Write `billing.alert_triggered` as JSON."""
    return encode(triggered_object(alert, meter, told, environment)).decode()


def _start(start: Callable[[], None], data: Path) -> None:
    """Start a part that reads the log; one that cannot be read is damaged. Raises StoreUnusable."""
    try:
        start()
    except LogFailed as failure:
        raise StoreUnusable(damaged(DataDirectory(data).usage, str(failure))) from None


def _rebuild(deduplicator: Deduplicator, clock: Clock) -> None:
    """Fill the identifier filter; until it has, and if it cannot, the log answers instead."""
    try:
        deduplicator.rebuild(now_us=clock.now_us())
    except LogFailed as failure:
        log.error("identifiers could not be read back", error=str(failure))
