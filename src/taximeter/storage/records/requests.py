"""Idempotent requests as rows: see `taximeter.idempotency.RequestStore`."""

import msgspec
from sqlalchemy import Connection, delete, insert, select

from taximeter.idempotency import StoredRequest
from taximeter.storage.records.tables import idempotent_requests


class RequestTable:
    """Answers that were given under idempotency keys, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work on a connection that is inside a transaction."""
        self._connection = connection

    def get(self, environment: int, key: str) -> StoredRequest | None:
        """Return the answer given under the key, or None."""
        row = self._connection.execute(
            select(idempotent_requests).where(
                idempotent_requests.c.environment == environment, idempotent_requests.c.key == key
            )
        ).first()
        return None if row is None else msgspec.convert(row._mapping, StoredRequest)

    def add(self, request: StoredRequest) -> None:
        """Keep an answer."""
        self._connection.execute(insert(idempotent_requests), msgspec.structs.asdict(request))

    def forget(self, *, created_before: int) -> None:
        """Drop the answers given before a moment, in Unix seconds."""
        self._connection.execute(
            delete(idempotent_requests).where(idempotent_requests.c.created < created_before)
        )
