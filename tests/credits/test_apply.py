"""Which credits pay for which lines."""

from typing import Any

import pytest

from taximeter.credits.apply import Application, Payable, apply
from taximeter.credits.grant import CreditGrant
from tests.credits.world import a_grant

PERIOD_END = 1_000


def paid(
    *grants: CreditGrant,
    lines: tuple[tuple[str, int], ...] = (("price_1", 100),),
    balances: dict[str, int] | None = None,
    at_most: int | None = None,
) -> list[tuple[str, str, int]]:
    """Line, grant and amount of each application; lines are numbered from 0."""
    payables = [
        Payable(line=str(number), price=price, amount=amount)
        for number, (price, amount) in enumerate(lines)
    ]
    applied = apply(
        payables,
        grants=grants,
        balances=balances or {grant.id: grant.amount for grant in grants},
        currency="usd",
        period_end=PERIOD_END,
        at_most=at_most,
    )
    return [(one.line, one.credit_grant.removeprefix("credgr_"), one.amount) for one in applied]


def test_an_application_names_line_grant_and_amount() -> None:
    payable = Payable(line="il_1", price="price_1", amount=30)
    applied = apply(
        [payable],
        grants=[a_grant("a")],
        balances={"credgr_a": 100},
        currency="usd",
        period_end=PERIOD_END,
    )
    assert applied == (Application(line="il_1", credit_grant="credgr_a", amount=30),)


def test_lines_are_paid_in_their_order_until_nothing_is_left() -> None:
    lines = (("price_1", 60), ("price_2", 60), ("price_3", 60))
    assert paid(a_grant("a"), lines=lines) == [("0", "a", 60), ("1", "a", 40)]


def test_a_line_is_paid_by_as_many_grants_as_it_takes() -> None:
    grants = (a_grant("a", amount=30), a_grant("b", amount=30, priority=60))
    assert paid(*grants) == [("0", "a", 30), ("0", "b", 30)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"priority": 1, "expires_at": None}, {"priority": 2, "expires_at": 2_000}),
        ({"expires_at": 2_000}, {"expires_at": 3_000, "category": "promotional"}),
        ({"expires_at": 2_000}, {"expires_at": None, "category": "promotional"}),
        ({"category": "promotional", "effective_at": 70}, {"category": "paid"}),
        ({"effective_at": 40, "created": 200}, {"effective_at": 50}),
        ({"created": 90}, {"created": 91}),
        ({"name": "the smaller id"}, {}),
    ],
)
def test_grants_are_used_in_stripes_order(first: Any, second: Any) -> None:
    grants = (a_grant("z", **second), a_grant("a", **first))
    assert paid(*grants)[0][1] == "a"
    assert paid(*reversed(grants))[0][1] == "a"


@pytest.mark.parametrize(
    ("fields", "pays"),
    [
        ({"effective_at": PERIOD_END}, True),
        ({"effective_at": PERIOD_END + 1}, False),
        ({"expires_at": PERIOD_END + 1}, True),
        ({"expires_at": PERIOD_END}, False),
        ({"currency": "eur"}, False),
        ({"voided_at": 70}, False),
        ({"expired_at": 70}, False),
        ({"prices": ("price_1",)}, True),
        ({"prices": ("price_2",)}, False),
    ],
)
def test_a_grant_pays_if_it_is_eligible(fields: Any, pays: bool) -> None:
    assert bool(paid(a_grant("a", **fields))) is pays


def test_a_restricted_grant_is_passed_over_for_lines_of_other_prices() -> None:
    grants = (a_grant("a", prices=("price_2",), priority=1), a_grant("b"))
    lines = (("price_1", 70), ("price_2", 70))
    assert paid(*grants, lines=lines) == [("0", "b", 70), ("1", "a", 70)]


def test_a_grant_that_is_used_up_pays_nothing() -> None:
    balances = {"credgr_a": 0, "credgr_b": 25}
    found = paid(a_grant("a"), a_grant("b"), a_grant("unlisted"), balances=balances)
    assert found == [("0", "b", 25)]


def test_lines_without_an_amount_and_negative_ones_are_not_paid_for() -> None:
    assert paid(a_grant("a"), lines=(("price_1", 0), ("price_1", -50))) == []


def test_no_more_is_paid_than_the_invoice_comes_to() -> None:
    lines = (("price_1", 40), ("price_1", 40))
    assert paid(a_grant("a"), lines=lines, at_most=50) == [("0", "a", 40), ("1", "a", 10)]
    assert paid(a_grant("a"), lines=lines, at_most=-5) == []
