"""Credits never pay more than there is to pay, nor go below zero; their order is total."""

from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from taximeter.credits.apply import Payable, apply, covers, is_eligible, order
from taximeter.credits.grant import CreditGrant
from tests.credits.world import a_grant

PERIOD_END = 100
PRICES = ["p", "q", "r"]
amounts = st.integers(0, 50)


@st.composite
def grants(draw: st.DrawFn) -> list[CreditGrant]:
    """Grants of few distinct values, so that ties are common."""
    few = st.integers(0, 1)
    made = []
    for number in range(draw(st.integers(0, 5))):
        expires = draw(st.sampled_from([None, PERIOD_END, PERIOD_END + 1, PERIOD_END + 2]))
        made.append(
            a_grant(
                str(number),
                currency=draw(st.sampled_from(["usd", "usd", "eur"])),
                prices=tuple(draw(st.sets(st.sampled_from(PRICES), max_size=2))),
                category=draw(st.sampled_from(["paid", "promotional"])),
                effective_at=PERIOD_END + draw(st.integers(-1, 1)),
                expires_at=expires,
                priority=draw(few),
                created=draw(few),
                voided_at=draw(st.sampled_from([None, None, None, 1])),
            )
        )
    return made


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Any]:
    lines = [
        Payable(
            line=str(number), price=draw(st.sampled_from(PRICES)), amount=draw(st.integers(-9, 50))
        )
        for number in range(draw(st.integers(0, 5)))
    ]
    given_to = draw(grants())
    return {
        "payables": lines,
        "grants": given_to,
        "balances": {grant.id: draw(amounts) for grant in given_to},
        "at_most": draw(st.none() | st.integers(-5, 120)),
    }


def applied(invoice: dict[str, Any], **changes: Any) -> Any:
    return apply(**{**invoice, **changes}, currency="usd", period_end=PERIOD_END)


@given(invoices())
def test_credits_pay_at_most_what_there_is_to_pay_and_what_is_left(
    invoice: dict[str, Any],
) -> None:
    lines: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for one in applied(invoice):
        assert one.amount > 0
        lines[one.line] += one.amount
        used[one.credit_grant] += one.amount
    assert all(lines[one.line] <= max(0, one.amount) for one in invoice["payables"])
    assert all(amount <= invoice["balances"][grant] for grant, amount in used.items())
    if invoice["at_most"] is not None:
        assert lines.total() <= max(0, invoice["at_most"])


@given(invoices())
def test_no_line_stays_unpaid_that_a_grant_could_pay(invoice: dict[str, Any]) -> None:
    made = applied(invoice, at_most=None)
    left = Counter(invoice["balances"])
    unpaid = Counter({one.line: one.amount for one in invoice["payables"]})
    for one in made:
        left[one.credit_grant] -= one.amount
        unpaid[one.line] -= one.amount
    for line in invoice["payables"]:
        for grant in invoice["grants"]:
            if is_eligible(grant, currency="usd", period_end=PERIOD_END) and covers(
                grant, line.price
            ):
                assert unpaid[line.line] <= 0 or left[grant.id] == 0


@given(invoices(), st.randoms(use_true_random=False))
def test_the_order_of_grants_does_not_depend_on_how_they_are_listed(
    invoice: dict[str, Any], random: Any
) -> None:
    shuffled = list(invoice["grants"])
    random.shuffle(shuffled)
    assert applied(invoice, grants=shuffled) == applied(invoice)
    assert len({order(grant) for grant in shuffled}) == len(shuffled)
