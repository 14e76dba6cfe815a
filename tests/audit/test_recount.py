"""The recount's way of merging states gives what folding them in order gives."""

import random
from decimal import Decimal

import pytest

from taximeter.audit.recount import Running
from taximeter.kit.periods import Window
from taximeter.meters import FormulaName, Meter
from taximeter.usage.aggregate import FORMULAS, Counted


def meter(formula: FormulaName, window: Window | None = None) -> Meter:
    return Meter(
        id="mtr_1",
        environment=2,
        created=0,
        updated=0,
        display_name="",
        event_name="e",
        event_time_window=window,
        formula=formula,
        customer_key="stripe_customer_id",
        value_key="value",
        dimension_keys=(),
    )


@pytest.mark.parametrize("formula", list(FORMULAS))
def test_merging_like_a_counter_equals_folding_in_order(formula: FormulaName) -> None:
    generator = random.Random(11)
    for length in range(40):
        events = [
            Counted(
                seq=seq,
                timestamp_us=generator.randrange(9),
                value=Decimal(generator.randrange(-99, 99)) / 4,
                text=str(generator.randrange(9)),
            )
            for seq in range(1, length + 1)
        ]
        running = Running(meter(formula))
        for event in events:
            running.add(event)
        assert running.result() == FORMULAS[formula].fold(events)
