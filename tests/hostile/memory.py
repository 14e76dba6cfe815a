"""The memory of a process, as the kernel counts it."""

from pathlib import Path

import pytest

MB = 1_000_000


def _status(pid: int, field: str) -> int:
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        pytest.skip("only Linux tells a process's memory in /proc")
    (line,) = (line for line in text.splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


class Peak:
    """How far a process's memory rises above what it is now."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._before = resident_bytes(pid)
        # 5 sets the high-water mark down to what is resident now.
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="utf-8")

    def risen_bytes(self) -> int:
        return _status(self._pid, "VmHWM") - self._before


def resident_bytes(pid: int) -> int:
    return _status(pid, "VmRSS")
