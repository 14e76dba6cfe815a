"""Time zones by their IANA names."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

UTC = "UTC"
NAME_CHARACTERS_MAX = 100
_NOT_IANA = {"Factory", "localtime"}
"""Names that some machines have: what they stand for differs from one machine to the next."""
_NEAR_MAX = 3


@cache
def zone_names() -> frozenset[str]:
    """Return the name of every zone: the machine's, and those of the package tzdata."""
    return frozenset(available_timezones() - _NOT_IANA)


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone of that name, spelled as IANA spells it, or None."""
    return ZoneInfo(name) if name in zone_names() else None


def not_a_zone(name: str) -> str:
    """Say that a name is no zone's, and which it may have meant."""
    near = near_names(name)
    hint = f"Did you mean {' or '.join(near)}?" if near else "Use one such as Europe/Paris."
    return f"'{name}' is not a zone of the IANA database. {hint}"


def near_names(name: str) -> list[str]:
    """Return up to three zones that a name may have meant: by their city, or nearly as spelled."""
    wanted = name[:NAME_CHARACTERS_MAX].casefold().strip().replace(" ", "_")
    names = {one.casefold(): one for one in sorted(zone_names())}
    if wanted in names:
        return [names[wanted]]
    cities = [one for folded, one in names.items() if folded.rpartition("/")[2] == wanted]
    return cities[:_NEAR_MAX] or [
        names[folded] for folded in get_close_matches(wanted, names, n=_NEAR_MAX, cutoff=0.75)
    ]
