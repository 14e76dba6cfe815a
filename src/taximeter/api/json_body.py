"""JSON bodies to structs: one decoder for what is right, a closer look at what is not.

The decoder checks everything in one pass and says little about what it refuses. Only then is the
body read again, walked beside the declared types, and the first fault named by its path.
"""

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import inspect

from taximeter.api.params import SHOWN_CHARACTERS_MAX
from taximeter.errors import InvalidRequest, ParameterMissing, ParameterUnknown

T = TypeVar("T")

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""The escape of NUL, and not a backslash before a text that only looks like one."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]
"""An RFC 3339 time with a zone."""


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a v2 request takes in its body."""


def decode_json(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Read a body of the decoder's type; an empty one is an empty object.

    Raises ParameterMissing, ParameterUnknown or InvalidRequest, each naming the parameter by a path
    such as `events[3].payload.value`.
    """
    try:
        decoded = decoder.decode(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise _fault(body, decoder.type, error) from None
    if b"\\" in body and _NUL.search(body):  # looking for one byte is many times faster
        raise InvalidRequest("Invalid request: the body contains a NUL character.")
    return decoded


def read_json(body: bytes) -> Any:
    """Read any JSON; an empty body is an empty object. Raises InvalidRequest."""
    try:
        return msgspec.json.decode(body or b"{}")
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise InvalidRequest(f"Invalid request: the body is not valid JSON ({reason}).") from None


def _fault(body: bytes, wanted: Any, error: Exception) -> InvalidRequest:
    try:
        _check(read_json(body), inspect.type_info(wanted), "")
    except InvalidRequest as fault:
        return fault
    return InvalidRequest(f"Invalid request: {error}.")


def _check(sent: Any, wanted: inspect.Type, path: str) -> None:
    if isinstance(wanted, inspect.UnionType):
        if sent is None and any(isinstance(one, inspect.NoneType) for one in wanted.types):
            return
        wanted = next(one for one in wanted.types if not isinstance(one, inspect.NoneType))
    match wanted:
        case inspect.StructType():
            _check_struct(sent, wanted, path)
        case inspect.DictType(value_type=value_type):
            if not isinstance(sent, dict):
                raise _invalid("object", sent, path)
            for key, value in sent.items():
                _check(value, value_type, _path(path, key))
        case inspect.ListType(item_type=item_type):
            if not isinstance(sent, list):
                raise _invalid("array", sent, path)
            for index, item in enumerate(sent):
                _check(item, item_type, f"{path}[{index}]")
        case _:
            _check_scalar(sent, wanted, path)


def _check_struct(sent: Any, wanted: inspect.StructType, path: str) -> None:
    if not isinstance(sent, dict):
        raise _invalid("object", sent, path)
    fields = {field.encode_name: field for field in wanted.fields}
    for name in sent:
        if name not in fields:
            unknown = _path(path, name)
            raise ParameterUnknown(f"Received unknown parameter: {unknown}", param=unknown)
    for name, field in fields.items():
        inner = _path(path, name)
        if name in sent:
            _check(sent[name], field.type, inner)
        elif field.required:
            raise ParameterMissing(f"Missing required param: {inner}.", param=inner)


def _check_scalar(sent: Any, wanted: inspect.Type, path: str) -> None:
    match wanted:
        case inspect.StrType(min_length=low, max_length=high):
            if not isinstance(sent, str):
                raise _invalid("string", sent, path, _as_string(sent))
            if low is not None and len(sent) < low:
                raise _invalid("string", sent, path, "; it must not be empty")
            if high is not None and len(sent) > high:
                raise _invalid("string", sent, path, f"; must be at most {high} characters")
        case inspect.IntType(ge=low, le=high):
            if not isinstance(sent, int) or isinstance(sent, bool):
                raise _invalid("integer", sent, path)
            if low is not None and sent < low:
                raise _invalid("integer", sent, path, f"; must be at least {low}")
            if high is not None and sent > high:
                raise _invalid("integer", sent, path, f"; must be at most {high}")
        case inspect.DateTimeType():
            if not _is_moment(sent):
                hint = "; send an RFC 3339 time with a zone, such as 2026-01-31T23:59:59Z"
                raise _invalid("timestamp", sent, path, hint)
        case inspect.LiteralType(values=values):
            if sent not in values:
                choices = " or ".join(map(str, values))
                raise InvalidRequest(f"Invalid {path}: must be {choices}", param=path)
        case _:
            raise AssertionError(f"bodies of {wanted} are not declared anywhere")


def _as_string(sent: Any) -> str:
    """Say how a number or a truth value is sent where text is wanted."""
    if isinstance(sent, bool | int | float):
        return f'; send it as a string: "{msgspec.json.encode(sent).decode()}"'
    return ""


def _is_moment(sent: Any) -> bool:
    try:
        return isinstance(sent, str) and msgspec.convert(sent, datetime).tzinfo is not None
    except ValueError:
        return False


def _path(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _invalid(kind: str, sent: Any, path: str, hint: str = "") -> InvalidRequest:
    spelled = msgspec.json.encode(sent).decode()
    if len(spelled) > SHOWN_CHARACTERS_MAX:
        spelled = f"{spelled[:SHOWN_CHARACTERS_MAX]}…"
    return InvalidRequest(f"Invalid {kind}: {spelled}{hint}", param=path or None)
