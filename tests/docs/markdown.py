"""The code blocks of a document, with what stands below them as their output."""

import re
from pathlib import Path

import msgspec

from tests.tree.files import ROOT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(msgspec.Struct, frozen=True):
    """A block that can be run, and the text that follows it as what it prints."""

    language: str
    code: str
    output: str
    position: int


def examples(document: Path) -> list[Example]:
    """The `sh` and `python` blocks of a document, in order."""
    blocks = list(_BLOCK.finditer(document.read_text(encoding="utf-8")))
    found = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if block[1] in {"sh", "python"}:
            said = following[2] if following is not None and following[1] == "text" else ""
            found.append(Example(block[1], block[2], said, block.start()))
    return found


def page(name: str) -> str:
    """The text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")
