"""The use cases of telling that a trial will end, and that an invoice will be due or is overdue."""

from collections.abc import Sequence

from taximeter.due import Due, by_environment
from taximeter.invoicing.notice import (
    Notice,
    NoticeRecords,
    NoticeUnit,
    Render,
    invoice_notices,
    trial_notice,
)
from taximeter.settings import Settings


class TrialNotices:
    """Tells of trials that will end."""

    def __init__(self, *, records: NoticeRecords, render: Render) -> None:
        """Use the records, and write events in these words."""
        self._records = records
        self._render = render

    def run(self, works: Sequence[Due]) -> None:
        """Tell, and drop the work in the same transaction; a trial that is over needs no word.

        Raises StorageFailed, and then nothing was written.
        """
        for environment, some in by_environment(works).items():
            with self._records.writing() as unit:
                self._tell(unit, environment, some)

    def _tell(self, unit: NoticeUnit, environment: int, works: Sequence[Due]) -> None:
        works = unit.due.standing(works)
        found = unit.subscriptions.many(environment, [work.subject for work in works])
        notices, moved = [], []
        for work in works:
            one = found.get(work.subject)
            due = None if one is None else trial_notice(one)
            if one is None or due is None:
                continue
            if due.due_at > work.due_at:
                moved.append(due)
            else:
                notices.append(Notice(type="customer.subscription.trial_will_end", about=one))
        unit.events.add(self._render(unit, environment, notices))
        unit.due.drop(works)
        unit.due.schedule(moved)


class DueNotices:
    """Tells of invoices that will be due, and of those that nobody has paid in time."""

    def __init__(self, *, records: NoticeRecords, render: Render, settings: Settings) -> None:
        """Use the records, and write events in these words."""
        self._records = records
        self._render = render
        self._settings = settings

    def run(self, works: Sequence[Due]) -> None:
        """Tell, and move or drop the work in the same transaction.

        An invoice that is paid or taken back needs no word. Raises StorageFailed, and then nothing
        was written.
        """
        for environment, some in by_environment(works).items():
            with self._records.writing() as unit:
                self._tell(unit, environment, some)

    def _tell(self, unit: NoticeUnit, environment: int, works: Sequence[Due]) -> None:
        works = unit.due.standing(works)
        found = unit.invoices.many(environment, [work.subject for work in works])
        notices, moved = [], []
        for work in works:
            invoice = found.get(work.subject)
            if invoice is None:
                continue
            to_come = invoice_notices(invoice, settings=self._settings)
            notices += [
                Notice(type=type, about=invoice)
                for type, due in to_come
                if due.due_at == work.due_at
            ]
            moved += [due for _, due in to_come if due.due_at > work.due_at][:1]
        unit.events.add(self._render(unit, environment, notices))
        unit.due.drop(works)
        unit.due.schedule(moved)
