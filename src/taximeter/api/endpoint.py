"""An endpoint as data: where it lives, what it takes, what it does."""

from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar

import msgspec

from taximeter.api.expand import NOTHING
from taximeter.api.services import Context

P = TypeVar("P", bound=msgspec.Struct)


class Endpoint(msgspec.Struct, Generic[P], frozen=True, kw_only=True):
    """One operation of the API.

    A GET reads in one transaction; a POST or DELETE writes in one, together with the answer kept
    under its idempotency key, unless `keeps_answer` says that it must not be. `expandable` names
    the properties that may be expanded, `changes_directory` marks the operations after which the
    ingest path must look meters and customers up anew, and `changes_clocks` those after which it
    must ask anew what time it is for the customers of test clocks. A POST that `reads_only` changes
    nothing: it reads as a GET does, holds no writer up, and is answered anew each time.
    """

    method: Literal["GET", "POST", "DELETE"]
    path: str
    params: type[P]
    run: Callable[[Context, P], Any]
    expandable: frozenset[str] = NOTHING
    changes_directory: bool = False
    changes_clocks: bool = False
    keeps_answer: bool = True
    reads_only: bool = False
