"""The examples of the README print what stands below them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.markdown import Example, examples
from tests.serving import Server
from tests.tree.files import ROOT

COMMANDS = {"sh": ["bash", "-eu"], "python": [sys.executable, "-W", "error", "-"]}


@pytest.mark.parametrize(
    "example", examples(ROOT / "README.md"), ids=lambda example: str(example.language)
)
def test_an_example_prints_what_stands_below_it(example: Example, tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        run = subprocess.run(
            COMMANDS[example.language],
            input=example.code.replace("http://127.0.0.1:4242", server.address),
            capture_output=True,
            check=False,
            text=True,
        )
    assert (run.stdout, run.stderr) == (example.output, "")


def test_the_readme_has_an_example_for_curl_and_one_for_the_sdk() -> None:
    found = examples(ROOT / "README.md")
    assert [(one.language, bool(one.output)) for one in found] == [("sh", True), ("python", True)]
