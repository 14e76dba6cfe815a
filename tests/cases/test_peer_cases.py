"""What other metering systems' test suites expect, and what is decided otherwise here.

The JSON files beside this one hold facts: ids, sources, inputs, figures. Where a case stands with a
`decision`, the figure is ours and the decision says what the peer answers and why we do not.
`left_out.json` lists the cases of features that do not exist, by reason.
"""

import json
from collections import Counter
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from taximeter.ingest.event import MeterEvent, Rejection, SentEvent, check, read_value
from taximeter.ingest.identifiers import Deduplicator
from taximeter.ingest.transaction import Recorded, Taken
from taximeter.ingest.writer import Writer
from taximeter.kit import decimals
from taximeter.kit.clock import SteppingClock
from taximeter.meters import Meter
from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import UsageQuery
from tests.oracle.fresh import fresh_database
from tests.oracle.worked import DAY_US, MIDNIGHT_US, SECOND_US, SETTINGS, a_meter

HERE = Path(__file__).parent


def cases(name: str) -> list[Any]:
    found: list[Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return found


def every(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(one, id=one["id"]) for one in cases(name)])


class Recount:
    """A log that a case's events went into, one after another, through the real writer."""

    def __init__(self, database: UsageDatabase, case: Any, formula: str) -> None:
        keys = (case["dimension"],) if "dimension" in case else ()
        self.meter: Meter = a_meter(formula=formula, dimension_keys=keys)
        self.outcome: Counter[str] = Counter()
        self._reader = DuckReader(database)
        log, clock = DuckLog(database), SteppingClock(MIDNIGHT_US)
        deduplicator = Deduplicator(log=log, settings=SETTINGS)
        deduplicator.rebuild(now_us=MIDNIGHT_US)
        self._writer = Writer(log=log, deduplicator=deduplicator, clock=clock, settings=SETTINGS)
        self._writer.start()
        for number, event in enumerate(case["events"] * case.get("repeat", 1)):
            received_us = MIDNIGHT_US + event.get("received", 6 * 86_400) * SECOND_US
            clock.advance(seconds=(received_us - clock.now_us()) / SECOND_US)
            self._send(event, number, received_us)
        self._writer.close()

    def _send(self, event: Any, number: int, now_us: int) -> None:
        payload = {"stripe_customer_id": "cus_1"}
        payload |= {
            key: event[key] for key in ("value", *self.meter.dimension_keys) if key in event
        }
        sent = SentEvent(
            event_name=self.meter.event_name,
            payload=payload,
            identifier=event.get("identifier", f"event {number}"),
            timestamp_us=MIDNIGHT_US + event.get("at", 0) * SECOND_US,
        )
        checked = check(sent, meter=self.meter, environment=2, now_us=now_us, settings=SETTINGS)
        if isinstance(checked, Rejection):
            self.outcome["refused"] += 1
            return
        assert isinstance(checked, MeterEvent)
        (outcome,) = self._writer.submit([checked]).result()
        assert isinstance(outcome, Recorded | Taken)
        if isinstance(outcome, Taken):
            self.outcome["duplicates"] += 1

    def totals(self, case: Any) -> list[str]:
        """The totals that a case asks for, oldest window first, or one for each moment."""
        filters = ((case["dimension"], (case["filter"],)),) if "filter" in case else ()
        end_us = MIDNIGHT_US + 6 * DAY_US
        if "end" in case:
            end_us = MIDNIGHT_US + case["end"] * SECOND_US
        found = []
        for as_of in case.get("as_of", [None]):
            query = UsageQuery(
                meter=self.meter,
                start_us=MIDNIGHT_US,
                end_us=end_us,
                window=case.get("window"),
                dimension_filters=filters,
                as_of_us=None if as_of is None else MIDNIGHT_US + as_of * SECOND_US,
            )
            totals = sorted(self._reader.totals(query), key=lambda one: one.start_us)
            found += [decimals.text(one.value) for one in totals]
        return found


@every("totals")
def test_a_total_is_the_peers_or_has_its_decision(case: Any) -> None:
    expected = {"refused": 0, "duplicates": 0, **case["expected"]}
    found: dict[str, object] = {}
    for formula, totals in {case["formula"]: expected["totals"], **case.get("also", {})}.items():
        with fresh_database() as database:
            recount = Recount(database, case, formula)
            found = {name: recount.outcome[name] for name in ("refused", "duplicates")}
            found["totals"] = recount.totals(case)
        assert found == {**expected, "totals": totals}


@every("values")
def test_a_value_is_read_or_refused_as_the_case_says(case: Any) -> None:
    payload = {} if case["value"] is None else {"value": case["value"]}
    read = read_value(payload, a_meter(), SETTINGS)
    answer = read.code if isinstance(read, Rejection) else decimals.text(read.value or Decimal(0))
    assert answer == case["expected"]


@every("rounding")
def test_a_half_is_rounded_away_from_zero(case: Any) -> None:
    value = decimals.rounded(Decimal(case["value"]), places=case["places"])
    assert decimals.text(value) == case["expected"]


def test_no_case_is_both_read_and_left_out() -> None:
    left_out = json.loads((HERE / "left_out.json").read_text(encoding="utf-8"))
    read = [
        one["id"] for name in ("totals", "values", "rounding", "credits") for one in cases(name)
    ]
    names = ("totals", "values", "rounding", "pricing")
    read = [one["id"] for name in names for one in cases(name)]
    ids = [*read, *chain.from_iterable(left_out.values())]
    assert [id for id, count in Counter(ids).items() if count > 1] == []
