"""Whatever happens to grants, the ledger's entries add up to what is left of them."""

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from taximeter.credits import change, ledger
from taximeter.credits.apply import Payable, apply
from taximeter.credits.create import NewGrant, create
from taximeter.credits.expire import Expiries, expiry
from taximeter.credits.grant import CreditGrant
from taximeter.customers import Customer, CustomerDetails
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest
from taximeter.kit.clock import MICROSECONDS, SteppingClock, now_s
from taximeter.kit.paging import Cursor
from taximeter.storage.records.database import RecordsDatabase

HERE = Environment(id=2, name="test", livemode=False)
START = 1_000_000
ANN = Customer(id="cus_1", environment=2, created=START, details=CustomerDetails())

which = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("grant"), st.integers(1, 50), st.none() | st.integers(1, 100)),
    st.tuples(st.just("invoice"), st.integers(0, 80)),
    st.tuples(st.just("void_invoice"), which),
    st.tuples(st.sampled_from(["expire", "void", "never_expire"]), which),
    st.tuples(st.just("wait"), st.integers(1, 60)),
    st.tuples(st.just("sweep")),
)


class Books:
    """One customer's credits in real records."""

    def __init__(self, records: RecordsDatabase) -> None:
        self.records = records
        self.clock = SteppingClock(START * MICROSECONDS)
        self.grants: list[str] = []
        self.billed: list[int] = []
        with records.writing() as unit:
            unit.customers.add(ANN)

    def take(self, step: tuple[Any, ...]) -> None:
        """Take a step; what the rules refuse changes nothing."""
        name, *arguments = step
        with suppress(InvalidRequest):
            getattr(self, f"_{name}")(*arguments)

    def _grant(self, amount: int, lasts: int | None) -> None:
        now = now_s(self.clock)
        new = NewGrant(
            customer=ANN.id,
            currency="usd",
            amount=amount,
            expires_at=None if lasts is None else now + lasts,
        )
        with self.records.writing() as unit:
            made = create(unit=unit, environment=HERE, clock=self.clock, new=new)
        self.grants.append(made.id)

    def _invoice(self, amount: int) -> None:
        id = f"in_{len(self.billed)}"
        self.billed.append(amount)
        now = now_s(self.clock)
        with self.records.writing() as unit:
            grants = {one.id: one for one in unit.credit_grants.of_customers(2, [ANN.id])}
            applications = apply(
                [Payable(line="il_1", price="p", amount=amount)],
                grants=list(grants.values()),
                balances=unit.credit_ledger.balances(2, grants),
                currency="usd",
                period_end=now,
            )
            entries = ledger.applied(applications, grants=grants, invoice=id, now=now)
            unit.credit_ledger.add(entries)

    def _void_invoice(self, number: int) -> None:
        with self.records.writing() as unit:
            ledger.reinstate(
                grants=unit.credit_grants,
                ledger=unit.credit_ledger,
                environment=2,
                invoice=f"in_{number}",
                now=now_s(self.clock),
            )

    def _expire(self, number: int) -> None:
        self._change(number, change.expire)

    def _void(self, number: int) -> None:
        self._change(number, change.void)

    def _never_expire(self, number: int) -> None:
        self._change(number, change.update, expires_at=None)

    def _change(self, number: int, use_case: Any, **fields: Any) -> None:
        if number < len(self.grants):
            with self.records.writing() as unit:
                use_case(
                    unit=unit,
                    environment=HERE,
                    clock=self.clock,
                    id=self.grants[number],
                    **fields,
                )

    def _wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    def _sweep(self) -> None:
        works = [work for grant in self.read() for work in expiry(grant)]
        due = [work for work in works if work.due_at <= now_s(self.clock)]
        expiries = Expiries(
            records=self.records, clock=self.clock, awaited=lambda unit, grant: False
        )
        expiries.run(due)
        expiries.run(due)

    def read(self) -> list[CreditGrant]:
        with self.records.reading() as unit:
            return list(unit.credit_grants.of_customers(2, [ANN.id], ended=True))

    def check_entries(self) -> None:
        """Compare what is left of each grant with its entries, and both with the rules."""
        with self.records.reading() as unit:
            balances = unit.credit_ledger.balances(2, self.grants)
            for grant in self.read():
                cursor = Cursor(limit=1_000)
                entries = unit.credit_ledger.page(2, cursor, ANN.id, grant.id).data
                amounts = [entry.amount for entry in reversed(entries)]
                left = [sum(amounts[: count + 1]) for count in range(len(amounts))]
                assert left[-1] == balances[grant.id]
                assert all(0 <= one <= grant.amount for one in left)
                assert 0 not in amounts
                if grant.voided_at is not None or grant.expired_at is not None:
                    assert left[-1] == 0
            for number, billed in enumerate(self.billed):
                used = unit.credit_ledger.of_invoice(2, f"in_{number}")
                assert 0 <= -sum(entry.amount for entry in used) <= billed


@given(st.lists(steps, max_size=25))
def test_entries_add_up_to_what_is_left_after_any_steps(taken: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        records = RecordsDatabase.open_sqlite(Path(folder) / "records.sqlite3")
        try:
            books = Books(records)
            for step in taken:
                books.take(step)
                books.check_entries()
        finally:
            records.close()
