"""What changed between two renderings of an object, as Stripe's `previous_attributes` say it.

Of a hash within the object only what changed is said, as it was before; arrays are whole. What was
not there before is null.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

Hash = msgspec.Struct | Mapping[str, Any]
"""What becomes a hash in JSON."""

_HASHES = (msgspec.Struct, dict)


def previous_attributes(before: Hash, after: Hash) -> dict[str, Any]:
    """Return what was another before, as it was; nothing where both say the same."""
    old, new = _fields(before), _fields(after)
    previous: dict[str, Any] = {}
    for name in old | new:
        was, now = old.get(name, UNSET), new.get(name, UNSET)
        if was is now or was == now:
            continue
        if was is UNSET:
            previous[name] = None
        elif isinstance(was, _HASHES) and isinstance(now, _HASHES):
            previous[name] = previous_attributes(was, now)
        else:
            previous[name] = was
    return previous


def _fields(of: Hash) -> dict[str, Any]:
    if isinstance(of, msgspec.Struct):
        return {name: getattr(of, name) for name in of.__struct_fields__}
    return dict(of)
