"""Errors as Stripe renders them, on v1 and on v2."""

import re

from taximeter.api.http import Reply, encode
from taximeter.errors import ApiError

_BRACKETED = re.compile(r"\[([^\[\]]*)\]")


def error_reply(error: ApiError, *, v2: bool = False) -> Reply:
    """Render an error; v2 always has a code, and paths such as `events[3].payload.value`."""
    status, detail = _v2(error) if v2 else _v1(error)
    headers: list[tuple[bytes, bytes]] = []
    if error.should_retry is not None:
        headers.append((b"stripe-should-retry", b"true" if error.should_retry else b"false"))
    if error.status == 401:
        headers.append((b"www-authenticate", b'Basic realm="Taximeter"'))
    return Reply(status=status, body=encode({"error": detail}), headers=tuple(headers))


def _v1(error: ApiError) -> tuple[int, dict[str, str]]:
    detail: dict[str, str] = {"type": error.type, "message": error.message}
    if error.code is not None:
        detail["code"] = error.code
    if error.param is not None:
        detail["param"] = error.param
    return error.status, detail


def _v2(error: ApiError) -> tuple[int, dict[str, str]]:
    detail: dict[str, str] = {
        "type": error.v2_type or error.type,
        "code": error.code or error.v2_code,
        "message": error.message,
    }
    if error.param is not None:
        detail["param"] = _BRACKETED.sub(_dotted, error.param)
    return error.v2_status or error.status, detail


def _dotted(bracketed: re.Match[str]) -> str:
    name = bracketed[1]
    return bracketed[0] if name.isdigit() else f".{name}"
