"""Opaque identifiers with Stripe's prefixes."""

import itertools
import secrets
import string
from functools import lru_cache

_ALPHABET = (string.ascii_letters + string.digits).encode()
_LENGTH = 24
_EVEN = 256 // len(_ALPHABET) * len(_ALPHABET)
_LETTERS = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))
_UNEVEN = bytes(range(_EVEN, 256))


def _random(length: int) -> str:
    """Return letters and digits, all equally likely: bytes that would favour some are left out.

    Choosing each by itself was a tenth of the work of closing a period.
    """
    found = b""
    while len(found) < length:
        found += secrets.token_bytes(length + 8).translate(_LETTERS, _UNEVEN)
    return found[:length].decode()


def new_id(prefix: str) -> str:
    """Return `prefix_` followed by 24 random letters and digits, such as `cus_…`."""
    return f"{prefix}_{_random(_LENGTH)}"


def new_invoice_prefix() -> str:
    """Return eight random capitals and digits, with which the numbers of invoices begin."""
    letters = string.ascii_uppercase + string.digits
    return "".join(secrets.choice(letters) for _ in range(8))


_PROCESS = secrets.token_hex(4)
_REQUESTS = itertools.count(secrets.randbits(32))


def new_request_id() -> str:
    """Return an id for the `Request-Id` header.

    A random name of the process and a count from a random start: every request has one, and asking
    the machine for randomness each time was a tenth of the work of recording an event.
    """
    return f"req_{_PROCESS}{next(_REQUESTS):010x}"


def new_identifier() -> str:
    """Return an identifier for a meter event that was sent without one."""
    return secrets.token_hex(16)


def new_identifiers(count: int) -> list[str]:
    """Return as many identifiers for events that were sent without one, at the cost of one.

    They share their random part and differ in a number, so they name one request's events.
    """
    shared = secrets.token_hex(14)
    return [shared + number for number in _numbers(count)]


@lru_cache(maxsize=1_000)
def _numbers(count: int) -> tuple[str, ...]:
    return tuple(f"{number:04x}" for number in range(count))
