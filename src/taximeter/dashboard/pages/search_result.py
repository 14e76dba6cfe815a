"""What a search finds."""

import msgspec


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was found: what it is, its name, and its page."""

    kind: str
    label: str
    detail: str
    url: str
