"""Accounts as rows: see `taximeter.accounts.user.UserStore`."""

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from taximeter.accounts.user import User
from taximeter.storage.records.account_tables import users

_ALL = select(*(column for column in users.c if column.name != "position"))
_GET = _ALL.where(users.c.id == bindparam("the_id"))
_BY_NAME = _ALL.where(users.c.name == bindparam("the_name"))


class UserTable:
    """Accounts, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def add(self, user: User) -> None:
        """Keep a new account; the name must be free."""
        self._connection.execute(insert(users), msgspec.structs.asdict(user))

    def all(self) -> list[User]:
        """Return every account, oldest first."""
        rows = self._connection.execute(_ALL.order_by(users.c.position))
        return [msgspec.convert(row._mapping, User) for row in rows]

    def get(self, id: str) -> User | None:
        """Return the account, or None."""
        row = self._connection.execute(_GET, {"the_id": id}).first()
        return None if row is None else msgspec.convert(row._mapping, User)

    def by_name(self, name: str) -> User | None:
        """Return the account with this name, or None."""
        row = self._connection.execute(_BY_NAME, {"the_name": name}).first()
        return None if row is None else msgspec.convert(row._mapping, User)

    def set_password(self, id: str, password_hash: str) -> None:
        """Keep the hash of a new password."""
        self._connection.execute(
            update(users).where(users.c.id == id).values(password_hash=password_hash)
        )

    def remove(self, id: str) -> None:
        """Drop an account for good."""
        self._connection.execute(delete(users).where(users.c.id == id))
