"""An address that cannot be had, or must not be, is refused in a sentence."""

from pathlib import Path

import click
import pytest

from taximeter.cli.server import bind
from tests.lifecycle.refusal import refusal
from tests.serving import Server


def test_a_port_that_is_served_by_another_is_refused(server: Server, tmp_path: Path) -> None:
    port = server.address.rpartition(":")[2]
    assert refusal(tmp_path / "data", "--port", port) == (
        f"Cannot listen on 127.0.0.1:{port} (Address already in use). Choose another with --port "
        "or --host, or stop the process that holds it."
    )
    assert not (tmp_path / "data").exists()


def test_a_port_is_taken_before_it_is_served() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(click.ClickException, match="Address already in use"):
            bind("127.0.0.1", port)


def test_a_host_that_is_not_of_this_machine_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path / "data", "--host", "192.0.2.1")
    assert said.startswith("Cannot listen on 192.0.2.1:0 (")


def test_a_host_name_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path / "data", "--host", "nowhere.invalid")
    assert said.startswith("Cannot listen on nowhere.invalid:0 (")


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_number_that_is_no_port_is_refused(port: str, tmp_path: Path) -> None:
    said = refusal(tmp_path / "data", "--port", port)
    assert said.startswith(f"Cannot listen on 127.0.0.1:{port} (")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com"])  # noqa: S104 - refused is what is shown
def test_any_key_is_accepted_on_loopback_only(host: str, tmp_path: Path) -> None:
    assert refusal(tmp_path / "data", "--dev", "--host", host) == (
        f"--dev accepts any sk_test_ key and so listens on loopback only, not on {host}. "
        "Leave --dev out and make a key with 'taximeter keys create'."
    )
