"""A path that cannot be a data directory is refused in a sentence."""

import os
import shutil
from pathlib import Path

import pytest

from tests.lifecycle.refusal import refusal


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("kept", encoding="utf-8")
    assert refusal(tmp_path / "data") == (
        f"The data directory {tmp_path / 'data'} cannot be used (it is a file). Choose another "
        "with --data, or correct its permissions."
    )
    assert (tmp_path / "data").read_text(encoding="utf-8") == "kept"


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal(tmp_path / "file" / "data")
    assert "cannot be used (Not a directory)" in said


def test_a_directory_without_permission_to_write_is_refused(data: Path) -> None:
    (data / "lock").unlink()
    data.chmod(0o555)
    said = refusal(data, through=_bound_by_permissions())
    data.chmod(0o755)
    assert "cannot be used (Permission denied)" in said


@pytest.mark.parametrize("name", ["usage.duckdb", "records.sqlite3"])
def test_a_store_without_permission_to_write_is_refused(name: str, data: Path) -> None:
    (data / name).chmod(0o444)
    said = refusal(data, through=_bound_by_permissions())
    assert str(data / name) in said
    assert said.endswith(" cannot be written. Correct its permissions.")


def _bound_by_permissions() -> list[str]:
    """What to start a process through so that permissions hold for it: root may write anywhere."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("the tests run as root, and there is no setpriv to take its privilege away")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
