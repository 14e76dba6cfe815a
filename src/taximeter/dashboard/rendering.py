"""Templates: what each is given, and one block of them where only that is asked for."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
import msgspec

from taximeter import __version__
from taximeter.accounts.user import User
from taximeter.dashboard import format as written
from taximeter.dashboard.access.forgery import FIELD
from taximeter.dashboard.navigation import Entry, Place
from taximeter.dashboard.page import Sent
from taximeter.dashboard.static_files import StaticFiles

_FOLDER = Path(__file__).parent / "templates"


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a page: where one is, who one is, what was just done.

    `url` is the page's own address with its query, and `twin` that of its JSON.
    """

    title: str
    prefix: str = ""
    kind: str = ""
    label: str = ""
    entries: Sequence[Entry] = ()
    places: Sequence[Place] = ()
    user: User | None = None
    open_to_all: bool = False
    theme: str = "auto"
    token: str = ""
    flash: str = ""
    path: str = ""
    query: str = ""
    search: str = ""
    now: int = 0

    def serves(self, label: str) -> bool:
        """Say whether an area is in the navigation, so that pages of it can be linked to."""
        return any(one.label == label for one in self.entries)

    def twin(self, ending: str) -> str:
        """Return the address of the page's data as `json` or `csv`."""
        query = f"?{self.query}" if self.query else ""
        return f"{self.path}.{ending}{query}"


class Templates:
    """The templates, compiled once."""

    def __init__(self, static: StaticFiles) -> None:
        """Escape everything; a name that a template does not know is an error."""
        self._environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {
            "static": static.url,
            "csrf_field": FIELD,
            "version": __version__,
            "iso": written.iso,
            "ago": written.ago,
            "until": written.until,
            "ends_of": written.ends_of,
        }
        self._environment.filters |= {
            "quantity": written.quantity,
            "amount": written.amount,
            "exact_amount": written.exact_amount,
            "change_of": written.change_of,
            "decimal": written.decimal_text,
            "decimal_amount": written.decimal_amount,
            "moment": written.moment,
            "day": written.day,
            "text": lambda raw: bytes(raw).decode(),
        }
        # Blocks are rendered by themselves too, where imports of their template are unknown.
        for name in ("ui", "bill", "deliveries", "alerts"):
            module = self._environment.get_template(f"parts/{name}.html").module
            self._environment.globals[name] = module

    def render(
        self,
        template: str,
        *,
        shell: Shell,
        data: object = None,
        sent: Sent | None = None,
        block: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Render a page, or one block of it where the template has one of that name."""
        found = self._environment.get_template(template)
        given = {
            "shell": shell,
            "data": data,
            "sent": sent or Sent(),
            "blank": Sent(),
            **(more or {}),
        }
        if block is not None and block in found.blocks:
            context = found.new_context(given)
            return "".join(found.blocks[block](context)).encode()
        return found.render(given).encode()
