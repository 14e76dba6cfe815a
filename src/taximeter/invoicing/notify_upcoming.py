"""The use case of telling of invoices before they are made: many at a time, in one look at the log.

As renewals do it: what is needed is read in one transaction, computed outside of any, and written
in a short one, which leaves alone what has changed meanwhile.
"""

from collections.abc import Collection, Mapping, Sequence

from taximeter.due import Due, by_environment
from taximeter.invoicing.invoice import Invoice, MeteredUsage
from taximeter.invoicing.notice import Notice, NoticeRecords, NoticeUnit, Render, upcoming_notice
from taximeter.invoicing.standing import (
    Standing,
    next_invoice,
    quantities_wanted,
    read_standings,
)
from taximeter.invoicing.usage import UsageKey, read_usage, settled_now
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription
from taximeter.usage.conditions import Barrier
from taximeter.usage.reader import UsageReader


class UpcomingNotices:
    """Tells of the next invoices of subscriptions."""

    def __init__(
        self,
        *,
        records: NoticeRecords,
        reader: UsageReader,
        barrier: Barrier,
        clock: Clock,
        settings: Settings,
        render: Render,
    ) -> None:
        """Use the running parts of one server, and write events in these words."""
        self._records = records
        self._reader = reader
        self._barrier = barrier
        self._clock = clock
        self._settings = settings
        self._render = render

    def run(self, works: Sequence[Due]) -> None:
        """Tell, and drop the work in the same transaction; where no invoice comes, none is told of.

        Work of subscriptions that changed meanwhile stays as it is. Raises LogFailed and
        StorageFailed, and then nothing was written.
        """
        for environment, some in by_environment(works).items():
            self._run(environment, some)

    def _run(self, environment: int, works: Sequence[Due]) -> None:
        ids = [work.subject for work in works]
        with self._records.reading() as unit:
            found = unit.subscriptions.many(environment, ids)
            due = [
                found[work.subject]
                for work in works
                if work.subject in found and self._is_due(found[work.subject], work)
            ]
            standings = read_standings(
                {one.customer for one in due},
                unit=unit,
                environment=environment,
                clock=self._clock,
                settings=self._settings,
            )
        invoices = self._invoices(environment, due, standings)
        with self._records.writing() as unit:
            self._write(unit, environment, works, found, invoices)

    def _is_due(self, subscription: Subscription, work: Due) -> bool:
        notice = upcoming_notice(subscription, settings=self._settings)
        return notice is not None and notice.due_at <= work.due_at

    def _invoices(
        self, environment: int, due: Sequence[Subscription], standings: Mapping[str, Standing]
    ) -> dict[str, Invoice]:
        """Return the next invoice of each subscription that has one."""
        if not due:
            return {}
        as_of_us = settled_now(barrier=self._barrier, clock=self._clock)
        meters = standings[due[0].customer].terms.meters

        def read(keys: Collection[UsageKey]) -> Mapping[UsageKey, MeteredUsage]:
            return read_usage(
                keys,
                environment=environment,
                meters=meters,
                reader=self._reader,
                as_of_us=as_of_us,
            )

        known = dict(read({key for one in standings.values() for key in quantities_wanted(one)}))

        def known_or_read(keys: Collection[UsageKey]) -> Mapping[UsageKey, MeteredUsage]:
            missing = [key for key in keys if key not in known]
            if missing:
                known.update(read(missing))
            return known

        return {
            one.id: invoice
            for one in due
            if (invoice := next_invoice(standings[one.customer], one, known_or_read)) is not None
        }

    def _write(
        self,
        unit: NoticeUnit,
        environment: int,
        works: Sequence[Due],
        found: Mapping[str, Subscription],
        invoices: Mapping[str, Invoice],
    ) -> None:
        works = unit.due.standing(works)
        current = unit.subscriptions.many(environment, [work.subject for work in works])
        notices, over, moved = [], [], []
        for work in works:
            one = current.get(work.subject)
            due = None if one is None else upcoming_notice(one, settings=self._settings)
            if due is None:
                over.append(work)
            elif due.due_at > work.due_at:
                moved.append(due)
            elif one == found.get(work.subject):
                over.append(work)
                if work.subject in invoices:
                    notices.append(Notice(type="invoice.upcoming", about=invoices[work.subject]))
        unit.events.add(self._render(unit, environment, notices))
        unit.due.drop(over)
        unit.due.schedule(moved)
