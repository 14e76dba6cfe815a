"""The records' database: opening it, bringing it up to date, and units of work."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DatabaseError, OperationalError

from taximeter.changes import Cause, Changes
from taximeter.errors import StorageFailed
from taximeter.storage.migrations import Applied, Migration, StoreUnusable, migrate
from taximeter.storage.records.alerts import AlertNotificationTable, AlertTable
from taximeter.storage.records.attempts import AttemptTable
from taximeter.storage.records.credit_grants import CreditGrantTable
from taximeter.storage.records.credit_ledger import CreditLedgerTable
from taximeter.storage.records.cursors import CursorTable
from taximeter.storage.records.customers import CustomerTable
from taximeter.storage.records.deliveries import DeliveryTable
from taximeter.storage.records.due import DueTable
from taximeter.storage.records.environments import EnvironmentTable
from taximeter.storage.records.event_destinations import EventDestinationTable
from taximeter.storage.records.events import EventTable
from taximeter.storage.records.invoice_items import InvoiceItemTable
from taximeter.storage.records.invoices import InvoiceTable
from taximeter.storage.records.meters import MeterTable
from taximeter.storage.records.migrations import MIGRATIONS
from taximeter.storage.records.prices import PriceTable
from taximeter.storage.records.products import ProductTable
from taximeter.storage.records.requests import RequestTable
from taximeter.storage.records.reservations import ReservationTable
from taximeter.storage.records.sessions import SessionTable
from taximeter.storage.records.sign_ins import SignInTable
from taximeter.storage.records.subscriptions import SubscriptionTable
from taximeter.storage.records.tables import meters, schema_migrations
from taximeter.storage.records.test_clocks import TestClockTable
from taximeter.storage.records.users import UserTable

log = structlog.get_logger()


class Unit:
    """One transaction over the records, seen through the stores of the domains."""

    def __init__(
        self, connection: Connection, *, cause: Cause | None = None, writes: bool = False
    ) -> None:
        """Work on a connection that is inside a transaction, begun by a request or by itself."""
        self.cause = cause
        self.changes = Changes()
        noted = self.changes if writes else None
        self._afterwards: list[Callable[[], None]] = []
        self.environments = EnvironmentTable(connection)
        self.meters = MeterTable(connection, noted)
        self.customers = CustomerTable(connection, noted)
        self.invoices = InvoiceTable(connection, noted)
        self.invoice_items = InvoiceItemTable(connection, noted)
        self.products = ProductTable(connection, noted)
        self.prices = PriceTable(connection, noted)
        self.alerts = AlertTable(connection, noted)
        self.alert_notifications = AlertNotificationTable(connection)
        self.requests = RequestTable(connection)
        self.reservations = ReservationTable(connection)
        self.sessions = SessionTable(connection)
        self.events = EventTable(connection)
        self.event_destinations = EventDestinationTable(connection)
        self.deliveries = DeliveryTable(connection)
        self.cursors = CursorTable(connection)
        self.subscriptions = SubscriptionTable(connection, noted)
        self.credit_grants = CreditGrantTable(connection, noted)
        self.credit_ledger = CreditLedgerTable(connection, noted)
        self.test_clocks = TestClockTable(connection, noted, customers=self.customers)
        self.due = DueTable(connection)
        self.users = UserTable(connection)
        self.sign_ins = SignInTable(connection)
        self.attempts = AttemptTable(connection)

    def then(self, call: Callable[[], None]) -> None:
        """Have something called once this transaction is committed, by the thread that did."""
        self._afterwards.append(call)

    def committed(self) -> None:
        """Call what waited for the commit."""
        for call in self._afterwards:
            call()

    def wakes_at(self) -> int | None:
        """Return when whoever does due work has to look at what was changed, or None."""
        return 0 if self.test_clocks.advances else self.due.wakes_at


class RecordsDatabase:
    """The open records, read by many threads and written by one at a time."""

    def __init__(self, engine: Engine) -> None:
        """Wrap an engine whose schema is up to date."""
        self._engine = engine
        self._writing = threading.Lock()
        self._notice: Callable[[int], None] | None = None
        self._finish: Sequence[Callable[[Unit], None]] = ()

    @classmethod
    def open_sqlite(cls, path: Path) -> "RecordsDatabase":
        """Open a SQLite file, creating it where it is missing, and bring its schema up to date.

        Raises StoreUnusable when the file is damaged or newer than this program.
        """
        engine = create_engine(
            f"sqlite:///{path}",
            connect_args={"check_same_thread": False},
            hide_parameters=True,  # errors are logged, and what customers sent is not
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        try:
            with engine.connect() as connection:
                check = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
            if check != "ok":
                raise StoreUnusable(_damaged(path, str(check)))
            migrate(_SqlLedger(engine), MIGRATIONS, store=f"records file {path}")
        except DatabaseError as error:
            engine.dispose()
            raise StoreUnusable(_damaged(path, str(error.orig))) from None
        except StoreUnusable:
            engine.dispose()
            raise
        return cls(engine)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """Open a transaction that only reads. Raises StorageFailed."""
        with _answered("read"), self._engine.connect() as connection:
            yield Unit(connection)

    @contextmanager
    def writing(self, *, cause: Cause | None = None) -> Iterator[Unit]:
        """Open a transaction that writes; it commits at the end, and not at all on an error.

        `cause` is the request that is answered. Raises StorageFailed, and then nothing was written.
        """
        with _answered("written"), self._writing, self._engine.connect() as connection:
            connection = connection.execution_options(taximeter_writes=True)
            with connection.begin():
                unit = Unit(connection, cause=cause, writes=True)
                yield unit
                for finish in self._finish:
                    finish(unit)
        unit.committed()
        wakes_at = unit.wakes_at()
        if wakes_at is not None and self._notice is not None:
            self._notice(wakes_at)

    def watch_due(self, notice: Callable[[int], None]) -> None:
        """Have the first moment of the work that a commit schedules told, by its thread."""
        self._notice = notice

    def finish_with(self, *finish: Callable[[Unit], None]) -> None:
        """Have these called, in their order, at the end of each transaction that writes.

        What they write is committed with the rest; an error undoes all of it.
        """
        self._finish = finish

    def holds_meters(self) -> bool:
        """Say whether any meter was ever made; without one there is no usage."""
        with self._engine.connect() as connection:
            return connection.execute(select(meters.c.id).limit(1)).first() is not None

    def integrity_errors(self) -> list[str]:
        """Return what SQLite finds wrong with the file; nothing when it is whole."""
        with self._engine.connect() as connection:
            rows = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return [str(row) for row in rows if row != "ok"]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _answered(what: str) -> Iterator[None]:
    """Turn what a disk does, full or failing, into an answer; other errors are our own bugs."""
    try:
        yield
    except OperationalError as error:
        log.error("records failed", could_not_be=what, error=str(error.orig))
        raise StorageFailed(
            f"The records could not be {what}; the server's log says why. Send the request again."
        ) from error


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout = 10000",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("taximeter_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _damaged(path: Path, reason: str) -> str:
    in_a_line = " ".join(reason.split())
    return (
        f"The records file {path} is damaged ({in_a_line}). Restore the data directory from a "
        "backup, or move it away to start with an empty one."
    )


class _SqlLedger:
    """The migrations that the records have had."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(taximeter_writes=True)

    def applied(self) -> Sequence[Applied]:
        with self._engine.begin() as connection:
            schema_migrations.create(connection, checkfirst=True)
            rows = connection.execute(
                select(schema_migrations.c.number, schema_migrations.c.checksum)
            ).all()
        return [Applied(*row) for row in rows]

    def apply(self, migration: Migration) -> None:
        sqlite = self._engine.dialect.name == "sqlite"
        id = "INTEGER PRIMARY KEY" if sqlite else "SERIAL PRIMARY KEY"
        with self._engine.begin() as connection:
            for statement in migration.statements:
                connection.exec_driver_sql(statement.replace("{id}", id))
            connection.execute(
                schema_migrations.insert(),
                {
                    "number": migration.number,
                    "name": migration.name,
                    "checksum": migration.checksum,
                },
            )
