"""Sessions and links as rows: see `taximeter.accounts.sign_in.SignInStore`."""

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select

from taximeter.accounts.sign_in import BrowserSession, SignInLink
from taximeter.storage.records.account_tables import browser_sessions, sign_in_links

_SESSION = select(browser_sessions).where(browser_sessions.c.secret_hash == bindparam("the_hash"))
_LINK = select(sign_in_links).where(sign_in_links.c.secret_hash == bindparam("the_hash"))


class SignInTable:
    """Sessions and links, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add_session(self, session: BrowserSession) -> None:
        """Keep a new session."""
        self._connection.execute(insert(browser_sessions), msgspec.structs.asdict(session))

    def session(self, secret_hash: str) -> BrowserSession | None:
        """Return the session, expired or not, or None."""
        row = self._connection.execute(_SESSION, {"the_hash": secret_hash}).first()
        return None if row is None else msgspec.convert(row._mapping, BrowserSession)

    def end_sessions(self, *, secret_hash: str | None = None, user: str | None = None) -> None:
        """Drop one session, or all of a user's sessions and links."""
        if secret_hash is not None:
            self._connection.execute(
                delete(browser_sessions).where(browser_sessions.c.secret_hash == secret_hash)
            )
        if user is not None:
            for table in (browser_sessions, sign_in_links):
                self._connection.execute(delete(table).where(table.c.user == user))

    def add_link(self, link: SignInLink) -> None:
        """Keep a new link."""
        self._connection.execute(insert(sign_in_links), msgspec.structs.asdict(link))

    def link(self, secret_hash: str, *, take: bool) -> SignInLink | None:
        """Return the link, expired or not, or None; `take` drops it."""
        row = self._connection.execute(_LINK, {"the_hash": secret_hash}).first()
        if take:
            self._connection.execute(
                delete(sign_in_links).where(sign_in_links.c.secret_hash == secret_hash)
            )
        return None if row is None else msgspec.convert(row._mapping, SignInLink)

    def forget(self, *, expired_by: int) -> None:
        """Drop the sessions and links that have expired by a moment, in Unix seconds."""
        for table in (browser_sessions, sign_in_links):
            self._connection.execute(delete(table).where(table.c.expires_at <= expired_by))
