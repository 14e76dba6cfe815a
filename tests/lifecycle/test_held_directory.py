"""A data directory is held by one process at a time, and free as soon as that one is gone."""

from pathlib import Path

from tests.lifecycle.refusal import refusal
from tests.serving import Server


def test_a_directory_that_is_served_is_refused_and_its_process_named(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        for _ in range(2):
            assert refusal(tmp_path / "data") == (
                f"The data directory {tmp_path / 'data'} is in use by process "
                f"{server.process.pid}. Stop that process, or serve another directory with --data."
            )
        assert server.client().v1.billing.meters.list().data == []


def test_a_directory_is_free_again_after_a_clean_end(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    assert [server.start().stop() for _ in range(2)] == [0, 0]


def test_a_directory_is_free_again_after_a_kill(tmp_path: Path) -> None:
    server = Server(tmp_path / "data").start()
    server.kill()
    assert server.start().stop() == 0
