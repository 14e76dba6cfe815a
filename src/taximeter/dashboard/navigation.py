"""The areas of the dashboard, and the environments between which one switches."""

from collections.abc import Iterable, Sequence

import msgspec

from taximeter.environments import Environment


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the navigation; `key` follows `g` on the keyboard."""

    name: str
    label: str
    path: str
    key: str


AREAS = (
    Area(name="home", label="Home", path="", key="h"),
    Area(name="meters", label="Meters", path="meters", key="m"),
    Area(name="events", label="Events", path="events", key="e"),
    Area(name="customers", label="Customers", path="customers", key="c"),
    Area(name="catalog", label="Catalog", path="catalog", key="p"),
    Area(name="invoices", label="Invoices", path="invoices", key="i"),
    Area(name="alerts", label="Alerts", path="alerts", key="a"),
    Area(name="developers", label="Developers", path="developers", key="d"),
)
"""All that there are to be; one is shown once its page is in the route table."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An area as the navigation shows it."""

    label: str
    url: str
    key: str
    current: bool


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An environment as the switch shows it."""

    label: str
    url: str
    kind: str
    current: bool


def prefix_of(environment: Environment) -> str:
    """Return how an environment's addresses begin: `/live`, `/test` or `/sandbox-3`."""
    if environment.id <= 2:
        return f"/{environment.name}"
    return f"/sandbox-{environment.id}"


def kind_of(environment: Environment) -> str:
    """Return which of the three kinds an environment is, by which it is coloured."""
    return environment.name if environment.id <= 2 else "sandbox"


def label_of(environment: Environment) -> str:
    """Return an environment's name for people."""
    return environment.name.capitalize() if environment.id <= 2 else environment.name


def entries(*, prefix: str, area: str, served: Iterable[str]) -> list[Entry]:
    """Return the areas that are served, the present one marked."""
    paths = set(served)
    return [
        Entry(
            label=one.label,
            url=f"{prefix}/{one.path}".rstrip("/"),
            key=one.key,
            current=one.name == area,
        )
        for one in AREAS
        if one.path in paths
    ]


def places(environments: Sequence[Environment], present: Environment, path: str) -> list[Place]:
    """Return the environments, each with the address of the same area in it."""
    return [
        Place(
            label=label_of(one),
            url=f"{prefix_of(one)}/{path}".rstrip("/"),
            kind=kind_of(one),
            current=one.id == present.id,
        )
        for one in sorted(environments, key=lambda one: (one.id > 2, one.id))
    ]
