"""Reading a query or a form into its struct, and what is wrong with it by field."""

from typing import Annotated, Any, TypeAlias, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from taximeter.dashboard.visit import Fields

Struct = TypeVar("Struct", bound=msgspec.Struct)

_KEEPS_BLANKS = msgspec.Meta(extra={"keeps_blanks": True})
Cells: TypeAlias = Annotated[tuple[str, ...], _KEEPS_BLANKS]
"""A column of a table that is typed into: one text a row, of which some may be blank."""


class FieldErrors(Exception):
    """What cannot be taken, by field; `""` names the whole form."""

    def __init__(self, errors: dict[str, str]) -> None:
        """Carry a message for each field."""
        super().__init__(errors)
        self.errors = errors


def read_query(fields: Fields, wanted: type[Struct]) -> Struct:
    """Read a query: what is missing or cannot be taken keeps its default, as a link may be old."""
    return _read(fields, wanted, lenient=True)


def read_form(fields: Fields, wanted: type[Struct]) -> Struct:
    """Read a form. Raises FieldErrors with a message for each field that cannot be taken."""
    return _read(fields, wanted, lenient=False)


def _read(fields: Fields, wanted: type[Struct], *, lenient: bool) -> Struct:
    hints = get_type_hints(wanted, include_extras=True)
    defaults = {
        one.name: one.default if one.default is not msgspec.NODEFAULT else None
        for one in msgspec.structs.fields(wanted)
    }
    required = {one.name for one in msgspec.structs.fields(wanted) if one.required}
    taken: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, hint in hints.items():
        sent = fields.get(name)
        if not sent or (sent == [""] and not _is_list(hint)):
            if name in required and not lenient:
                errors[name] = "This is needed."
            continue
        value: Any
        if _is_list(hint):
            value = [one.strip() for one in sent if one.strip() or _keeps_blanks(hint)]
        else:
            value = sent[-1].strip()
        try:
            taken[name] = msgspec.convert(value, hint, strict=False)
        except msgspec.ValidationError as error:
            errors[name] = _sentence(str(error))
    if errors and not lenient:
        raise FieldErrors(errors)
    assert not (lenient and required), "a query has a default for everything it asks"
    return wanted(**{name: taken.get(name, defaults[name]) for name in hints if name in taken})


def _is_list(hint: Any) -> bool:
    if get_origin(hint) is None:
        return False
    origin = get_origin(hint)
    if origin in {tuple, list}:
        return True
    return any(_is_list(one) for one in get_args(hint))


def _keeps_blanks(hint: Any) -> bool:
    return _KEEPS_BLANKS in getattr(hint, "__metadata__", ())


def _sentence(message: str) -> str:
    text = message.partition(" - at ")[0].replace("`str`", "text").replace("`int`", "a number")
    return f"{text[0].upper()}{text[1:].replace('`', '')}."
