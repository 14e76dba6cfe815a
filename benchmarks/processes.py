"""What processes use, as Linux tells it: processor time and memory, of one and its children."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep

_PROCESSES = Path("/proc")
_PARENT = 1
_TICKS = slice(11, 15)
"""Places in a `stat` line behind the process's name; of ticks also those of children that ended."""

_WAIT_SECONDS_MAX = 900
_IDLE_SECONDS, _IDLE_SHARE = 0.3, 0.1
"""A process is idle that uses less than this share of a core for so long."""


def cpu_seconds(*pids: int) -> float:
    """Return what processes and their descendants have used of the processor; 0 elsewhere."""
    ticks = sum(int(field) for one in family(*pids) for field in _stat(one)[_TICKS])
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_memory_mb(pid: int) -> float:
    """Return the most memory that a process has held; 0 where the system does not tell."""
    return _kilobytes(_PROCESSES / str(pid) / "status", "VmHWM") / 1_000


def memory_mb(pid: int | str = "self") -> float:
    """Return the memory that a process holds; 0 where the system does not tell."""
    return _kilobytes(_PROCESSES / str(pid) / "status", "VmRSS") / 1_000


def family_memory_mb(*pids: int) -> float:
    """Return what processes and their descendants hold; what they share is counted once."""
    shares = (_kilobytes(_PROCESSES / str(one) / "smaps_rollup", "Pss") for one in family(*pids))
    return sum(shares) / 1_000


def family(*pids: int) -> list[int]:
    """Return processes and their descendants."""
    children: dict[int, list[int]] = {}
    for child, parent in _parents():
        children.setdefault(parent, []).append(child)
    found = list(pids)
    for one in found:
        found += children.get(one, [])
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for folder in _PROCESSES.glob("[0-9]*"):
        stat = _stat(int(folder.name))
        if stat:
            yield int(folder.name), int(stat[_PARENT])


def _stat(pid: int) -> list[str]:
    # A name may hold anything, brackets and blanks too; the last bracket ends it.
    return _read(_PROCESSES / str(pid) / "stat").rpartition(")")[2].split()


def _kilobytes(file: Path, field: str) -> int:
    found = re.search(rf"^{field}:\s*(\d+) kB", _read(file), re.MULTILINE)
    return int(found[1]) if found else 0


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError:  # the process has ended, or this system has no such file
        return ""


def wait_until_idle(*pids: int) -> float:
    """Return when processes hardly use the processor any more, and how long that took."""
    begin = last = perf_counter()
    used = cpu_seconds(*pids)
    while last - begin < _WAIT_SECONDS_MAX:
        sleep(_IDLE_SECONDS)
        now, now_used = perf_counter(), cpu_seconds(*pids)
        if now_used - used < (now - last) * _IDLE_SHARE:
            break
        last, used = now, now_used
    return last - begin
