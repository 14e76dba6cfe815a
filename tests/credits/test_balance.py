"""What a customer has left, in each currency."""

import pytest

from taximeter.credits.balance import Balance, Scope, add_up, within
from tests.credits.world import a_grant

NOW = 500


def test_each_currency_has_a_balance_that_adds_its_grants_up() -> None:
    grants = [a_grant("a"), a_grant("b", currency="eur"), a_grant("c"), a_grant("d", voided_at=9)]
    balances = {"credgr_a": 30, "credgr_b": 7, "credgr_c": 100, "credgr_d": 0}
    assert add_up(grants, balances=balances, now=NOW) == (
        Balance(currency="eur", available=7, ledger=7),
        Balance(currency="usd", available=130, ledger=130),
    )


@pytest.mark.parametrize(
    ("fields", "available"),
    [
        ({"effective_at": NOW}, 100),
        ({"effective_at": NOW + 1}, 0),
        ({"expires_at": NOW + 1}, 100),
        ({"expires_at": NOW}, 0),
    ],
)
def test_only_what_is_in_effect_is_available(fields: dict[str, int], available: int) -> None:
    (found,) = add_up([a_grant("a", **fields)], balances={"credgr_a": 100}, now=NOW)
    assert found == Balance(currency="usd", available=available, ledger=100)


@pytest.mark.parametrize(
    ("prices", "asked", "counted"),
    [
        ((), (), True),
        ((), ("price_1",), True),
        (("price_1",), (), False),
        (("price_1",), ("price_1",), True),
        (("price_1",), ("price_1", "price_2"), False),
        (("price_1", "price_2"), ("price_2", "price_1"), True),
        (("price_1", "price_2"), ("price_2",), True),
    ],
)
def test_a_grant_is_counted_if_it_pays_for_all_of_the_scope(
    prices: tuple[str, ...], asked: tuple[str, ...], counted: bool
) -> None:
    assert within(a_grant("a", prices=prices), Scope(prices=asked)) is counted
