"""The commands that people and CI type exist, and CI has none of its own."""

import os
import re
import subprocess

from tests.tree.files import ROOT

TARGETS = {"help", "setup", "demo", "test", "soak", "lint", "bench", "constraints", "clean"}
TARGETS |= {"screenshots"}


def test_ci_runs_make_lint_and_make_test_and_nothing_else() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    lines = [line for line in script.splitlines() if line and not line.startswith("#")]
    assert lines == [
        "set -euo pipefail",
        'cd "$(dirname "${BASH_SOURCE[0]}")/.."',
        "make lint",
        "make test",
    ]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_make_has_every_command_and_none_is_taken_for_a_file() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    commands = set(phony[1].split())
    assert set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE)) == commands
    assert commands >= TARGETS


def test_make_alone_explains_every_command() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MAKEFLAGS"}
    shown = subprocess.run(
        ["make", "--no-print-directory"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    assert set(re.findall(r"^make (\w+)", shown.stdout, re.MULTILINE)) >= TARGETS - {"help"}
