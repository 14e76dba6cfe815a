"""A small file system of a test's own, that fills up or turns read-only for real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest


class FileSystem:
    """A tmpfs in a mount namespace, held by a process; `through` starts others inside it.

    Leaving the block lets it go with everything on it.
    """

    def __init__(self, place: Path, *, size_bytes: int) -> None:
        self.place = place
        self._size_bytes = size_bytes
        self._holder: subprocess.Popen[str]

    @property
    def through(self) -> list[str]:
        """The command to start a server through so that it works on this file system."""
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        return ["nsenter", f"--target={self._holder.pid}", "--mount", *user, "--"]

    @property
    def path(self) -> Path:
        """Where a process outside of the namespace finds it."""
        return Path(f"/proc/{self._holder.pid}/root") / self.place.relative_to("/")

    def fill(self, *, room_bytes: int = 0) -> None:
        """Use up all of the room but this much."""
        free = shutil.disk_usage(self.path).free
        with (self.path / "filler").open("ab") as filler:
            filler.write(bytes(max(0, free - room_bytes)))

    def empty(self) -> None:
        """Give the room back."""
        (self.path / "filler").unlink()

    def __enter__(self) -> Self:
        self.place.mkdir(parents=True, exist_ok=True)
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        script = f'mount -t tmpfs -o size={self._size_bytes} tmpfs "$0" && echo ready && cat'
        if sys.platform != "linux" or shutil.which("unshare") is None:
            pytest.skip("only Linux gives a test a file system of its own")
        self._holder = subprocess.Popen(
            ["unshare", "--mount", *user, "sh", "-c", script, str(self.place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            self._end()
            pytest.skip("this machine gives a test no file system of its own")
        return self

    def _end(self) -> None:
        self._holder.communicate()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
