"""What each move of credits enters in the ledger."""

from typing import Any

import msgspec
import pytest

from taximeter.credits import ledger
from taximeter.credits.apply import Application
from taximeter.credits.grant import CreditBalanceTransaction
from tests.credits.world import a_grant

GRANT = a_grant("1", test_clock="clock_1")
SAME = {
    "environment": 2,
    "customer": "cus_1",
    "test_clock": "clock_1",
    "credit_grant": "credgr_1",
    "currency": "usd",
    "invoice": None,
    "invoice_line_item": None,
}


def told(entries: tuple[CreditBalanceTransaction, ...]) -> list[dict[str, Any]]:
    """The entries, without what they all share and their ids."""
    made = [msgspec.structs.asdict(entry) for entry in entries]
    return [
        {name: value for name, value in one.items() if name != "id" and SAME.get(name, 0) != value}
        for one in made
    ]


def test_a_grant_begins_with_what_is_granted_from_when_it_is_in_effect() -> None:
    assert told(ledger.granted(GRANT)) == [
        {"type": "credits_granted", "amount": 100, "created": 100, "effective_at": 50}
    ]


def test_each_application_takes_its_amount_for_its_line() -> None:
    applications = [
        Application(line=f"il_{number}", credit_grant="credgr_1", amount=number)
        for number in (30, 20)
    ]
    entries = ledger.applied(applications, grants={"credgr_1": GRANT}, invoice="in_1", now=300)
    assert told(entries) == [
        {
            "type": "credits_applied",
            "amount": -number,
            "created": 300,
            "effective_at": 300,
            "invoice": "in_1",
            "invoice_line_item": f"il_{number}",
        }
        for number in (30, 20)
    ]


@pytest.mark.parametrize("move", ["expired", "voided"])
def test_what_is_left_goes_when_a_grant_ends(move: str) -> None:
    entries = getattr(ledger, move)(GRANT, balance=40, now=300)
    assert told(entries) == [
        {"type": f"credits_{move}", "amount": -40, "created": 300, "effective_at": 300}
    ]
    assert getattr(ledger, move)(GRANT, balance=0, now=300) == ()


def _used(now: int) -> tuple[CreditBalanceTransaction, ...]:
    applications = [Application(line="il_1", credit_grant="credgr_1", amount=30)]
    return ledger.applied(applications, grants={"credgr_1": GRANT}, invoice="in_1", now=now)


BACK = {
    "type": "credits_application_invoice_voided",
    "amount": 30,
    "created": 400,
    "effective_at": 400,
    "invoice": "in_1",
    "invoice_line_item": "il_1",
}


def test_a_voided_invoice_gives_back_what_it_used() -> None:
    entries = ledger.reinstated(_used(300), grants={"credgr_1": GRANT}, now=400)
    assert told(entries) == [BACK]


def test_a_voided_invoice_gives_back_only_once() -> None:
    used = _used(300)
    back = ledger.reinstated(used, grants={"credgr_1": GRANT}, now=400)
    assert ledger.reinstated([*used, *back], grants={"credgr_1": GRANT}, now=500) == ()


@pytest.mark.parametrize("ended", [{"expires_at": 400}, {"expires_at": 350, "expired_at": 350}])
def test_what_comes_back_past_its_expiry_expires_at_once(ended: dict[str, int]) -> None:
    grant = msgspec.structs.replace(GRANT, **ended)
    entries = ledger.reinstated(_used(300), grants={"credgr_1": grant}, now=400)
    gone = {"type": "credits_expired", "amount": -30, "created": 400, "effective_at": 400}
    assert told(entries) == [BACK, gone]


def test_an_invoice_that_used_no_credits_gives_none_back() -> None:
    assert ledger.reinstated((), grants={}, now=400) == ()
