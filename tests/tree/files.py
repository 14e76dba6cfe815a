"""The files of this repository, as the tests beside this one read them."""

import ast
import gc
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "taximeter"

# What a tree without git (an unpacked archive) holds beside the project's own files.
_MADE = {".cache", ".git", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".venv"}
_MADE |= {"__pycache__", "dist", "node_modules"}


@cache
def repository_files() -> tuple[Path, ...]:
    """Every file that is tracked, or would be by `git add .`."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    if listing.returncode == 0:
        paths = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:
        paths = [path for path in ROOT.rglob("*") if _MADE.isdisjoint(path.parts)]
    files = tuple(sorted(path for path in paths if path.is_file()))
    assert ROOT / "pyproject.toml" in files
    return files


def python_files(folder: Path) -> list[Path]:
    """The Python modules below `folder`, which must have some."""
    files = [
        path for path in repository_files() if path.suffix == ".py" and path.is_relative_to(folder)
    ]
    assert files, f"no Python files below {folder}"
    return files


def name_of(path: Path) -> str:
    """A file's path as a finding prints it."""
    return path.relative_to(ROOT).as_posix()


def parse(path: Path) -> ast.Module:
    """The syntax tree of one module.

    CPython 3.11 counts the depth of trees in one place for all: a collection of garbage that runs
    meanwhile, and in it a finalizer that builds a tree too, ends both with a SystemError.
    """
    gc.disable()
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    finally:
        gc.enable()


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method in a module, nested ones included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
