"""The type checker is strict, which is proven by errors that only a strict one finds."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.tree.files import ROOT

CLEAN = """
def total(values: list[int]) -> int:
    return sum(values)
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def _check(source: str, folder: Path, cache: Path) -> tuple[int, str]:
    module = folder / "planted.py"
    module.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(cache)]
    command += ["--config-file", str(ROOT / "pyproject.toml"), str(module)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    return run.returncode, run.stdout + run.stderr


def test_a_clean_module_passes(tmp_path: Path, cache: Path) -> None:
    code, output = _check(CLEAN, tmp_path, cache)
    assert (code, "Success" in output) == (0, True), output


@pytest.mark.parametrize(
    ("planted", "message"),
    [
        pytest.param("n: int = 'one'\n", "Incompatible types in assignment", id="wrong-type"),
        pytest.param("def f(x):\n    return x\n", "[no-untyped-def]", id="no-annotations"),
        pytest.param("def f(x: list) -> None: ...\n", "[type-arg]", id="bare-generic"),
        pytest.param("n = 1  # type: ignore\n", "ignore", id="ignore-of-everything"),
        pytest.param(
            "from typing import Literal\n"
            "def f(x: Literal['sum', 'count']) -> None:\n"
            "    match x:\n"
            "        case 'sum':\n"
            "            pass\n",
            "[exhaustive-match]",
            id="forgotten-case",
        ),
    ],
)
def test_a_planted_error_fails(planted: str, message: str, tmp_path: Path, cache: Path) -> None:
    code, output = _check(CLEAN + planted, tmp_path, cache)
    assert code == 1, output
    assert message in output
