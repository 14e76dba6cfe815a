"""Attempts to sign in as rows: see `taximeter.accounts.attempts.AttemptStore`."""

from sqlalchemy import Connection, delete, func, insert, select

from taximeter.storage.records.account_tables import sign_in_attempts


class AttemptTable:
    """Attempts, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, subject: str, *, at: int) -> None:
        """Keep an attempt, in Unix seconds."""
        self._connection.execute(insert(sign_in_attempts), {"subject": subject, "at": at})

    def count(self, subject: str, *, since: int) -> int:
        """Count the attempts after a moment."""
        found: int = self._connection.execute(
            select(func.count())
            .select_from(sign_in_attempts)
            .where(sign_in_attempts.c.subject == subject, sign_in_attempts.c.at > since)
        ).scalar_one()
        return found

    def forget(self, *, subject: str | None = None, before: int | None = None) -> None:
        """Drop the attempts of a subject, or those of all up to a moment."""
        if subject is not None:
            self._connection.execute(
                delete(sign_in_attempts).where(sign_in_attempts.c.subject == subject)
            )
        if before is not None:
            self._connection.execute(
                delete(sign_in_attempts).where(sign_in_attempts.c.at <= before)
            )
