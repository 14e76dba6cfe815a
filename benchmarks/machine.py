"""What a figure depends on beside the code: the machine, the versions, the date, the command."""

import os
import platform
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import taximeter

PACKAGES = (
    "duckdb",
    "pyarrow",
    "numpy",
    "xxhash",
    "msgspec",
    "uvicorn",
    "uvloop",
    "httptools",
    "SQLAlchemy",
)


def describe(*more_packages: str) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in (*PACKAGES, *more_packages))
    machine = (
        f"{_processor()}, {os.cpu_count()} cores, {_memory_gb():.0f} GB of memory, "
        f"{platform.system()} {platform.release()}"
    )
    load = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    return "\n".join(
        [
            f"- machine: {machine}; load before the run {load}",
            f"- code: Taximeter {taximeter.__version__}, commit {_commit()}",
            f"- versions: Python {platform.python_version()}, {packages}",
            f"- command: `{shlex.join(['python', '-m', 'benchmarks', *sys.argv[1:]])}`",
            f"- date: {datetime.now(UTC):%Y-%m-%d}",
        ]
    )


def _commit() -> str:
    """Return the commit that is measured; a plus where files differ from it."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"],  # noqa: S607 - whichever git there is
            cwd=Path(__file__).parent,
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return described.stdout.strip()


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        found = re.search(r"model name\s*: (.+)", information.read_text(encoding="utf-8"))
        if found:
            return found[1]
    return platform.processor() or platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
