"""What changed between two renderings of an object, as Stripe's `previous_attributes` say it.

Of a hash within the object only what changed is said, as it was before; arrays are whole. What was
not there before is null.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET

Hash = msgspec.Struct | Mapping[str, Any]
"""What becomes a hash in JSON."""

_HASHES = (msgspec.Struct, dict)


def previous_attributes(before: Hash, after: Hash) -> dict[str, Any]:
    """Return what was another before, as it was; nothing where both say the same."""
    previous: dict[str, Any] = {}
    for name, was, now in _fields(before, after):
        if was is now or was == now:
            continue
        if was is UNSET:
            previous[name] = None
        elif isinstance(was, _HASHES) and isinstance(now, _HASHES):
            previous[name] = previous_attributes(was, now)
        else:
            previous[name] = was
    return previous


def _fields(before: Hash, after: Hash) -> Iterable[tuple[str, Any, Any]]:
    """Return the name of each field with its two values, UNSET where it is not there."""
    if isinstance(before, msgspec.Struct) and type(before) is type(after):
        # The case of whole objects, and quick.
        both = msgspec.structs.astuple(before), msgspec.structs.astuple(after)
        return zip(before.__struct_fields__, *both, strict=True)
    old, new = _hash(before), _hash(after)
    return [(name, old.get(name, UNSET), new.get(name, UNSET)) for name in {**old, **new}]


def _hash(of: Hash) -> Mapping[str, Any]:
    return msgspec.structs.asdict(of) if isinstance(of, msgspec.Struct) else of
