"""API keys: made and shown once, listed, revoked."""

from typing import Annotated

import msgspec

from taximeter.dashboard.page import Change, Done, NoQuery, Page, Revealed, View
from taximeter.dashboard.table import Table
from taximeter.environments import create_key
from taximeter.errors import NotFound


class KeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a key is for, to know it by in the list."""

    name: Annotated[str, msgspec.Meta(max_length=100)] = ""


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is listed: its secret is kept nowhere, `hint` are its last characters."""

    id: str
    name: str
    hint: str
    created: int
    revoked_at: int | None


class KeysData(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of the environment, newest first, and where the API is reached."""

    keys: tuple[KeyRow, ...]
    cache_seconds: int


def read_keys(view: View, query: NoQuery) -> KeysData:
    """Return the keys of the environment."""
    every = view.unit.environments.keys()
    kept = [one for one in every if _is_here(view, one.environment)]
    return KeysData(
        keys=tuple(
            KeyRow(
                id=one.id,
                name=one.name,
                hint=one.hint,
                created=one.created,
                revoked_at=one.revoked_at,
            )
            for one in reversed(kept)
        ),
        cache_seconds=view.services.settings.key_cache_seconds,
    )


def _is_here(view: View, environment: int) -> bool:
    return environment == view.environment.id


def _create(view: View, form: KeyForm) -> Revealed:
    """Make a key. Its secret is in the answer and nowhere else, not even in a cookie."""
    new = create_key(
        store=view.unit.environments,
        environment=view.environment,
        name=form.name,
        now=view.now(),
    )
    return Revealed(values={"id": new.key.id, "secret": new.secret})


def _revoke(view: View, _: NoQuery) -> Done:
    """Close a key of this environment. Raises NotFound."""
    id = view.path_params["id"]
    store = view.unit.environments
    every = store.keys()
    here = any(one.id == id and _is_here(view, one.environment) for one in every)
    if not here or not store.revoke_key(id, revoked_at=view.now()):
        raise NotFound(f"There is no open key {id}.", param="id")
    return Done(
        location=view.url("developers"), message="The key is revoked: it opens nothing any more."
    )


def keys_table(data: KeysData) -> Table:
    """Return the list as a table."""
    return Table(
        name="keys",
        columns=("id", "name", "ends_in", "created", "revoked_at"),
        rows=[
            (
                one.id,
                one.name,
                one.hint,
                str(one.created),
                "" if one.revoked_at is None else str(one.revoked_at),
            )
            for one in data.keys
        ],
    )


PAGE = Page(
    path="developers",
    area="developers",
    query=NoQuery,
    read=read_keys,
    template="keys.html",
    title=lambda _: "API keys",
    table=keys_table,
)

CHANGES = (
    Change(path="developers/keys", form=KeyForm, run=_create, page=PAGE),
    Change(path="developers/keys/{id}/revoke", form=NoQuery, run=_revoke, changes_keys=True),
)
