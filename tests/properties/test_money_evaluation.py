"""Alerts on money, evaluated over a log, tell what a scan finds that prices all after every row.

Rows come late, are cancelled and are of any formula; credits are granted in between, rows moved and
memory lost.
"""

import tempfile
from decimal import Decimal
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from taximeter.alerts.alert import Alert, CreditBalanceThreshold, SpendThreshold
from taximeter.credits.grant import CreditBalanceTransaction
from taximeter.ingest.event import LoggedEvent
from taximeter.ingest.log import Cancellation
from taximeter.invoicing.credit_left import credit_left
from taximeter.invoicing.spend import running, spend
from taximeter.invoicing.standing import (
    Quantities,
    Standing,
    quantities_wanted,
    read_standings,
)
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.usage.reader import UsageQuery
from tests.alerts.world import World, open_world
from tests.credits.world import a_grant, an_entry
from tests.invoicing.standings import a_subscription
from tests.oracle.totals import brute_totals
from tests.oracle.worked import MIDNIGHT_US, a_meter
from tests.properties.streams import START_US, Stream, streams
from tests.properties.test_reach import prices

CUSTOMER = "cus_1"
BEGINS = MIDNIGHT_US // MICROSECONDS - 86_400
Told = tuple[str, int, int, int, bool]
"""The alert, the round, the row, the number, and whether it has recovered."""


class Scan:
    """What both alerts should tell, by brute force."""

    def __init__(self, world: World, stream: Stream, meter: Meter, gte: int, lte: int) -> None:
        self.world = world
        self.stream = stream
        self.meter = meter
        self.gte = gte
        self.lte = lte
        self.found: list[Told] = []
        self.rounds = 0
        self.standing = self.read()

    def read(self) -> Standing:
        with self.world.records.reading() as unit:
            return read_standings(
                [CUSTOMER],
                unit=unit,
                environment=2,
                clock=self.world.clock,
                settings=self.world.settings,
            )[CUSTOMER]

    def quantities(self, seq: int) -> Quantities:
        found = {}
        for key in quantities_wanted(self.standing):
            query = UsageQuery(
                meter=self.meter,
                customer=CUSTOMER,
                start_us=key.start * MICROSECONDS,
                end_us=key.end * MICROSECONDS,
                until_seq=seq,
            )
            totals = brute_totals(self.stream.events, self.stream.cancellations, query)
            found[key] = totals[0].value if totals else Decimal(0)
        return found

    def row(self, seq: int, row: LoggedEvent | Cancellation) -> None:
        """Look at a row, if some quantity counts it."""
        event = row.event if isinstance(row, LoggedEvent) else row
        counted = (event.environment, event.meter, event.customer) == (2, self.meter.id, CUSTOMER)
        keys = quantities_wanted(self.standing)
        moment = event.timestamp_us
        if counted and any(
            one.start * MICROSECONDS <= moment < one.end * MICROSECONDS for one in keys
        ):
            self.look(seq, recovers=False)

    def look(self, seq: int, *, recovers: bool) -> None:
        """Hold both numbers against their thresholds, as they are after a row."""
        quantities = self.quantities(seq)
        amount = spend(self.standing, quantities, "usd")
        period = max((one.period_start for one in running(self.standing, "usd")), default=0)
        if amount >= self.gte and all(one[0] != "alrt_spend" for one in self.found):
            self.found.append(("alrt_spend", period * MICROSECONDS, seq, amount, False))
        if not self.standing.grants:
            return
        left = credit_left(self.standing, quantities, "usd")
        low = self.rounds % 2 == 1
        if (left > self.lte) if (low and recovers) else (not low and left <= self.lte):
            self.found.append(("alrt_credit", self.rounds, seq, left, low))
            self.rounds += 1


def add_alerts(world: World, gte: int, lte: int) -> None:
    plain = Alert(
        id="",
        environment=2,
        created=0,
        title="Money",
        alert_type="spend_threshold",
        active_since_us=0,
        after_seq=0,
        customer=CUSTOMER,
    )
    on_spend = SpendThreshold(gte=gte, currency="usd", recurrence="billing_period")
    on_credits = CreditBalanceThreshold(lte=lte, currency="usd")
    world.add_alert(msgspec.structs.replace(plain, id="alrt_spend", spend_threshold=on_spend))
    world.add_alert(
        msgspec.structs.replace(
            plain,
            id="alrt_credit",
            alert_type="credit_balance_threshold",
            credit_balance_threshold=on_credits,
        )
    )


def grant(world: World, number: int, amount: int) -> None:
    made = a_grant(str(number), customer=CUSTOMER, amount=amount)
    entry: CreditBalanceTransaction = an_entry(
        str(number), customer=CUSTOMER, credit_grant=made.id, amount=amount
    )
    with world.records.writing() as unit:
        unit.credit_grants.add(made)
        unit.credit_ledger.add([entry])


def prepare(world: World, meter: Meter, data: DataObject) -> None:
    world.clock.advance(seconds=START_US // MICROSECONDS)
    world.add_customers(2, CUSTOMER)
    world.add_meters(meter)
    with world.records.writing() as unit:
        for number in range(data.draw(st.integers(1, 2))):
            price = data.draw(prices("usd"))
            assert price.recurring is not None
            recurring = msgspec.structs.replace(price.recurring, meter=meter.id)
            price = msgspec.structs.replace(price, id=f"price_{number}", recurring=recurring)
            unit.prices.add(price)
            unit.subscriptions.add(a_subscription(str(number), price, now=BEGINS))


def play(world: World, stream: Stream, meter: Meter, data: DataObject) -> list[Told]:
    prepare(world, meter, data)
    rows: dict[int, LoggedEvent | Cancellation] = {one.seq: one for one in stream.events}
    rows |= {one.seq: one for one in stream.cancellations}
    scan = Scan(world, stream, meter, gte=1, lte=0)
    most = spend(scan.standing, scan.quantities(len(rows)), "usd")
    amounts = st.integers(1, 2 * most + 100)
    if data.draw(st.booleans()):
        grant(world, 0, data.draw(amounts))
    scan.gte = max(1, most * data.draw(st.integers(1, 100)) // 100)
    scan.lte = most * data.draw(st.integers(0, 100)) // 100
    scan.standing = scan.read()
    add_alerts(world, scan.gte, scan.lte)
    world.evaluate()
    scan.look(0, recovers=True)
    steps = st.sampled_from(["evaluate", "grant", "move", "restart", "send", "send", "send"])
    seq, looked, grants = 0, 0, 1
    judged = False
    while looked < len(rows):
        step = data.draw(steps)
        if step == "move":
            world.usage.settle()
        elif step == "restart":
            world.restart()
            judged = True
        elif step == "send" and seq < len(rows):
            sent = [rows[one] for one in range(seq + 1, min(len(rows), seq + 4) + 1)]
            world.append(
                [one for one in sent if isinstance(one, LoggedEvent)],
                [one for one in sent if isinstance(one, Cancellation)],
            )
            seq = sent[-1].seq
        else:
            for repeat in range(1 + (step == "grant")):
                world.evaluate()
                while looked < seq:
                    looked += 1
                    scan.row(looked, rows[looked])
                if judged or repeat:
                    scan.look(seq, recovers=True)
                judged = False
                if step == "grant" and not repeat:
                    grant(world, grants, data.draw(amounts))
                    grants += 1
                    scan.standing = scan.read()
    return scan.found


@settings(max_examples=12)
@given(st.data())
def test_alerts_on_money_tell_what_a_scan_finds(data: DataObject) -> None:
    stream = data.draw(streams(formulas=["sum", "sum", "count", "last", "max"]))
    meter = a_meter(id="mtr_0", environment=2)
    known = [one for one in stream.meters if one.environment == 2]
    meter = known[0] if known else meter
    rows_max = data.draw(st.sampled_from([3, 200_000]))
    with (
        tempfile.TemporaryDirectory() as folder,
        open_world(Path(folder), alert_rows_max=rows_max) as world,
    ):
        expected = play(world, stream, meter, data)
        told = [
            (one.alert, one.round, one.seq, int(one.value), one.recovered) for one in world.told
        ]
        assert sorted(told) == sorted(expected)
