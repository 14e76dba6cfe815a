"""Connecting to a destination: its name is resolved, every address checked, and one of these used.

What is checked is what is connected to: a name that resolves otherwise a moment later leads nowhere
else. The name is kept for TLS, which proves that its owner answers.
"""

import asyncio
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import SplitResult

from taximeter.webhooks.address import REFUSED, AddressRules, UrlRefused, check_url, literal_address

P = TypeVar("P", bound=asyncio.Protocol)

_PORTS = {"http": 80, "https": 443}
_ADDRESSES_MAX = 4


class AttemptFailed(Exception):
    """Nothing was answered; the message says why, to be read in the log of deliveries."""


class Connector:
    """Opens connections; each host is looked up once at a time, however many wait for it."""

    def __init__(self, *, rules: AddressRules, connect_seconds_max: int) -> None:
        """Prepare; to be used within one event loop."""
        self._rules = rules
        self._seconds_max = connect_seconds_max
        self._tls = ssl.create_default_context()
        self._lookups: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def connect(self, url: str, protocol: Callable[[], P]) -> P:
        """Return the protocol of a new connection. Raises AttemptFailed."""
        try:
            parts = check_url(url, rules=self._rules, https_only=False)
        except UrlRefused as refused:
            raise AttemptFailed(f"Refused: {refused}") from None
        assert parts.hostname is not None, "an address that was checked has a host"
        port = parts.port or _PORTS[parts.scheme]
        try:
            async with asyncio.timeout(self._seconds_max):
                addresses = await self._resolve(parts.hostname, port)
        except TimeoutError:
            raise AttemptFailed(
                f"The host name was not resolved within {self._seconds_max} seconds."
            ) from None
        failure = AttemptFailed("The host name has no address.")
        for address in addresses[:_ADDRESSES_MAX]:
            try:
                return await self._open(parts, address, port, protocol)
            except AttemptFailed as failed:
                failure = failed
        raise failure

    async def _open(
        self, parts: SplitResult, address: str, port: int, protocol: Callable[[], P]
    ) -> P:
        loop = asyncio.get_running_loop()
        secure = parts.scheme == "https"
        try:
            async with asyncio.timeout(self._seconds_max):
                _, opened = await loop.create_connection(
                    protocol,
                    address,
                    port,
                    ssl=self._tls if secure else None,
                    server_hostname=parts.hostname if secure else None,
                )
        except TimeoutError:
            raise AttemptFailed(f"No connection within {self._seconds_max} seconds.") from None
        except ssl.SSLCertVerificationError as error:
            raise AttemptFailed(
                f"The certificate is not trusted: {error.verify_message}."
            ) from None
        except ssl.SSLError as error:
            raise AttemptFailed(f"TLS failed: {error.reason or 'no reason given'}.") from None
        except ConnectionRefusedError:
            raise AttemptFailed("The connection was refused.") from None
        except OSError as error:
            raise AttemptFailed(f"No connection could be made: {_reason(error)}.") from None
        return opened

    async def _resolve(self, host: str, port: int) -> list[str]:
        """Return the addresses of a host, all of which may be connected to."""
        literal = literal_address(host)
        if literal is not None:
            return [str(literal)]
        lookup = self._lookups.get((host, port))
        if lookup is None:
            lookup = self._lookups[host, port] = _look_up(host, port)
            lookup.add_done_callback(lambda _: self._lookups.pop((host, port)))
        try:
            # Shielded: whoever gives up waiting leaves the lookup to the others.
            found = await asyncio.shield(lookup)
        except (OSError, UnicodeError):
            raise AttemptFailed("The host name could not be resolved.") from None
        if not all(self._rules.allow(ipaddress.ip_address(one)) for one in found):
            raise AttemptFailed(f"Refused: {REFUSED}")
        return found


def _look_up(host: str, port: int) -> asyncio.Future[list[str]]:
    """Ask the resolver, on a thread that the end of the program does not wait for."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(found: list[str] | Exception) -> None:
        if answer.done():
            return
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found)

    def ask() -> None:
        found: list[str] | Exception
        try:
            addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys(str(address[0]) for *_, address in addresses))
        except (OSError, UnicodeError) as error:
            found = error
        try:
            loop.call_soon_threadsafe(tell, found)
        except RuntimeError:
            assert loop.is_closed(), "only a loop that is closed takes no calls"

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return answer


def _reason(error: OSError) -> str:
    return error.strerror or type(error).__name__
