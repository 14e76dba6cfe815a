"""What a page is, and what a change is: data that the site serves.

A page reads: a query struct in, a data struct out. The same data is its HTML, its JSON twin
(`.json`) and, where it has a table, its CSV (`.csv`). A change is a form: a form struct in, an
outcome out, and the page it stands on again where something in it is wrong.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from taximeter.accounts.user import User
from taximeter.api.services import Context
from taximeter.dashboard.table import Table
from taximeter.dashboard.visit import Fields
from taximeter.imports.receiving import Received

Query = TypeVar("Query", bound=msgspec.Struct)
Form = TypeVar("Form", bound=msgspec.Struct)
Data = TypeVar("Data", bound=msgspec.Struct)


class NoQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of a page that asks nothing."""


class View(Context, frozen=True, kw_only=True):
    """What a page or a change is handed: the running parts, a transaction, where and for whom.

    `prefix` is the environment's part of the address, such as `/test`, and `origin` how this
    server is reached: `http://127.0.0.1:4242`. `file` is what a form sent.
    """

    user: User
    prefix: str
    origin: str
    file: Received | None = None

    def url(self, path: str) -> str:
        """Return the address of a page of the same environment, such as `meters/mtr_1`."""
        return f"{self.prefix}/{path}"


class Page(msgspec.Struct, Generic[Query, Data], frozen=True, kw_only=True):
    """A page of an environment: where it lives, what it asks, how it is read and shown.

    `path` follows the environment, with names in braces for what varies: `meters/{id}`. `area` is
    the entry of the navigation that it belongs to. A template's blocks can be asked for by
    themselves: a request of htmx for the target `list` is answered with `{% block list %}`.
    """

    path: str
    area: str
    query: type[Query]
    read: Callable[[View, Query], Data]
    template: str
    title: Callable[[Data], str]
    table: Callable[[Data], Table] | None = None
    for_admins: bool = False


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """A file to take away; `read` raises NotFound where there is none."""

    path: str
    read: Callable[[View], "File"]


class File(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file lies, and what it is called once it is taken away."""

    path: Path
    name: str
    content_type: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A change was made: where to go on, and what to say there."""

    location: str
    message: str = ""


class Revealed(msgspec.Struct, frozen=True, kw_only=True):
    """A change was made whose outcome is shown once, by the answer itself, and kept nowhere."""

    values: Mapping[str, str]


class Change(msgspec.Struct, Generic[Form], frozen=True, kw_only=True):
    """A POST, in one writing transaction; only an admin may make it.

    `page` is what shows the form, with messages beside its fields, where something is wrong.
    `fields` leads from the API's names of parameters to the form's, for the errors that the use
    cases raise.
    """

    path: str
    form: type[Form]
    run: Callable[[View, Form], Done | Revealed]
    page: Page[Any, Any] | None = None
    fields: Mapping[str, str] = {}
    changes_directory: bool = False
    changes_keys: bool = False
    takes_file: bool = False


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A form as it was sent, and what is wrong with it, by field; `""` for the whole."""

    values: Fields = {}
    errors: Mapping[str, str] = {}
    fresh: bool = True

    def value(self, name: str, default: str = "") -> str:
        """Return what a field holds."""
        return next(iter(self.values.get(name, ())), default)

    def error(self, name: str) -> str | None:
        """Return what is wrong with a field, or None."""
        return self.errors.get(name)
