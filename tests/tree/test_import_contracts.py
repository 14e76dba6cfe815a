"""Every import contract holds, and breaks when an import that it forbids is planted."""

import os
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.tree.files import ROOT, SOURCE

CONTRACTS: dict[str, Any] = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}


def _module(name: str, package: Path = SOURCE) -> Path | None:
    """The file that holds a dotted name of ours, or None when there is no such module yet."""
    place = package.joinpath(*name.removeprefix("taximeter.").split("."))
    candidates = [place / "__init__.py", place.with_suffix(".py")]
    return next((path for path in candidates if path.is_file()), None)


ROWS = [[name.strip() for name in row.split("|")] for row in CONTRACTS["layers"]["layers"]]

# A contract fails for want of a module that it requires, so nothing planted would prove a thing.
MISSING = [name for row in ROWS for name in row if name[0] != "(" and not _module(name)]


def _layers() -> list[list[str]]:
    """The layers that exist, highest first, each as the modules in it that exist."""
    rows = [[name.strip("()") for name in row] for row in ROWS]
    return [kept for row in rows if (kept := [name for name in row if _module(name)])]


def _plants() -> list[tuple[str, str, str]]:
    """One (contract, module, import) for each layer, domain and rule about storage."""
    layers = _layers()
    plants = [("layers", lower[0], f"taximeter.{upper[0]}") for upper, lower in pairwise(layers)]
    plants += [("layers", row[0], f"taximeter.{row[1]}") for row in layers if len(row) > 1]
    for contract in ("domains", "storage-imports"):
        rule = CONTRACTS[contract]
        pairs = zip(rule["source_modules"], _cycled(rule), strict=False)
        plants += [(contract, source, target) for source, target in pairs if _module(source)]
    importers = [name for row in layers for name in row if name != "app"]
    plants += [("storage-importers", name, "taximeter.storage") for name in importers]
    return plants


def _cycled(rule: dict[str, Any]) -> list[str]:
    """Forbidden modules, as often as the rule has sources, so that each of both has its turn."""
    forbidden: list[str] = rule["forbidden_modules"]
    return forbidden * len(rule["source_modules"])


def _lint(source: Path, *options: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name("lint-imports"))]
    command += ["--config", str(ROOT / "pyproject.toml"), "--no-logo", "--no-cache", *options]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    run = subprocess.run(
        command, cwd=source, env=environment, capture_output=True, check=False, text=True
    )
    return run.returncode, run.stdout + run.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE, tmp_path / "taximeter", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_contract_has_a_plant() -> None:
    assert {contract for contract, _, _ in _plants()} == set(CONTRACTS)


def test_the_package_keeps_every_contract(copy: Path) -> None:
    code, output = _lint(copy)
    assert (code, f"{len(CONTRACTS)} kept, 0 broken" in output) == (0, True), output


@pytest.mark.skipif(bool(MISSING), reason=f"the package lacks {', '.join(MISSING)}")
@pytest.mark.parametrize(("contract", "module", "target"), _plants())
def test_a_planted_import_breaks_its_contract(
    contract: str, module: str, target: str, copy: Path
) -> None:
    path = _module(module, copy / "taximeter")
    assert path is not None
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\nimport {target}\n")
    code, output = _lint(copy, "--contract", contract)
    assert (code, "0 kept, 1 broken" in output) == (1, True), output
