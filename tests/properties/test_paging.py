"""Pages share a list out: every item once, in order, in both directions."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from taximeter.kit.paging import Cursor, Page, slice_page, trim_page

keys = st.lists(st.integers(-50, 50), unique=True, max_size=20).map(sorted)
limits = st.integers(1, 7)


def key_of(item: int) -> tuple[int]:
    return (item,)


def walk(items: Sequence[int], limit: int, *, backwards: bool) -> list[Page[int]]:
    pages = []
    place: tuple[int] | None = None
    if backwards and items:
        place = (items[-1] + 1,)
    while True:
        bounds = {"before" if backwards else "after": place}
        page = slice_page(items, limit=limit, key_of=key_of, **bounds)
        pages.append(page)
        if not page.has_more:
            return pages
        place = key_of(page.data[0 if backwards else -1])


@given(keys, limits)
def test_walking_forwards_sees_every_item_once(items: list[int], limit: int) -> None:
    pages = walk(items, limit, backwards=False)
    assert [item for page in pages for item in page.data] == items
    assert all(len(page.data) == limit for page in pages[:-1])


@given(keys, limits)
def test_walking_backwards_sees_every_item_once(items: list[int], limit: int) -> None:
    pages = walk(items, limit, backwards=True)
    assert [item for page in reversed(pages) for item in page.data] == items
    assert all(len(page.data) == limit for page in pages[:-1])


@given(keys, st.integers(-51, 51), limits)
def test_a_place_that_is_not_there_any_more_still_divides_the_list(
    items: list[int], place: int, limit: int
) -> None:
    after = slice_page(items, limit=limit, key_of=key_of, after=(place,))
    before = slice_page(items, limit=limit, key_of=key_of, before=(place,))
    larger = [item for item in items if item > place]
    smaller = [item for item in items if item < place]
    assert after == Page(data=larger[:limit], has_more=len(larger) > limit)
    assert before == Page(data=smaller[-limit:], has_more=len(smaller) > limit)


@given(st.lists(st.integers(), max_size=12), limits, st.booleans())
def test_what_a_store_fetched_is_cut_and_turned_round(
    items: list[int], limit: int, backwards: bool
) -> None:
    cursor = Cursor(limit=limit, ending_before="x" if backwards else None)
    page = trim_page(items[: limit + 1], cursor)
    data = items[:limit]
    expected = Page(data=data[::-1] if backwards else data, has_more=len(items) > limit)
    assert page == expected
