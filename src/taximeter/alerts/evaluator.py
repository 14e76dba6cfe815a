"""The thread that evaluates alerts: every row of the log once, in bulk, soon after its commit.

It goes through the log in stretches. In each, totals that are watched are brought up to date by the
engine; only where one could have come to a threshold are rows looked at one by one. What fires is
written together with how far the evaluation has got, so that a crash leaves both undone or both
done; while nothing fires, that is written now and then, and after a crash the rows since are gone
through again.

Nothing is read while no alert is active.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import structlog

from taximeter.alerts import notify
from taximeter.alerts.alert import Alert, AlertNotification
from taximeter.alerts.begin import begin
from taximeter.alerts.concerning import customers_of, merged
from taximeter.alerts.fold import fold
from taximeter.alerts.judge import judge
from taximeter.alerts.manage import CURSOR
from taximeter.alerts.noted import Changed, Noted
from taximeter.alerts.notify import Render
from taximeter.alerts.stores import Log, Records
from taximeter.alerts.watches import (
    Candidate,
    Condition,
    Conditions,
    Crossing,
    Quantity,
    Touch,
    Watches,
)
from taximeter.changes import Change
from taximeter.kit.clock import Clock
from taximeter.settings import Settings
from taximeter.usage.reader import UsageReader

log = structlog.get_logger()

_CURSOR_ROWS = 1_000_000
"""After so many rows in which nothing fired, it is written how far the evaluation has got."""

_TOLD_AT_ONCE = 1_000
"""How many notifications are written in one transaction."""

_RETRY_SECONDS = 5.0


class Evaluator:
    """Fires each alert at exactly the row with which it comes to its threshold, once."""

    def __init__(
        self,
        *,
        records: Records,
        reader: UsageReader,
        watches: Watches,
        conditions: Sequence[Conditions],
        log: Log,
        clock: Clock,
        settings: Settings,
        render: Render,
    ) -> None:
        """Prepare; nothing runs before `start`."""
        self._records = records
        self._reader = reader
        self._watches = watches
        self._conditions = conditions
        self._log = log
        self._clock = clock
        self._settings = settings
        self._render = render
        self._alerts: dict[str, Alert] = {}
        self._revision = 0
        self._cursor = 0
        self._stored = 0
        self._noted = Noted(self._wake)
        self._concerned: Mapping[int, Collection[str]] = {}
        self._changed = threading.Condition()
        self._woken = True
        self._closing = False
        self._evaluating = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="evaluate alerts", daemon=True)

    def start(self) -> None:
        """Take up where the last run ended."""
        self._thread.start()

    def close(self) -> None:
        """Stop; what was not evaluated is after the next start."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def expect(self) -> None:
        """Note that the log has grown; called by the writer's thread after each commit."""
        if self._alerts:
            self._wake()

    def note(self, unit: Changed) -> None:
        """Look at what a transaction changes; once it is committed, that is read anew."""
        self._noted.note(unit)

    def _wake(self) -> None:
        with self._changed:
            self._woken = True
            self._changed.notify()

    def evaluate(self) -> Sequence[AlertNotification]:
        """Go through all that is in the log, and return what was told; blocks on storage."""
        told: list[AlertNotification] = []
        with self._evaluating:
            self._take_up_changes()
            while self._alerts and self._cursor < self._log.head_seq:
                told += self._step()
                self._take_up_changes()
            told += self._judge()
        return told

    def _take_up_changes(self) -> None:
        """Follow the alerts that are active now, and read anew whom the records concern."""
        with self._noted.taken() as noted:
            if noted or not self._revision:
                self._read(noted)

    def _read(self, noted: Sequence[Change]) -> None:
        with self._records.reading() as unit:
            revision = unit.alerts.revision()
            changed: Sequence[Alert] = ()
            if revision != self._revision:
                changed = unit.alerts.changed(after=self._revision)
            self._stored = unit.cursors.get(CURSOR)
        concerned = customers_of(noted)
        for environment, customers in concerned.items():
            self._watches.forget(environment=environment, customers=customers)
        if changed:
            self._take_up(changed)
        elif any(change.kind == "price" for change in noted):
            self._follow()
        active = [alert for alert in changed if alert.status == "active"]
        at_once = [one for some in self._conditions for one in some.at_once(active)]
        self._concerned = merged([*self._concerned.items(), *concerned.items(), *at_once])
        self._revision = revision

    def _judge(self) -> Sequence[AlertNotification]:
        """Judge whom changes concerned as they stand after the last row, whatever moved them."""
        if not self._concerned:
            return ()
        judged = judge(
            self._concerned,
            self._conditions,
            reader=self._reader,
            seq=self._cursor,
            now_us=self._log.cut(now_us=self._clock.now_us()),
        )
        told = [one for some in judged for one in self._tell(some, self._cursor)]
        # Rows from before a change are never gone through again as if it had been there already.
        told += self._tell((), self._cursor, keep=self._cursor != self._stored)
        self._concerned = {}
        return told

    def _follow(self) -> None:
        alerts = list(self._alerts.values())
        self._watches.follow([one for some in self._conditions for one in some.follow(alerts)])
        self._noted.kinds = frozenset(kind for some in self._conditions for kind in some.kinds)

    def _take_up(self, changed: Sequence[Alert]) -> None:
        begins = [alert.after_seq for alert in changed if alert.status == "active"]
        if not self._revision:
            # Goes on from the last run, but not through what none of them looks at.
            self._cursor = max(self._stored, min(begins, default=0))
        elif begins:
            first = min(begins)
            self._cursor = min(self._cursor, first) if self._alerts else first
        for alert in changed:
            self._alerts.pop(alert.id, None)
            if alert.status == "active":
                self._alerts[alert.id] = alert
        self._follow()
        concerned: dict[tuple[int, str | None], set[str | None]] = defaultdict(set)
        for alert in changed:
            meter = None if alert.usage_threshold is None else alert.usage_threshold.meter
            concerned[alert.environment, meter].add(alert.customer)
        for (environment, meter), customers in concerned.items():
            named = {one for one in customers if one is not None}
            self._watches.forget(
                environment=environment,
                customers=None if None in customers else named,
                meter=meter,
            )

    def _step(self) -> Sequence[AlertNotification]:
        """Go through one stretch of the log."""
        after = self._cursor
        until = min(self._log.head_seq, after + self._settings.alert_rows_max)
        touches = self._watches.open(after=after, until=until)
        while touches:
            self._watches.put(begin(self._of(touches), reader=self._reader, seq=after))
            seen, touches = set(touches), self._watches.unfollowed()
            assert seen.isdisjoint(touches), "each touch has a condition that holds its moment"
        groups: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self._watches.advance():
            groups[candidate.watch.key].append(candidate)
        conditions = {one.key: one for one in self._of([_touch(one[0]) for one in groups.values()])}
        stale = [
            key
            for key, some in groups.items()
            if key not in conditions
            or [one.watch.quantity for one in some] != list(conditions[key].quantities)
        ]
        if stale:
            # The records have changed meanwhile; the stretch is gone through again.
            self._forget([groups[key][0].watch.quantity for key in stale])
            return ()
        folded = [
            fold(conditions[key], some, reader=self._reader, until=until)
            for key, some in groups.items()
        ]
        told = self._tell([crossing for one in folded for crossing in one.crossings], until)
        self._watches.put([watch for one in folded for watch in one.watches])
        self._cursor = until
        return told

    def _of(self, touches: Sequence[Touch]) -> list[Condition]:
        return [condition for some in self._conditions for condition in some.of(touches)]

    def _forget(self, quantities: Sequence[Quantity]) -> None:
        for one in quantities:
            self._watches.forget(environment=one.series.meter.environment, customers={one.customer})

    def _tell(
        self, crossings: Sequence[Crossing], until: int, *, keep: bool = False
    ) -> list[AlertNotification]:
        """Write what has fired, a part at a time, and with the last how far this has got."""
        told: list[AlertNotification] = []
        crossings = sorted(crossings, key=lambda one: (one.row.seq, one.alert, one.customer))
        if not (crossings or keep) and until < self._stored + _CURSOR_ROWS:
            return told
        starts = range(0, max(1, len(crossings)), _TOLD_AT_ONCE)
        for start in starts:
            with self._records.writing() as unit:
                told += notify.notify(
                    unit,
                    crossings[start : start + _TOLD_AT_ONCE],
                    created_us=self._clock.now_us(),
                    render=self._render,
                )
                # An alert that has become active since looks at rows from further back.
                if start == starts[-1] and unit.alerts.revision() == self._revision:
                    unit.cursors.set(CURSOR, until)
                    self._stored = until
        return told

    def _run(self) -> None:
        while self._wait_until_woken():
            try:
                self.evaluate()
            except Exception:
                log.exception("alerts could not be evaluated; trying again")
                self._wake()
                self._pause(_RETRY_SECONDS)
            else:
                self._pause(self._settings.alert_interval_ms / 1_000)

    def _wait_until_woken(self) -> bool:
        """Wait until there is something to do; False when this is to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._woken or self._closing)
            self._woken = False
            return not self._closing

    def _pause(self, seconds: float) -> None:
        """Leave the stores alone for a moment: what comes meanwhile is done together."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing, timeout=seconds)


def _touch(candidate: Candidate) -> Touch:
    """Return a touch that leads to a candidate's condition again."""
    quantity = candidate.watch.quantity
    return Touch(
        series=quantity.series,
        customer=quantity.customer,
        moment_us=quantity.start_us,
        received_at_us=quantity.start_us,
    )
