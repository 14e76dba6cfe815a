"""The bracket codec: `tiers[0][up_to]=5&expand[]=data` to a tree and back.

A tree is a dict from names to strings or further trees. Lists arrive as dicts with the indexes as
keys ("0", "1", …); `name[]` counts up by itself. Which dict is a list is for the reader to know.
"""

import re
from typing import TypeAlias
from urllib.parse import quote, unquote_to_bytes

Tree: TypeAlias = "dict[str, str | Tree]"

PAIRS_MAX = 1_000
DEPTH_MAX = 6

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_BROKEN_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class FormError(ValueError):
    """The bytes are not a form; the message says what is wrong with them."""


def decode(raw: bytes) -> Tree:
    """Read a form body or a query string.

    Raises FormError for broken percent-encoding, bytes that are not UTF-8, NUL characters, a name
    that is both a value and a group, and forms past PAIRS_MAX pairs or DEPTH_MAX levels.
    """
    tree: Tree = {}
    if not raw:
        return tree
    pairs = raw.split(b"&")
    if len(pairs) > PAIRS_MAX:
        raise FormError(f"more than {PAIRS_MAX} parameters")
    for pair in pairs:
        if pair:
            name, _, value = pair.partition(b"=")
            _insert(tree, _unquote(name), _unquote(value))
    return tree


def _unquote(raw: bytes) -> str:
    if b"+" in raw:
        raw = raw.replace(b"+", b" ")
    if b"%" in raw:
        if _BROKEN_PERCENT.search(raw):
            raise FormError("a % that is not followed by two hexadecimal digits; send %25 for %")
        raw = unquote_to_bytes(raw)
    if b"\x00" in raw:
        raise FormError("a NUL character")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise FormError("bytes that are not UTF-8") from None


def _insert(tree: Tree, name: str, value: str) -> None:
    if "[" not in name:
        _put(tree, name, name, value)
        return
    match = _NAME.fullmatch(name)
    if match is None:
        _put(tree, name, name, value)
        return
    path = [match[1], *match[2][1:-1].split("][")]
    if len(path) > DEPTH_MAX:
        raise FormError(f"`{name}` is nested more than {DEPTH_MAX} levels deep")
    node = tree
    for part in path[:-1]:
        child = node.setdefault(part or str(len(node)), {})
        if isinstance(child, str):
            raise FormError(f"`{name}` is used both as a value and as a group")
        node = child
    _put(node, path[-1] or str(len(node)), name, value)


def _put(node: Tree, key: str, name: str, value: str) -> None:
    if isinstance(node.get(key), dict):
        raise FormError(f"`{name}` is used both as a value and as a group")
    node[key] = value


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
