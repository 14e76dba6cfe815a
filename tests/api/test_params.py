"""Parameters to structs: every kind of field, and every way to send it wrongly."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from taximeter.api.params import Params, decode, given
from taximeter.errors import (
    ApiError,
    EmptyParameter,
    InvalidInteger,
    InvalidRequest,
    ParameterMissing,
    ParameterUnknown,
)
from taximeter.kit import forms


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A group within a request."""

    city: str | None = None
    floor: Annotated[int, msgspec.Meta(ge=-2, le=9)] | None = None


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """A group that a plain value may stand for."""

    gt: int | None = None


class Wanted(Params, frozen=True, kw_only=True):
    """One field of each kind."""

    refused = {"size": "Measure it yourself."}

    name: Annotated[str, msgspec.Meta(max_length=5)]
    kind: Literal["a", "b"] = "a"
    fine: bool | None = None
    filter: str | None = None
    note: str | None | UnsetType = UNSET
    place: Place | None | UnsetType = UNSET
    first: Place | None = None
    labels: dict[str, str] | None | UnsetType = UNSET
    choices: dict[str, tuple[str, ...]] = {}
    either: dict[str, str | tuple[str, ...]] = {}
    towns: dict[str, Place] = {}
    items: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    created: int | Range | None = None


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ({}, Wanted(name="x")),
        ({"kind": "b"}, Wanted(name="x", kind="b")),
        ({"fine": "true"}, Wanted(name="x", fine=True)),
        ({"fine": "false"}, Wanted(name="x", fine=False)),
        ({"note": ""}, Wanted(name="x", note=None)),
        ({"place": ""}, Wanted(name="x", place=None)),
        ({"place": {"city": ""}}, Wanted(name="x", place=Place())),
        (
            {"place": {"city": "A", "floor": "-2"}},
            Wanted(name="x", place=Place(city="A", floor=-2)),
        ),
        ({"labels": ""}, Wanted(name="x", labels=None)),
        ({"labels": {"a": "", "b": "1"}}, Wanted(name="x", labels={"a": "", "b": "1"})),
        ({"choices": {"a": {"1": "y", "0": "x"}}}, Wanted(name="x", choices={"a": ("x", "y")})),
        ({"choices": {"a": ""}}, Wanted(name="x", choices={"a": ()})),
        (
            {"either": {"a": "x", "b": {"0": "y"}}},
            Wanted(name="x", either={"a": "x", "b": ("y",)}),
        ),
        ({"towns": {"a": {"city": "b"}}}, Wanted(name="x", towns={"a": Place(city="b")})),
        ({"items": ""}, Wanted(name="x", items=())),
        ({"items": {"1": "b", "0": "a", "10": "c"}}, Wanted(name="x", items=("a", "b", "c"))),
        ({"places": {"0": {"city": "A"}}}, Wanted(name="x", places=(Place(city="A"),))),
        ({"created": "5"}, Wanted(name="x", created=5)),
        ({"created": {"gt": "5"}}, Wanted(name="x", created=Range(gt=5))),
        ({"expand": {"0": "a.b"}}, Wanted(name="x", expand=("a.b",))),
    ],
)
def test_what_is_sent_rightly_is_read(tree: Any, expected: Wanted) -> None:
    assert decode({"name": "x", **tree}, Wanted) == expected


@pytest.mark.parametrize(
    ("tree", "kind", "param", "message"),
    [
        ({"nam": "y"}, ParameterUnknown, "nam", "Received unknown parameter: nam"),
        (
            {"a": "1", "b": {"c": "2"}},
            ParameterUnknown,
            "a",
            "Received unknown parameters: a, b",
        ),
        (
            {"size": "1"},
            ParameterUnknown,
            "size",
            "Received unknown parameter: size. Measure it yourself.",
        ),
        (
            {"place": {"town": "A"}},
            ParameterUnknown,
            "place[town]",
            "Received unknown parameter: place[town]",
        ),
        (
            {"places": {"0": {"town": "A"}}},
            ParameterUnknown,
            "places[0][town]",
            "Received unknown parameter: places[0][town]",
        ),
        (
            {"name": "123456"},
            InvalidRequest,
            "name",
            "Invalid string: 123456; must be at most 5 characters",
        ),
        ({"name": {"a": "1"}}, InvalidRequest, "name", 'Invalid string: {"a":"1"}'),
        ({"place": "A"}, InvalidRequest, "place", "Invalid object: A"),
        ({"labels": "A"}, InvalidRequest, "labels", "Invalid object: A"),
        ({"labels": {"a": {"b": "1"}}}, InvalidRequest, "labels[a]", 'Invalid string: {"b":"1"}'),
        ({"choices": "A"}, InvalidRequest, "choices", "Invalid object: A"),
        ({"towns": {"a": "A"}}, InvalidRequest, "towns[a]", "Invalid object: A"),
        (
            {"towns": {"a": {"floor": "x"}}},
            InvalidInteger,
            "towns[a][floor]",
            "Invalid integer: x",
        ),
        ({"choices": {"a": "A"}}, InvalidRequest, "choices[a]", "Invalid array: A"),
        (
            {"choices": {"a": {"0": {"b": "1"}}}},
            InvalidRequest,
            "choices[a][0]",
            'Invalid string: {"b":"1"}',
        ),
        ({"items": "A"}, InvalidRequest, "items", "Invalid array: A"),
        ({"items": {"x": "A"}}, InvalidRequest, "items", 'Invalid array: {"x":"A"}'),
        ({"items": {"٣": "A"}}, InvalidRequest, "items", 'Invalid array: {"٣":"A"}'),
        ({"kind": "c"}, InvalidRequest, "kind", "Invalid kind: must be one of a, or b"),
        (
            {"fine": "True"},
            InvalidRequest,
            "fine",
            "Invalid boolean: True; send true or false",
        ),
        ({"created": "x"}, InvalidInteger, "created", "Invalid integer: x"),
        ({"created": "1.0"}, InvalidInteger, "created", "Invalid integer: 1.0"),
        ({"created": " 1"}, InvalidInteger, "created", "Invalid integer:  1"),
        ({"created": "+1"}, InvalidInteger, "created", "Invalid integer: +1"),
        ({"created": "--1"}, InvalidInteger, "created", "Invalid integer: --1"),
        ({"created": "-"}, InvalidInteger, "created", "Invalid integer: -"),
        ({"created": "٣"}, InvalidInteger, "created", "Invalid integer: ٣"),
        ({"created": "1_000"}, InvalidInteger, "created", "Invalid integer: 1_000"),
        ({"created": "9" * 19}, InvalidInteger, "created", f"Invalid integer: {'9' * 19}"),
        (
            {"place": {"floor": "-3"}},
            InvalidInteger,
            "place[floor]",
            "This value must be greater than or equal to -2 (it currently is '-3').",
        ),
        (
            {"place": {"floor": "10"}},
            InvalidInteger,
            "place[floor]",
            "This value must be less than or equal to 9 (it currently is '10').",
        ),
    ],
)
def test_what_is_sent_wrongly_is_named(
    tree: Any, kind: type[ApiError], param: str, message: str
) -> None:
    with pytest.raises(kind) as caught:
        decode({"name": "x", **tree}, Wanted)
    assert (type(caught.value), caught.value.param, caught.value.message) == (kind, param, message)


def test_required_field_that_is_missing_is_named() -> None:
    with pytest.raises(ParameterMissing) as caught:
        decode({}, Wanted)
    assert (caught.value.param, caught.value.message) == ("name", "Missing required param: name.")


@pytest.mark.parametrize(
    ("tree", "param"),
    [
        ({"name": ""}, "name"),
        ({"kind": ""}, "kind"),
        ({"fine": ""}, "fine"),
        ({"filter": ""}, "filter"),
        ({"first": ""}, "first"),
        ({"first": {"city": ""}}, "first[city]"),
        ({"places": {"0": {"city": ""}}}, "places[0][city]"),
        ({"items": {"0": ""}}, "items[0]"),
        ({"created": ""}, "created"),
        ({"created": {"gt": ""}}, "created[gt]"),
    ],
)
def test_empty_string_is_refused_where_there_is_nothing_to_unset(tree: Any, param: str) -> None:
    with pytest.raises(EmptyParameter) as caught:
        decode({"name": "x", **tree}, Wanted)
    assert caught.value.param == param
    assert caught.value.message == (
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset "
        f"a parameter; however '{param}' cannot be unset. You should remove '{param}' from your "
        "request or supply a non-empty value."
    )


def test_what_is_echoed_is_cut_short() -> None:
    with pytest.raises(InvalidInteger) as caught:
        decode({"name": "x", "created": "y" * 10_000}, Wanted)
    assert caught.value.message == f"Invalid integer: {'y' * 100}…"


def test_given_holds_what_was_sent_and_not_what_is_unset() -> None:
    params = decode({"name": "x", "note": "", "expand": {"0": "a"}}, Wanted)
    sent = given(params)
    assert (sent["name"], sent["note"], "place" in sent, "expand" in sent) == (
        "x",
        None,
        False,
        False,
    )


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"items[]=a&items[]=b", ("a", "b")),
        (b"items[0]=a&items[1]=b", ("a", "b")),
        (b"items[1]=b&items[0]=a", ("a", "b")),
        (b"items[1]=b&items[]=c", ("b", "c")),
        (b"items[1]=b&items[2]=c&items[]=d", ("b", "c", "d")),
    ],
)
def test_list_in_either_spelling_loses_nothing(sent: bytes, expected: tuple[str, ...]) -> None:
    assert decode(forms.decode(b"name=x&" + sent), Wanted).items == expected
