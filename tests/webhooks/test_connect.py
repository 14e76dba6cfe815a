"""Connections are made to addresses that were checked, and nowhere else."""

import asyncio
import shlex
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.connect import AttemptFailed, Connector
from taximeter.webhooks.exchange import Exchange
from tests.webhooks.receiver import Receiver

NAME = "receiver.example"


class Names:
    """What names resolve to; `asked` is how often that was looked up."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.asked = 0
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, host: str, port: int, **others: Any) -> list[Any]:
        self.asked += 1
        self.answers.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in self.addresses]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    yield names
    names.answers.set()


def exchange() -> Exchange:
    return Exchange(body_bytes_max=100)


def reach(url: str, *, rules: AddressRules | None = None, times: int = 1) -> list[str]:
    """Connect to an address several times at once, and return how each ended."""
    connector = Connector(rules=rules or AddressRules(loopback=True), connect_seconds_max=1)

    async def one() -> str:
        try:
            opened = await connector.connect(url, exchange)
        except AttemptFailed as failed:
            return str(failed)
        opened.close()
        return "connected"

    async def run() -> list[str]:
        return await asyncio.gather(*(one() for _ in range(times)))

    return asyncio.run(run())


def test_a_name_leads_to_the_address_that_was_checked(receiver: Receiver, names: Names) -> None:
    names.addresses = ["127.0.0.1"]
    assert reach(f"http://{NAME}:{receiver.port}/") == ["connected"]
    assert names.asked == 1


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["1.1.1.1", "::ffff:127.0.0.1"]]
)
def test_a_name_of_the_world_that_leads_within_is_refused(
    addresses: list[str], receiver: Receiver, names: Names
) -> None:
    names.addresses = addresses
    (told,) = reach(f"http://{NAME}:{receiver.port}/", rules=AddressRules())
    assert told.startswith("Refused: it leads to a private, local or reserved address")
    assert "127" not in told
    assert receiver.connections == 0


def test_the_next_address_is_tried_when_one_does_not_answer(
    receiver: Receiver, names: Names
) -> None:
    names.addresses = ["127.0.0.2", "127.0.0.1"]
    assert reach(f"http://{NAME}:{receiver.port}/") == ["connected"]


def test_a_resolver_that_does_not_answer_is_asked_once_and_given_up(names: Names) -> None:
    names.answers.clear()
    expected = "The host name was not resolved within 1 seconds."
    assert reach(f"http://{NAME}/", times=3) == [expected] * 3
    assert names.asked == 1


def test_a_name_without_addresses_is_told(names: Names) -> None:
    assert reach(f"http://{NAME}/") == ["The host name has no address."]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for NAME that nobody has signed, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    both = tmp_path / "both.pem"
    made = {name: str(tmp_path / f"{name}.pem") for name in ("key", "certificate")}
    command = (
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={NAME} "
        f"-addext subjectAltName=DNS:{NAME} -keyout {made['key']} -out {made['certificate']}"
    )
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    both.write_bytes(
        (tmp_path / "key.pem").read_bytes() + (tmp_path / "certificate.pem").read_bytes()
    )
    return both


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Receiver(tls=context) as receiver:
        yield receiver


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Receiver, names: Names) -> None:
    names.addresses = ["127.0.0.1"]
    (told,) = reach(f"https://{NAME}:{secure.port}/")
    assert told == "The certificate is not trusted: self-signed certificate."
    assert secure.received() == []


def test_a_certificate_is_checked_against_the_name(
    secure: Receiver, names: Names, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("certificate.pem")))
    names.addresses = ["127.0.0.1"]
    assert reach(f"https://{NAME}:{secure.port}/") == ["connected"]
    (told,) = reach(f"https://other.example:{secure.port}/")
    assert told.startswith("The certificate is not trusted: Hostname mismatch")
