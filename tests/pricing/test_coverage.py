"""Which usage prices are for: filters against combinations of values, and against each other."""

import pytest

from taximeter.pricing.coverage import Overlap, covers, overlap, overlaps_of
from taximeter.pricing.price import DimensionFilters
from tests.pricing.examples import filtered

OPUS = {"model": "opus", "type": "input"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ((), True),
        ((("model", ("opus",)),), True),
        ((("model", ("haiku", "opus")),), True),
        ((("model", ("haiku",)),), False),
        ((("model", ("opus",)), ("type", ("output",))), False),
        ((("model", ("opus",)), ("type", ("input", "output"))), True),
    ],
)
def test_a_price_is_for_what_has_one_of_the_values_under_each_key(
    filters: DimensionFilters, expected: bool
) -> None:
    assert covers(filters, OPUS) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((), (), True),
        ((), (("model", ("opus",)),), True),
        ((("model", ("opus",)),), (("model", ("haiku",)),), False),
        ((("model", ("opus",)),), (("type", ("input",)),), True),
        (
            (("model", ("opus",)), ("type", ("input",))),
            (("model", ("opus", "haiku")), ("type", ("output",))),
            False,
        ),
    ],
)
def test_two_prices_overlap_unless_a_dimension_keeps_them_apart(
    one: DimensionFilters, other: DimensionFilters, expected: bool
) -> None:
    assert overlap(one, other) is expected
    assert overlap(other, one) is expected


def test_each_overlapping_pair_is_named_once() -> None:
    prices = [
        filtered("price_all"),
        filtered("price_opus", model=("opus",)),
        filtered("price_haiku", model=("haiku",)),
    ]
    assert overlaps_of(prices) == [
        Overlap(meter="mtr_test_tokens", prices=("price_all", "price_opus")),
        Overlap(meter="mtr_test_tokens", prices=("price_all", "price_haiku")),
    ]
