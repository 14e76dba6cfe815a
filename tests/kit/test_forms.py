"""The bracket codec, by example."""

import pytest

from taximeter.kit.forms import FormError, Tree, decode


@pytest.mark.parametrize(
    ("raw", "tree"),
    [
        (b"", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a", {"a": ""}),
        (b"a=b=c", {"a": "b=c"}),
        (b"&&a=1&", {"a": "1"}),
        (b"a=x+y%2Bz", {"a": "x y+z"}),
        (b"p[value]=5&p[who]=me", {"p": {"value": "5", "who": "me"}}),
        (b"p%5Bvalue%5D=5", {"p": {"value": "5"}}),
        (b"expand[]=a&expand[]=b", {"expand": {"0": "a", "1": "b"}}),
        (b"t[0][up_to]=5", {"t": {"0": {"up_to": "5"}}}),
        ("n=\u00e4".encode(), {"n": "ä"}),
        (b"n=%C3%A4", {"n": "ä"}),
    ],
)
def test_a_form_is_read(raw: bytes, tree: Tree) -> None:
    assert decode(raw) == tree


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"a=%", "a % that is not followed"),
        (b"a=%4", "a % that is not followed"),
        (b"a=%zz", "a % that is not followed"),
        (b"a=%FF", "not UTF-8"),
        (b"a=\xff", "not UTF-8"),
        (b"a=%00", "NUL"),
        (b"a=1&a[b]=2", "both as a value and as a group"),
        (b"a[b]=1&a=2", "both as a value and as a group"),
        (b"a[b][c][d][e][f][g]=1", "levels deep"),
        (b"a=1&" * 1001, "more than 1000 parameters"),
    ],
)
def test_what_is_no_form_is_an_error_that_says_why(raw: bytes, message: str) -> None:
    with pytest.raises(FormError, match=message):
        decode(raw)
