"""The active hard limits in memory: those that hold for everyone, and those of each customer."""

import threading
from collections import defaultdict
from collections.abc import Sequence

from taximeter.alerts.alert import Alert, AlertStore

Whom = tuple[int, str | None]
"""An environment, and one of its customers or all of them."""


class HardLimits:
    """Reads what has changed since it last looked, once it was told that something has."""

    def __init__(self) -> None:
        """Know of nothing; the first look reads everything."""
        self._lock = threading.Lock()
        self._told = 1
        self._looked = 0
        self._revision = 0
        self._alerts: defaultdict[Whom, dict[str, Alert]] = defaultdict(dict)

    def changed(self) -> None:
        """Look again, the next time; called once a change is committed."""
        with self._lock:
            self._told += 1

    def of(self, environment: int, customer: str, *, store: AlertStore) -> Sequence[Alert]:
        """Return a customer's hard limits, oldest first, and of one second those for everyone.

        `store` must not have been read from before: its transaction then sees every change that
        was told of.
        """
        with self._lock:
            if self._looked != self._told:
                told, revision = self._told, store.revision()
                for alert in store.changed(after=self._revision):
                    self._take(alert)
                self._looked, self._revision = told, revision
            found = [
                alert
                for whom in ((environment, None), (environment, customer))
                for alert in self._alerts.get(whom, {}).values()
            ]
        return sorted(found, key=lambda alert: alert.created)

    def _take(self, alert: Alert) -> None:
        whom = (alert.environment, alert.customer)
        if alert.hard_limit and alert.status == "active":
            self._alerts[whom][alert.id] = alert
        elif whom in self._alerts:
            self._alerts[whom].pop(alert.id, None)
            if not self._alerts[whom]:
                del self._alerts[whom]
