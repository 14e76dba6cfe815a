"""Passwords, kept as scrypt hashes that carry their own parameters."""

import base64
import binascii
import hashlib
import hmac
import secrets
import threading

from taximeter.errors import InvalidRequest

CHARACTERS_MIN = 12
CHARACTERS_MAX = 1_000

_COST, _BLOCK, _PARALLEL = 2**15, 8, 3
_MEMORY_BYTES_MAX = 64 * 1024 * 1024
_SALT_BYTES, _HASH_BYTES = 16, 32

_ONE_AT_A_TIME = threading.Lock()
"""A hash takes 32 MB for a moment: attempts that arrive together wait rather than fill memory."""


def check_password(password: str, *, param: str = "password") -> None:
    """Refuse a password that is too short to hold, or too long to hash. Raises InvalidRequest."""
    if len(password) < CHARACTERS_MIN:
        raise InvalidRequest(f"A password has at least {CHARACTERS_MIN} characters.", param=param)
    if len(password) > CHARACTERS_MAX:
        raise InvalidRequest(f"A password has at most {CHARACTERS_MAX} characters.", param=param)


def hash_password(password: str) -> str:
    """Return what is kept of a password: parameters, salt and hash."""
    salt = secrets.token_bytes(_SALT_BYTES)
    derived = _derive(password, salt, _COST, _BLOCK, _PARALLEL)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${_text(salt)}${_text(derived)}"


def is_password(password: str, kept: str | None) -> bool:
    """Say whether a password is the one that was kept.

    Where none was kept the answer is no, and takes as long: how long an answer takes does not tell
    which accounts there are.
    """
    if len(password) > CHARACTERS_MAX:
        return False
    if kept is None:
        _derive(password, bytes(_SALT_BYTES), _COST, _BLOCK, _PARALLEL)
        return False
    try:
        _, cost, block, parallel, salt, derived = kept.split("$")
        again = _derive(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
        return hmac.compare_digest(again, base64.b64decode(derived))
    except (ValueError, binascii.Error):
        return False


def _derive(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    with _ONE_AT_A_TIME:
        return hashlib.scrypt(
            password.encode("utf-8", "surrogatepass"),
            salt=salt,
            n=cost,
            r=block,
            p=parallel,
            maxmem=_MEMORY_BYTES_MAX,
            dklen=_HASH_BYTES,
        )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
