"""A file that was sent to a running server, and what became of it."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.imports.tally import Tally
from taximeter.kit.clock import MICROSECONDS

UploadStatus = Literal["waiting", "running", "done", "refused", "failed"]
"""`refused`: the file, or the rest of it, cannot be read; `failed`: we could not go on."""


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """One file of one environment.

    `event_name` is that of rows that have none; `as_new` counts all rows of a changed file, though
    they have no identifiers. `rejected` is the name of the file of rejected rows, if there is one.
    """

    id: str
    environment: Environment
    name: str
    size: int
    created_us: int
    by: str
    event_name: str | None = None
    as_new: bool = False
    status: UploadStatus = "waiting"
    read_bytes: int = 0
    tally: Tally = Tally()
    message: str | None = None
    rejected: str | None = None

    @property
    def created(self) -> int:
        """Return when it was sent, in Unix seconds."""
        return self.created_us // MICROSECONDS

    @property
    def is_under_way(self) -> bool:
        """Say whether there is more to come."""
        return self.status in {"waiting", "running"}
