"""Environments and keys as rows: see `taximeter.environments.EnvironmentStore`."""

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from taximeter.environments import ApiKey, Environment
from taximeter.storage.records.tables import api_keys, environments

_KEYS = select(*(column for column in api_keys.c if column.name != "position"))
_BY_HASH = _KEYS.where(api_keys.c.hash == bindparam("the_hash"), api_keys.c.revoked_at.is_(None))


class EnvironmentTable:
    """Environments and keys, within the transaction of one connection."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def environments(self) -> list[Environment]:
        """Return all environments, oldest first."""
        rows = self._connection.execute(select(environments).order_by(environments.c.id))
        return [msgspec.convert(row._mapping, Environment) for row in rows]

    def add_environment(self, name: str) -> Environment:
        """Add a sandbox; the name must be free."""
        result = self._connection.execute(insert(environments), {"name": name, "livemode": False})
        (id,) = result.inserted_primary_key or (0,)
        return Environment(id=id, name=name, livemode=False)

    def add_key(self, key: ApiKey) -> None:
        """Keep a new key."""
        self._connection.execute(insert(api_keys), msgspec.structs.asdict(key))

    def keys(self) -> list[ApiKey]:
        """Return all keys, revoked ones included, oldest first."""
        rows = self._connection.execute(_KEYS.order_by(api_keys.c.position))
        return [msgspec.convert(row._mapping, ApiKey) for row in rows]

    def key_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the unrevoked key with this hash, or None."""
        row = self._connection.execute(_BY_HASH, {"the_hash": key_hash}).first()
        return None if row is None else msgspec.convert(row._mapping, ApiKey)

    def revoke_key(self, id: str, *, revoked_at: int) -> bool:
        """Close a key for good; False where no open key has this id."""
        result = self._connection.execute(
            update(api_keys)
            .where(api_keys.c.id == id, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=revoked_at)
        )
        return result.rowcount > 0
