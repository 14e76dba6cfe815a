"""What may be expanded, and what is said of the rest."""

import pytest

from taximeter.api.expand import check_expand, expanded, within
from taximeter.errors import InvalidRequest

INSTEAD = (
    "This property cannot be expanded (test_clock). You may want to try expanding "
    "'data.test_clock' instead."
)
ALLOWED = frozenset({"test_clock", "meter.customer"})


@pytest.mark.parametrize(
    ("expand", "in_list"),
    [
        ((), False),
        (("test_clock",), False),
        (("test_clock", "meter.customer"), False),
        (("data.test_clock", "data"), True),
    ],
)
def test_what_is_known_passes(expand: tuple[str, ...], in_list: bool) -> None:
    assert check_expand(expand, ALLOWED, in_list=in_list) is None  # type: ignore[func-returns-value]  # it raises or returns


@pytest.mark.parametrize(
    ("expand", "in_list", "param", "message"),
    [
        (("meter",), False, "expand[0]", "This property cannot be expanded (meter)."),
        (
            ("test_clock", "data.test_clock"),
            False,
            "expand[1]",
            "This property cannot be expanded (data.test_clock).",
        ),
        (
            ("test_clock",),
            True,
            "expand[0]",
            INSTEAD,
        ),
        (("data.meter",), True, "expand[0]", "This property cannot be expanded (data.meter)."),
        (
            ("a.b.c.d.e",),
            False,
            "expand[0]",
            "You cannot expand more than 4 levels of a property (got a.b.c.d.e).",
        ),
    ],
)
def test_what_is_unknown_or_too_deep_is_named(
    expand: tuple[str, ...], in_list: bool, param: str, message: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_expand(expand, ALLOWED, in_list=in_list)
    assert (caught.value.param, caught.value.message) == (param, message)


def test_what_lies_on_the_way_to_an_expansion_is_expanded_too() -> None:
    plain = frozenset({"product", "product.default_price", "tiers"})
    assert expanded(("product.default_price", "tiers")) == plain
    assert expanded(("data.product.default_price", "data.tiers"), in_list=True) == plain
    assert within(plain, "product") == {"default_price"}
