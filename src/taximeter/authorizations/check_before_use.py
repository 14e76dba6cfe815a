"""The running parts of check before use, put together and started in their order."""

from contextlib import AbstractContextManager
from typing import Protocol, Self

import msgspec

from taximeter.authorizations import limits, reserve
from taximeter.authorizations.authorize import Authorizer
from taximeter.authorizations.books import Books
from taximeter.authorizations.limits import LimitDirectory
from taximeter.authorizations.recover import recover
from taximeter.authorizations.reserve import Reservations
from taximeter.ingest.log import UsageLog
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader


class Unit(limits.Reading, reserve.Unit, Protocol):
    """The stores that check before use touches, within one transaction."""


class Records(Protocol):
    """Opens transactions over the records."""

    def reading(self) -> AbstractContextManager[Unit]:
        """Open a transaction that only reads."""
        ...

    def writing(self) -> AbstractContextManager[Unit]:
        """Open a transaction that commits at the end of the block, and not at all on an error."""
        ...


class CheckBeforeUse(msgspec.Struct, frozen=True, kw_only=True):
    """What answers questions, what reserves, and what both rest on."""

    records: Records
    clock: Clock
    books: Books
    limits: LimitDirectory
    authorizer: Authorizer
    reservations: Reservations

    @classmethod
    def over(
        cls,
        *,
        records: Records,
        reader: UsageReader,
        barrier: Barrier,
        clock: Clock,
        settings: Settings,
    ) -> Self:
        """Put the parts together over the stores of a server; nothing runs before `start`."""
        books = Books(clock=clock, totals_max=settings.live_totals_max)
        directory = LimitDirectory(reading=records.reading, clock=clock, settings=settings)
        authorizer = Authorizer(
            books=books,
            limits=directory,
            reader=reader,
            barrier=barrier,
            clock=clock,
            settings=settings,
        )
        return cls(
            records=records,
            clock=clock,
            books=books,
            limits=directory,
            authorizer=authorizer,
            reservations=Reservations(
                records=records,
                books=books,
                authorizer=authorizer,
                clock=clock,
                settings=settings,
            ),
        )

    def start(self, log: UsageLog) -> None:
        """Hold what was held when the last run ended, then take requests.

        The writer must not have taken anything yet. Raises LogFailed, StorageFailed.
        """
        recover(records=self.records, log=log, books=self.books, clock=self.clock)
        self.reservations.start()
