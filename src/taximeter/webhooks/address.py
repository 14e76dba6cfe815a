"""Where deliveries may go: to the world, and not into the network that the server stands in.

A destination is chosen by whoever holds a key, the connection is made by us. So what only we can
reach is refused, whichever way it is spelled: when the destination is made, as far as its address
tells, and at each connection, once its name has been resolved.
"""

import ipaddress
import re
import socket
from urllib.parse import SplitResult, urlsplit

import msgspec

URL_CHARACTERS_MAX = 2_048
_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_SHARED = ipaddress.ip_network("100.64.0.0/10")
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "fe80::/10",
        "fec0::/10",
        "fd00:ec2::254/128",  # instance metadata
        "100.100.100.200/32",  # instance metadata
        "192.88.99.0/24",
        "64:ff9b:1::/48",
    )
)
"""Never a receiver: unspecified, link-local, ways between protocols, and where clouds tell their
machines secrets."""

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


class UrlRefused(ValueError):
    """Nothing is delivered to an address; the message says why, and what would be taken."""


class AddressRules(msgspec.Struct, frozen=True, kw_only=True):
    """Which addresses that are not the world's are allowed all the same."""

    private: bool = False
    loopback: bool = False

    def allow(self, address: IpAddress) -> bool:
        """Say whether a connection may be made to an address, in whatever form it is written."""
        return all(self._allow(one) for one in _forms(address))

    def _allow(self, address: IpAddress) -> bool:
        if any(address in network for network in _NEVER):
            return False
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            return False
        if address.is_loopback:
            return self.loopback or self.private
        if address.is_reserved:
            return False
        return self.private or (address.is_global and address not in _SHARED)


def _forms(address: IpAddress) -> list[IpAddress]:
    """Return an address and, where it stands for others, those; loopback stands for itself."""
    if isinstance(address, ipaddress.IPv4Address) or address.is_loopback or address.is_unspecified:
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner: list[IpAddress] = [address]
    if address.sixtofour is not None:
        inner.append(address.sixtofour)
    if address.teredo is not None:
        inner += address.teredo
    if address in _NAT64 or address in _COMPATIBLE:
        # These are reserved or not, by the version of the tables; what they lead to decides.
        inner = [ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)]
    return inner


def check_url(url: str, *, rules: AddressRules, https_only: bool) -> SplitResult:
    """Return the parts of an address that may be delivered to. Raises UrlRefused."""
    if len(url) > URL_CHARACTERS_MAX or not _PLAIN.fullmatch(url) or "\\" in url:
        raise UrlRefused(
            f"an address has at most {URL_CHARACTERS_MAX} characters, all of them of plain ASCII; "
            "percent-encode others."
        )
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UrlRefused("it cannot be read; send one such as https://example.com/hook.") from None
    if parts.scheme not in {"http", "https"} or not host or port == 0:
        raise UrlRefused("send an address with http or https and a host.")
    if https_only and parts.scheme != "https":
        raise UrlRefused("in live mode an address must begin with https.")
    if "@" in parts.netloc:
        raise UrlRefused("an address cannot hold a user name or password; leave them out.")
    if "#" in url:
        raise UrlRefused("an address cannot end in a fragment; leave it out.")
    if not _HOST.fullmatch(host):
        raise UrlRefused("the host is no name and no IP address.")
    _check_host(host, rules)
    return parts


def _check_host(host: str, rules: AddressRules) -> None:
    """Refuse what can be refused without asking anybody."""
    literal = literal_address(host)
    if literal is not None:
        if not rules.allow(literal):
            raise UrlRefused(REFUSED)
        return
    name = host.lower().rstrip(".")
    local = "." not in name or any(name == one or name.endswith(f".{one}") for one in _LOCAL_NAMES)
    if not local or rules.private:
        return
    if not (rules.loopback and (name == "localhost" or name.endswith(".localhost"))):
        raise UrlRefused(REFUSED)


REFUSED = (
    "it leads to a private, local or reserved address, and nothing is delivered there. Use a "
    "public address, or have the operator set TAXIMETER_WEBHOOK_PRIVATE_ADDRESSES."
)


def literal_address(host: str) -> IpAddress | None:
    """Return the IP address that a host is, in any spelling that resolvers take, or None."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        # Resolvers take 127.1, 0x7f.1 and 2130706433 for addresses, too.
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ipaddress.AddressValueError):
        return None
