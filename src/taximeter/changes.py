"""What one transaction has changed of the records, before and after: what events are made of.

The stores note every change themselves, so that nothing can be written without its event. What
happened to one record within a transaction is one change: from as it stood before the transaction
to as it stands at its end.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

ChangedKind = Literal[
    "alert",
    "credit_balance_transaction",
    "credit_grant",
    "customer",
    "invoice",
    "invoice_item",
    "meter",
    "price",
    "product",
    "subscription",
    "test_clock",
]


class Cause(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The request that a transaction answers; what happens by itself has none."""

    request_id: str
    idempotency_key: str | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record before and after; None before it was made, and after it is gone."""

    kind: ChangedKind
    id: str
    environment: int
    before: msgspec.Struct | None
    after: msgspec.Struct | None


class Changes:
    """The changes of one transaction, in the order in which each record was first touched."""

    def __init__(self) -> None:
        """Begin with none."""
        self._noted: dict[tuple[ChangedKind, int, str], Change] = {}

    def note(self, change: Change) -> None:
        """Note a change; what was noted of the record before is continued."""
        key = (change.kind, change.environment, change.id)
        earlier = self._noted.get(key)
        if earlier is not None:
            change = msgspec.structs.replace(change, before=earlier.before)
        self._noted[key] = change

    def all(self) -> Sequence[Change]:
        """Return what has changed; what was made and dropped again, or is as before, has not."""
        return [one for one in self._noted.values() if one.before != one.after]
