"""Meter event sessions as rows: see `taximeter.sessions.SessionStore`."""

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from taximeter.sessions import MeterEventSession
from taximeter.storage.records.tables import meter_event_sessions

_BY_HASH = select(meter_event_sessions).where(
    meter_event_sessions.c.token_hash == bindparam("the_hash")
)


class SessionTable:
    """Meter event sessions, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, session: MeterEventSession) -> None:
        """Keep a new session."""
        self._connection.execute(insert(meter_event_sessions), msgspec.structs.asdict(session))

    def by_token_hash(self, token_hash: str) -> MeterEventSession | None:
        """Return the session whose token has this hash, expired or not, or None."""
        row = self._connection.execute(_BY_HASH, {"the_hash": token_hash}).first()
        return None if row is None else msgspec.convert(row._mapping, MeterEventSession)

    def forget(self, *, expired_by: int) -> None:
        """Drop the sessions that have expired by a moment, in Unix seconds."""
        self._connection.execute(
            delete(meter_event_sessions).where(meter_event_sessions.c.expires_at <= expired_by)
        )
