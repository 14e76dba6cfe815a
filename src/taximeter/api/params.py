"""Parameters to structs, with Stripe's errors.

A request's parameters are declared as a frozen struct. `decode` walks its types beside the tree
that came over the wire: every leaf arrives as text.

An empty string unsets a field of an update (one that may be UNSET) and what lies within it.
Anywhere else it is refused: taken for "not sent", an empty identifier would be replaced by a new
one, an empty timestamp by now, and an empty filter would list everything.
"""

from datetime import datetime
from typing import Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import NODEFAULT, UNSET, inspect

from taximeter.errors import (
    EmptyParameter,
    InvalidInteger,
    InvalidRequest,
    ParameterMissing,
    ParameterUnknown,
)
from taximeter.kit.forms import Tree

SHOWN_CHARACTERS_MAX = 100


class Params(msgspec.Struct, frozen=True, kw_only=True):
    """What a request takes; `refused` names parameters of Stripe's that are not taken, and why."""

    refused: ClassVar[dict[str, str]] = {}

    expand: tuple[str, ...] = ()


P = TypeVar("P", bound=msgspec.Struct)


def decode(tree: Tree, params: type[P]) -> P:
    """Read the parameters that a request declares.

    Raises ParameterMissing, ParameterUnknown, EmptyParameter, InvalidInteger or InvalidRequest,
    each naming the parameter in bracket form.
    """
    result: P = _struct(tree, params, "", unsets=False)
    return result


_FIELDS: dict[str, dict[str, inspect.Field]] = {}


def _fields(struct: type[Any]) -> dict[str, inspect.Field]:
    name = f"{struct.__module__}.{struct.__qualname__}"
    if name not in _FIELDS:
        info = inspect.type_info(struct)
        assert isinstance(info, inspect.StructType), "parameters are declared as structs"
        _FIELDS[name] = {field.encode_name: field for field in info.fields}
    return _FIELDS[name]


def _struct(tree: Tree, struct: type[Any], prefix: str, *, unsets: bool) -> Any:
    fields = _fields(struct)
    unknown = [name for name in tree if name not in fields]
    if unknown:
        raise _unknown(unknown, struct, prefix)
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in tree:
            values[name] = _value(
                tree[name],
                field.type,
                _path(prefix, name),
                unsets=unsets or _may_be_unset(field),
            )
        elif field.required:
            path = _path(prefix, name)
            raise ParameterMissing(f"Missing required param: {path}.", param=path)
    return struct(**values)


def _may_be_unset(field: inspect.Field) -> bool:
    """Say whether a field is UNSET when it is not sent; msgspec shows that as no default at all."""
    return not field.required and field.default is field.default_factory is NODEFAULT


def _path(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _unknown(names: list[str], struct: type[Any], prefix: str) -> ParameterUnknown:
    paths = [_path(prefix, name) for name in names]
    reason = getattr(struct, "refused", {}).get(names[0])
    plural = "s" if len(paths) > 1 else ""
    message = f"Received unknown parameter{plural}: {', '.join(map(_shown, paths))}"
    if reason is not None:
        message = f"Received unknown parameter: {paths[0]}. {reason}"
    return ParameterUnknown(message, param=paths[0])


def _value(sent: "str | Tree", wanted: inspect.Type, path: str, *, unsets: bool) -> Any:
    nullable = False
    if isinstance(wanted, inspect.UnionType):
        nullable = any(isinstance(one, inspect.NoneType) for one in wanted.types)
        wanted = _member(wanted, sent)
    if sent == "" and not isinstance(wanted, inspect.ListType | inspect.VarTupleType):
        if nullable and unsets:
            return None
        raise EmptyParameter(
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{path}' cannot be unset. You should remove '{path}' "
            "from your request or supply a non-empty value.",
            param=path,
        )
    match wanted:
        case inspect.StructType(cls=cls):
            return _struct(_group(sent, "object", path), cls, path, unsets=unsets)
        case inspect.DictType(value_type=inspect.StrType()):
            group = _group(sent, "object", path)
            return {key: _text(value, _path(path, key)) for key, value in group.items()}
        case inspect.DictType(value_type=inner):
            group = _group(sent, "object", path)
            return {
                key: _value(value, inner, _path(path, key), unsets=unsets)
                for key, value in group.items()
            }
        case inspect.VarTupleType(item_type=item) | inspect.ListType(item_type=item):
            return _items(sent, item, path, unsets=unsets)
        case _:
            return _scalar(_text(sent, path), wanted, path)


def _member(union: inspect.UnionType, sent: "str | Tree") -> inspect.Type:
    """Choose the member of a union that fits what was sent: a group or a single value."""
    members = [one for one in union.types if not isinstance(one, inspect.NoneType)]
    groups = inspect.StructType | inspect.DictType | inspect.VarTupleType
    fitting = [one for one in members if isinstance(one, groups) == isinstance(sent, dict)]
    return (fitting or members)[0]


def _group(sent: "str | Tree", kind: str, path: str) -> Tree:
    if isinstance(sent, str):
        raise InvalidRequest(f"Invalid {kind}: {_shown(sent)}", param=path)
    return sent


def _text(sent: "str | Tree", path: str) -> str:
    if isinstance(sent, str):
        return sent
    raise InvalidRequest(f"Invalid string: {_shown(sent)}", param=path)


def _items(sent: "str | Tree", item: inspect.Type, path: str, *, unsets: bool) -> tuple[Any, ...]:
    if sent == "":
        return ()
    group = _group(sent, "array", path)
    if not all(index.isascii() and index.isdigit() and len(index) < 10 for index in group):
        raise InvalidRequest(f"Invalid array: {_shown(group)}", param=path)
    return tuple(
        _value(group[index], item, f"{path}[{index}]", unsets=unsets)
        for index in sorted(group, key=int)
    )


def _scalar(sent: str, wanted: inspect.Type, path: str) -> Any:
    match wanted:
        case inspect.StrType(max_length=limit):
            if limit is not None and len(sent) > limit:
                raise InvalidRequest(
                    f"Invalid string: {_shown(sent)}; must be at most {limit} characters",
                    param=path,
                )
            return sent
        case inspect.IntType(ge=low, le=high):
            return _integer(sent, low, high, path)
        case inspect.BoolType():
            if sent not in {"true", "false"}:
                raise InvalidRequest(
                    f"Invalid boolean: {_shown(sent)}; send true or false", param=path
                )
            return sent == "true"
        case inspect.DateTimeType():
            return _moment(sent, path)
        case inspect.LiteralType(values=values):
            if sent not in values:
                *most, last = map(str, values)
                choices = f"one of {', '.join(most)}, or {last}" if most else last
                raise InvalidRequest(f"Invalid {path}: must be {choices}", param=path)
            return sent
        case _:
            raise AssertionError(f"parameters of {wanted} are not declared anywhere")


def _moment(sent: str, path: str) -> datetime:
    try:
        moment: datetime = msgspec.convert(sent, Annotated[datetime, msgspec.Meta(tz=True)])
    except msgspec.ValidationError:
        raise InvalidRequest(
            f"Invalid timestamp: {_shown(sent)}; send an RFC 3339 time with a zone, such as "
            "2026-01-31T23:59:59Z",
            param=path,
        ) from None
    return moment


def _integer(sent: str, low: int | None, high: int | None, path: str) -> int:
    digits = sent.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise InvalidInteger(f"Invalid integer: {_shown(sent)}", param=path)
    number = int(sent)
    if low is not None and number < low:
        raise InvalidInteger(
            f"This value must be greater than or equal to {low} (it currently is '{number}').",
            param=path,
        )
    if high is not None and number > high:
        raise InvalidInteger(
            f"This value must be less than or equal to {high} (it currently is '{number}').",
            param=path,
        )
    return number


def _shown(sent: "str | Tree") -> str:
    spelled = sent if isinstance(sent, str) else msgspec.json.encode(sent).decode()
    if len(spelled) <= SHOWN_CHARACTERS_MAX:
        return spelled
    return f"{spelled[:SHOWN_CHARACTERS_MAX]}…"


def given(params: msgspec.Struct) -> dict[str, Any]:
    """Return the fields that were sent, `expand` left out."""
    return {
        name: value
        for name in params.__struct_fields__
        if name != "expand" and (value := getattr(params, name)) is not UNSET
    }
