"""The bracket codec: `tiers[0][up_to]=5&expand[]=data` to a tree and back.

A tree is a dict from names to strings or further trees. Lists arrive as dicts with the indexes as
keys ("0", "1", …); `name[]` counts up by itself. Which dict is a list is for the reader to know.
"""

import re
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import quote, unquote_to_bytes

Tree: TypeAlias = "dict[str, str | Tree]"

PAIRS_MAX = 1_000
DEPTH_MAX = 6
SHOWN_CHARACTERS_MAX = 100

_BROKEN_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class FormError(ValueError):
    """The bytes are not a form; the message says what they contain that no form may."""


def decode(raw: bytes) -> Tree:
    """Read a form body or a query string.

    Raises FormError for broken percent-encoding, bytes that are not UTF-8, NUL characters, a name
    that is both a value and a group, and forms past PAIRS_MAX pairs or DEPTH_MAX levels.
    """
    tree: Tree = {}
    if not raw:
        return tree
    if raw.count(b"&") >= PAIRS_MAX:
        raise FormError(f"more than {PAIRS_MAX} parameters")
    if b"%" in raw or b"+" in raw:
        for encoded in raw.split(b"&"):
            name, _, value = encoded.partition(b"=")
            _insert(tree, _unquote(name), _unquote(value))
        return tree
    for pair in _text(raw).split("&"):
        plain_name, _, plain_value = pair.partition("=")
        _insert(tree, plain_name, plain_value)
    return tree


def _unquote(raw: bytes) -> str:
    if _BROKEN_PERCENT.search(raw):
        raise FormError("a % that is not followed by two hexadecimal digits; send %25 for %")
    return _text(unquote_to_bytes(raw.replace(b"+", b" ")))


def _text(raw: bytes) -> str:
    if b"\x00" in raw:
        raise FormError("a NUL character")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise FormError("bytes that are not UTF-8") from None


def _insert(tree: Tree, name: str, value: str) -> None:
    if not name:
        return
    path = _path(name)
    node = tree
    for part in path[:-1]:
        child = node.setdefault(part or _next_index(node), {})
        if isinstance(child, str):
            raise FormError(f"{_shown(name)} both as a value and as a group")
        node = child
    key = path[-1] or _next_index(node)
    if isinstance(node.get(key), dict):
        raise FormError(f"{_shown(name)} both as a value and as a group")
    node[key] = value


@lru_cache(maxsize=4_096)
def _path(name: str) -> tuple[str, ...]:
    """Split `a[b][c]` into its parts; a name with other brackets is one part as it stands."""
    if not name.endswith("]"):
        return (name,)
    head, *parts = name[:-1].split("[")
    if not head or "]" in head or not all(part.endswith("]") for part in parts[:-1]):
        return (name,)
    path = (head, *(part[:-1] for part in parts[:-1]), *parts[-1:])
    if any("]" in part for part in path):
        return (name,)
    if len(path) > DEPTH_MAX:
        raise FormError(f"{_shown(name)}, which is nested more than {DEPTH_MAX} levels deep")
    return path


def _next_index(node: Tree) -> str:
    """Return the index that `name[]` stands for: the first free one at or past the length."""
    index = len(node)
    while str(index) in node:
        index += 1
    return str(index)


def _shown(name: str) -> str:
    return f"`{name[:SHOWN_CHARACTERS_MAX]}{'…' * (len(name) > SHOWN_CHARACTERS_MAX)}`"


def encode(tree: Tree, *, prefix: str = "") -> str:
    """Write a tree as a query string, so that `decode(encode(tree)) == tree`."""
    parts = []
    for key, value in tree.items():
        name = f"{prefix}[{quote(key, safe='')}]" if prefix else quote(key, safe="")
        if isinstance(value, str):
            parts.append(f"{name}={quote(value, safe='')}")
        elif value:
            parts.append(encode(value, prefix=name))
    return "&".join(parts)
