"""Nothing committed names a machine, a package registry's host, or a secret.

Each needle is put together from pieces, or is a pattern that does not match itself, so that this
file passes its own test.
"""

import re

import pytest

from tests.tree.files import name_of, repository_files

REGISTRY_HOSTS = [
    "pypi" + ".org",
    "pypi" + ".python.org",
    "files.python" + "hosted.org",
    "npm" + "js.com",
    "npm" + "js.org",
    "yarn" + "pkg.com",
    "deb.debian" + ".org",
    "archive.ubuntu" + ".com",
    "crates" + ".io",
]
FORBIDDEN = {
    "a registry's host": re.compile("|".join(map(re.escape, REGISTRY_HOSTS)), re.IGNORECASE),
    "a machine's path": re.compile(r"(?<![\w.:/-])/(?:work|root|Users|home/[a-z]\w*)/\w"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY"),
    "a live key": re.compile(r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    "a signing secret": re.compile(r"\bwhsec_[0-9A-Za-z+/]{28,}"),
    "a cloud's or a forge's token": re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[0-9A-Za-z]{36})"),
}


def findings(text: str) -> list[str]:
    """What is forbidden in a text, by the name of the rule."""
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]


def test_no_file_names_a_machine_a_registry_or_a_secret() -> None:
    found = {}
    for path in repository_files():
        content = path.read_bytes()
        if b"\0" not in content:
            found[name_of(path)] = findings(content.decode("utf-8", errors="replace"))
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("planted", "name"),
    [
        ("see https://" + REGISTRY_HOSTS[0] + "/simple", "a registry's host"),
        ("open('/" + "root/taximeter/x')", "a machine's path"),
        ("cd /" + "home/ada/taximeter", "a machine's path"),
        ("-----BEGIN RSA " + "PRIVATE KEY-----", "a private key"),
        ("key = 'sk_" + "live_" + "51H" + "a8" * 12 + "'", "a live key"),
        ("secret = 'whsec_" + "9f" * 16 + "'", "a signing secret"),
        ("AKIA" + "Z7" * 8, "a cloud's or a forge's token"),
    ],
)
def test_a_planted_secret_or_address_is_found(planted: str, name: str) -> None:
    assert findings(planted) == [name]


@pytest.mark.parametrize(
    "allowed",
    ["sk_live_...", "a key that starts with sk_live_", "GET /v1/home/page", "src/root/file"],
)
def test_what_only_looks_alike_is_left_alone(allowed: str) -> None:
    assert findings(allowed) == []
