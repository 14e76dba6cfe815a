"""Grants and entries of one customer, as tests begin with them."""

from typing import Any

from taximeter.credits.grant import CreditBalanceTransaction, CreditGrant


def a_grant(name: str, /, **fields: Any) -> CreditGrant:
    """A grant of 100 in the environment 2, in effect since 50."""
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "updated": 100,
        "customer": "cus_1",
        "currency": "usd",
        "amount": 100,
        "effective_at": 50,
    }
    return CreditGrant(id=f"credgr_{name}", **{**plain, **fields})


def an_entry(name: str, /, **fields: Any) -> CreditBalanceTransaction:
    """The entry of a grant of 100."""
    plain: dict[str, Any] = {
        "environment": 2,
        "created": 100,
        "customer": "cus_1",
        "credit_grant": "credgr_1",
        "type": "credits_granted",
        "amount": 100,
        "currency": "usd",
        "effective_at": 50,
    }
    return CreditBalanceTransaction(id=f"cbtxn_{name}", **{**plain, **fields})
