"""Deliveries go to the world, and not into the network that the server stands in."""

import ipaddress

import pytest

from taximeter.webhooks.address import REFUSED, AddressRules, UrlRefused, check_url

WORLD = AddressRules()
DEV = AddressRules(loopback=True)
PRIVATE = AddressRules(private=True)

PUBLIC = ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"]
INSIDE = [
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "100.127.255.254",
    "fd12:3456::1",
    "::ffff:10.0.0.1",
    "2002:0a00:0001::1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::192.168.1.1",
]
NEVER = [
    "0.0.0.0",  # noqa: S104 - nobody listens on it
    "0.1.2.3",
    "169.254.169.254",
    "169.254.0.1",
    "100.100.100.200",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "fd00:ec2::254",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "2002:a9fe:a9fe::1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "::169.254.169.254",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_addresses_of_the_world_are_allowed(address: str) -> None:
    assert WORLD.allow(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [*LOOPBACK, *INSIDE, *NEVER])
def test_addresses_within_are_refused(address: str) -> None:
    assert not WORLD.allow(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [*PUBLIC, *LOOPBACK])
def test_development_allows_loopback(address: str) -> None:
    assert DEV.allow(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [*INSIDE, *NEVER])
def test_development_allows_nothing_else_within(address: str) -> None:
    assert not DEV.allow(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", [*PUBLIC, *LOOPBACK, *INSIDE])
def test_the_setting_allows_private_addresses(address: str) -> None:
    assert PRIVATE.allow(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", NEVER)
def test_the_setting_allows_neither_link_local_nor_metadata(address: str) -> None:
    assert not PRIVATE.allow(ipaddress.ip_address(address))


LOCAL_URLS = [
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://2130706433/",
    "http://127.0.0.1./",
    "http://[::1]/",
    "http://[::ffff:7f00:1]/",
    "http://localhost:8080/hook",
    "http://LOCALHOST/",
    "http://a.localhost/",
    "http://localhost./",
    "http://receiver/",
    "http://db.internal/",
    "http://printer.local/",
    "http://router.home.arpa/",
    "https://10.1.2.3:8443/hook?a=b",
    "http://169.254.169.254/latest/meta-data/",
]


@pytest.mark.parametrize("url", LOCAL_URLS)
def test_an_address_within_is_refused_however_it_is_spelled(url: str) -> None:
    with pytest.raises(UrlRefused) as caught:
        check_url(url, rules=WORLD, https_only=False)
    assert str(caught.value) == REFUSED


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "example.com/hook",
        "//example.com/hook",
        "http://",
        "http:///hook",
        "http://user@example.com/",
        "http://user:password@example.com/",
        "http://@example.com/",
        "http://example.com:0/",
        "http://example.com:65536/",
        "http://example.com:port/",
        "http://example.com\\@10.0.0.1/",
        "http://exam ple.com/",
        "http://example.com/\r\nHost: inside",
        "http://example.com/\x00",
        "http://bücher.example/",
        "http://exa%6dple.com/",
        "http://[fe80::1%25eth0]/",
        "http://[::1/",
        "http://[example.com]/",
        "http://example.com/#fragment",
        "http://example.com/" + "a" * 2_048,
        "",
    ],
)
def test_what_is_no_plain_address_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url, rules=AddressRules(private=True, loopback=True), https_only=False)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hook?a=b%20c&d=~",
        "https://example.com:8443/",
        "https://xn--bcher-kva.example/",
        "https://my_receiver.example.com/",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]:8443/hook",
    ],
)
def test_a_plain_address_of_the_world_is_taken(url: str) -> None:
    assert check_url(url, rules=WORLD, https_only=True).geturl() == url


def test_live_mode_takes_https_only() -> None:
    with pytest.raises(UrlRefused, match="https"):
        check_url("http://example.com/", rules=WORLD, https_only=True)


def test_names_within_are_taken_where_their_addresses_are_allowed() -> None:
    check_url("http://localhost:8080/", rules=DEV, https_only=False)
    check_url("http://receiver:8080/", rules=PRIVATE, https_only=False)
    with pytest.raises(UrlRefused):
        check_url("http://receiver:8080/", rules=DEV, https_only=False)
