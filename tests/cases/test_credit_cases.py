"""What other billing systems' test suites expect of credits; see `test_peer_cases.py`."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from taximeter.credits.apply import Payable, apply
from taximeter.credits.grant import CreditGrant
from tests.credits.world import a_grant

CASES: list[Any] = json.loads((Path(__file__).parent / "credits.json").read_text("utf-8"))

PERIOD_END = 1_000_000_000
DAY = 86_400


def _grants(case: Any) -> list[CreditGrant]:
    made = []
    for number, one in enumerate(case["grants"]):
        expires = one.get("expires_days")
        grant = a_grant(
            one["id"],
            created=number,
            amount=one["amount"],
            priority=one.get("priority", 50),
            prices=tuple(one.get("prices", ())),
            effective_at=PERIOD_END + DAY * one.get("effective_days", -30),
            expires_at=None if expires is None else PERIOD_END + DAY * expires,
        )
        made.append(grant)
    return made


@pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in CASES])
def test_credits_pay_what_the_peers_do_or_what_is_decided(case: Any) -> None:
    grants = _grants(case)
    left = {grant.id: grant.amount for grant in grants}
    used: Counter[str] = Counter()
    found: dict[str, Any] = {"due": [], "balances": []}
    for lines in case["invoices"]:
        payables = [
            Payable(line=f"il_{number}", price=line.get("price", "p"), amount=line["amount"])
            for number, line in enumerate(lines)
        ]
        applied = apply(
            payables, grants=grants, balances=left, currency="usd", period_end=PERIOD_END
        )
        for one in applied:
            left[one.credit_grant] -= one.amount
            used[one.credit_grant.removeprefix("credgr_")] += one.amount
        billed = sum(line["amount"] for line in lines)
        found["due"].append(billed - sum(one.amount for one in applied))
        found["balances"].append(sum(left.values()))
    found["used"] = dict(used)
    found["left"] = {id.removeprefix("credgr_"): amount for id, amount in left.items()}
    assert {key: found[key] for key in case["expected"]} == case["expected"]
