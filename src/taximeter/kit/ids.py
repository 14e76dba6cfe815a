"""Opaque identifiers with Stripe's prefixes."""

import secrets
import string

_ALPHABET = string.ascii_letters + string.digits
_LENGTH = 24


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(prefix: str) -> str:
    """Return `prefix_` followed by 24 random letters and digits, such as `cus_…`."""
    return f"{prefix}_{_random(_LENGTH)}"


def new_request_id() -> str:
    """Return an id for the `Request-Id` header; cheap, because every request has one."""
    return f"req_{secrets.token_hex(9)}"


def new_identifier() -> str:
    """Return an identifier for a meter event that was sent without one."""
    return secrets.token_hex(16)
