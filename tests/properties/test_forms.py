"""The bracket codec: every tree comes back, and no bytes at all make it stumble."""

from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from taximeter.kit.forms import DEPTH_MAX, FormError, Tree, decode, encode

_characters = st.characters(codec="utf-8", exclude_characters="\0")
_names = st.text(st.characters(codec="utf-8", exclude_characters="\0[]"), min_size=1, max_size=5)
_values = st.text(_characters, max_size=8)
_branches: st.SearchStrategy[Tree] = st.recursive(
    st.dictionaries(_names, _values, min_size=1, max_size=3),
    lambda inner: st.dictionaries(_names, st.one_of(_values, inner), min_size=1, max_size=3),
    max_leaves=12,
)


def depth(tree: Tree) -> int:
    return 1 + max((depth(one) for one in tree.values() if isinstance(one, dict)), default=0)


trees = _branches.filter(lambda tree: depth(tree) <= DEPTH_MAX)
WORDS = b"a b [ ] [] [a] = & % %41 %5B %5D %00 + %zz 0 ; a[b]=c &a[]= [0]".split()
pieces = st.sampled_from([*WORDS, b"\xff", b"\x00", b" "])
soups = st.lists(pieces, max_size=14).map(b"".join)


@given(trees)
def test_a_tree_that_is_written_is_read_back(tree: Tree) -> None:
    assert decode(encode(tree).encode()) == tree


@given(st.one_of(st.binary(max_size=200), soups))
@example(b"a=1&a[b]=2")
@example(b"a[b]=2&a=1")
def test_bytes_are_a_form_or_a_form_error(raw: bytes) -> None:
    tree: Tree = {}
    with suppress(FormError):
        tree = decode(raw)
    assert depth(tree) <= DEPTH_MAX
    assert "\0" not in repr(tree)


@given(st.lists(_values, max_size=12))
def test_empty_brackets_count_up(values: list[str]) -> None:
    raw = "&".join(encode({"x": value}).replace("x", "x[]", 1) for value in values)
    expected: Tree = {"x": {str(index): value for index, value in enumerate(values)}}
    assert decode(raw.encode()) == (expected if values else {})


@given(st.permutations(["a[x]=1", "a[y]=2", "b=3", "c[0]=4", "c[1]=5"]))
def test_the_order_of_parameters_changes_nothing(pairs: list[str]) -> None:
    expected = {"a": {"x": "1", "y": "2"}, "b": "3", "c": {"0": "4", "1": "5"}}
    assert decode("&".join(pairs).encode()) == expected
