"""The guide, from its first command to its last, in one shell, against a server with keys."""

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.markdown import Example, examples, page
from tests.serving import Server
from tests.tree.files import ROOT

GUIDE = ROOT / "docs" / "guide.md"
MARK = "echo '--- next ---'\n"


def run(blocks: list[Example], folder: Path, address: str) -> list[str]:
    """What each block prints; shell variables live from one to the next."""
    script = MARK.join(
        # What a block does not find is for its printed output to show.
        block.code.replace("http://127.0.0.1:4242", address)
        for block in blocks
    )
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-u"],
        cwd=folder,
        input=script,
        capture_output=True,
        check=False,
        text=True,
        env={**os.environ, "PATH": programs},
    )
    return done.stdout.split("--- next ---\n")


def test_every_block_of_the_guide_prints_what_stands_below_it(tmp_path: Path) -> None:
    stopped_at = page("docs/guide.md").index("<!-- the server is stopped -->")
    blocks = examples(GUIDE)
    serving = [block for block in blocks if block.position < stopped_at]
    stopped = [block for block in blocks if block.position > stopped_at]
    with Server(tmp_path / "books", dev=False) as server:
        printed = run(serving, tmp_path, server.address)
    printed += run(stopped, tmp_path, "")
    assert printed == [block.output for block in blocks]
    assert len(blocks) >= 10
