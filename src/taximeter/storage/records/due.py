"""Due work as rows: see `taximeter.due.DueQueue`."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from taximeter.due import KINDS, Due
from taximeter.storage.records.billing_tables import due

_COLUMNS = tuple(getattr(due.c, field) for field in Due.__struct_fields__)
_THIS = (due.c.kind == bindparam("the_kind"), due.c.subject == bindparam("the_subject"))
_THIS_MOMENT = (*_THIS, due.c.due_at == bindparam("at"))
_DELETE = delete(due).where(*_THIS)
_LEASE = update(due).where(*_THIS).values(leased_until=bindparam("until"))
_STILL_LEASED = select(due.c.kind, due.c.subject, due.c.due_at).where(
    due.c.kind.in_(bindparam("kinds", expanding=True)),
    due.c.subject.in_(bindparam("subjects", expanding=True)),
    due.c.leased_until > 0,
)
_FAIL = (
    update(due)
    .where(*_THIS_MOMENT)
    .values(leased_until=bindparam("until"), error=bindparam("why"), failures=due.c.failures + 1)
)
_RECLAIM = update(due).where(due.c.leased_until > 0).values(leased_until=0)
_FIRST_FREE = (
    select(due.c.due_at)
    .where(due.c.test_clock.is_(None), due.c.leased_until == 0)
    .order_by(due.c.due_at)
    .limit(1)
)
# Not restricted to a clock, or the engine would read all work of one by the index of clocks.
_LEASED = select(due.c.test_clock, due.c.due_at, due.c.leased_until).where(due.c.leased_until > 0)
_SUBJECTS_AT_ONCE = 1_000


class DueTable:
    """Due work, within the transaction of one connection.

    `wakes_at` is the first moment of what was scheduled off any test clock, for whoever waits.
    """

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection
        self.wakes_at: int | None = None

    def schedule(self, work: Sequence[Due]) -> None:
        """Keep work, in place of what stands for the same kind and subject."""
        latest = {(one.kind, one.subject): one for one in work}.values()
        if not latest:
            return
        self.drop(tuple(latest))
        self._connection.execute(
            insert(due),
            [{**msgspec.structs.asdict(one), "leased_until": 0, "failures": 0} for one in latest],
        )
        moments = [one.due_at for one in latest if one.test_clock is None]
        if self.wakes_at is not None:
            moments.append(self.wakes_at)
        self.wakes_at = min(moments, default=None)

    def drop(self, work: Sequence[Due]) -> None:
        """Forget the work of these kinds and subjects."""
        if work:
            self._connection.execute(_DELETE, [_named(one) for one in work])

    def next_at(self, *, test_clock: str | None) -> int | None:
        """Return when the first work of a clock can be taken, or None."""
        if test_clock is not None:
            first: int | None = self._connection.execute(
                select(func.min(due.c.due_at)).where(due.c.test_clock == test_clock)
            ).scalar()
            return first
        moments = [
            max(due_at, leased_until)
            for clock, due_at, leased_until in self._connection.execute(_LEASED)
            if clock is None
        ]
        free: int | None = self._connection.execute(_FIRST_FREE).scalar()
        return min(moments if free is None else [*moments, free], default=None)

    def lease(
        self, *, until: int, test_clock: str | None, now: int, leased_until: int, limit: int
    ) -> Sequence[Due]:
        """Take work of one clock due up to `until`: of its earliest moment, of the first kind."""
        free = select(*_COLUMNS).where(due.c.test_clock == test_clock, due.c.leased_until <= now)
        first = self._connection.execute(
            free.with_only_columns(due.c.due_at)
            .where(due.c.due_at <= until)
            .order_by(due.c.due_at)
            .limit(1)
        ).scalar()
        for kind in KINDS if first is not None else ():
            rows = self._connection.execute(
                free.where(due.c.due_at == first, due.c.kind == kind)
                .order_by(due.c.subject)
                .limit(limit)
            ).all()
            if rows:
                works = [msgspec.convert(row._mapping, Due) for row in rows]
                self._connection.execute(_LEASE, [_named(one, until=leased_until) for one in works])
                return works
        return ()

    def standing(self, work: Sequence[Due]) -> Sequence[Due]:
        """Return what stands as it was leased, neither dropped nor scheduled anew."""
        found: set[tuple[Any, ...]] = set()
        for start in range(0, len(work), _SUBJECTS_AT_ONCE):
            some = work[start : start + _SUBJECTS_AT_ONCE]
            parameters = {
                "kinds": list({one.kind for one in some}),
                "subjects": [one.subject for one in some],
            }
            found.update(map(tuple, self._connection.execute(_STILL_LEASED, parameters)))
        return [one for one in work if (one.kind, one.subject, one.due_at) in found]

    def fail(self, work: Due, *, error: str, retry_at: int) -> None:
        """Note why work failed; it is not taken again before a real moment."""
        self._connection.execute(_FAIL, _named(work, at=work.due_at, until=retry_at, why=error))

    def reclaim(self) -> None:
        """End every lease: for a loop that starts, when nobody else runs."""
        self._connection.execute(_RECLAIM)


def _named(work: Due, **others: Any) -> dict[str, Any]:
    return {"the_kind": work.kind, "the_subject": work.subject, **others}
