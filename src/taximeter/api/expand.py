"""Which properties a request may ask to be expanded."""

from collections.abc import Sequence

from taximeter.errors import InvalidRequest

DEPTH_MAX = 4
NOTHING: frozenset[str] = frozenset()


def check_expand(expand: Sequence[str], allowed: frozenset[str], *, in_list: bool = False) -> None:
    """Refuse what cannot be expanded; on lists the paths begin with `data.`.

    What can be expanded but is null in this version stays null, as Stripe's nulls do.
    Raises InvalidRequest.
    """
    for index, path in enumerate(expand):
        param = f"expand[{index}]"
        if path.count(".") >= DEPTH_MAX:
            raise InvalidRequest(
                f"You cannot expand more than {DEPTH_MAX} levels of a property (got {path}).",
                param=param,
            )
        name = path
        if in_list:
            name = path.removeprefix("data.") if path != "data" else ""
            if path != "data" and name == path:
                raise InvalidRequest(
                    f"This property cannot be expanded ({path}). You may want to try expanding "
                    f"'data.{path}' instead.",
                    param=param,
                )
        if name and name not in allowed:
            raise InvalidRequest(f"This property cannot be expanded ({path}).", param=param)


def expanded(expand: Sequence[str], *, in_list: bool = False) -> frozenset[str]:
    """Return the properties that are expanded, those on the way to deeper ones included."""
    names = set()
    for path in expand:
        parts = path.removeprefix("data.").split(".") if in_list else path.split(".")
        names |= {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return frozenset(names)


def within(names: frozenset[str], property_: str) -> frozenset[str]:
    """Return what is expanded of a property that is itself expanded."""
    prefix = property_ + "."
    return frozenset(name.removeprefix(prefix) for name in names if name.startswith(prefix))
