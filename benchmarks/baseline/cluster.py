"""A PostgreSQL of one's own: made in a temporary folder, and gone with the block."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

WANTED = (
    "the baseline needs PostgreSQL (`apt-get install postgresql`, or its programs on the path) and "
    "the project's extra `bench` (`make bench` brings it)"
)
DATABASE = "postgres"
# A dedicated machine's usual tuning; what makes a commit durable stays as it is delivered.
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "5min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "listen_addresses": "",
    "max_connections": "100",
}
# Not the folder for temporary files, which may lie in memory.
_FOLDER = Path("/var/tmp")  # noqa: S108 - the cluster's folder in it has a random name
_SECONDS_MAX = 120


class Cluster(msgspec.Struct, frozen=True):
    """A running cluster; it listens on a socket in its folder, to whoever may enter it."""

    folder: Path
    pid: int

    @property
    def url(self) -> str:
        return f"postgresql://{_owner()}@/{DATABASE}?host={self.folder}"


def programs() -> Path | None:
    """Return the folder of the server's programs, those on the path first, or the newest."""
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    packaged = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(packaged, key=lambda file: float(file.parents[1].name), default=None)
    return None if newest is None else newest.parent


def version() -> str:
    folder = programs()
    assert folder is not None
    said = subprocess.run([folder / "postgres", "--version"], capture_output=True, check=True)
    return said.stdout.decode().strip()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make a cluster, run it, and remove it. PostgreSQL refuses to run as root: a user is found."""
    folder = programs()
    assert folder is not None, WANTED
    with TemporaryDirectory(dir=_FOLDER, prefix="taximeter-baseline-") as scratch:
        data, owner = Path(scratch) / "data", _owner()
        shutil.chown(scratch, owner)

        def control(*arguments: str | Path) -> None:
            subprocess.run(
                [*arguments],
                check=True,
                cwd=scratch,
                stdout=subprocess.DEVNULL,
                timeout=_SECONDS_MAX,
                user=owner if os.geteuid() == 0 else None,
            )

        control(
            *(folder / "initdb", "--pgdata", data, "--username", owner, "--auth", "trust"),
            *("--encoding", "UTF8", "--no-locale"),
        )
        settings = {**_SETTINGS, "unix_socket_directories": scratch}
        with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        pg_ctl = (folder / "pg_ctl", "--pgdata", data, "--wait")
        control(*pg_ctl, "--log", Path(scratch) / "log", "start")
        try:
            pid = int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
            yield Cluster(Path(scratch), pid)
        finally:
            control(*pg_ctl, "--mode", "fast", "stop")


def _owner() -> str:
    """Return who runs the cluster: ourselves, or in root's place the user that the package made."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"
