"""Simulations: everyone's usage of 30 days under other prices, within the program.

What an API client waits for beside it is one request and the JSON of the customers that it lists.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from time import perf_counter, time_ns

from benchmarks.aims import Held
from benchmarks.scale import Scale
from benchmarks.stored import DAYS, METER, copied
from benchmarks.table import milliseconds, percentile, print_table
from taximeter.app.stores import open_stores
from taximeter.environments import TEST, find_environment
from taximeter.kit.periods import DAY_SECONDS, ceil_us
from taximeter.pricing.price import CurrencyOption, Price, Recurring, Tier
from taximeter.pricing.simulate import Simulation, simulate
from taximeter.settings import Settings

_SHARE = 20

_RECURRING = Recurring(interval="month", usage_type="metered", meter=METER)
PER_UNIT = CurrencyOption(unit_amount=Decimal("0.5"))
GRADUATED = CurrencyOption(
    tiers=(
        Tier(up_to=1_000, unit_amount=Decimal(0)),
        Tier(up_to=100_000, unit_amount=Decimal("0.5")),
        Tier(up_to=None, unit_amount=Decimal("0.25"), flat_amount=Decimal(300)),
    )
)


def _price(id: str, option: CurrencyOption) -> Price:
    return Price(
        id=id,
        environment=0,
        created=0,
        product="prod_bench",
        currency="usd",
        billing_scheme="tiered" if option.tiers else "per_unit",
        tiers_mode="graduated" if option.tiers else None,
        currency_options={"usd": option},
        recurring=_RECURRING,
    )


def run(scale: Scale) -> list[Held]:
    rows: list[list[object]] = []
    end = ceil_us(time_ns() // 1_000, "day") // 1_000_000
    for stored in scale.stored_events:
        with copied(stored, scale.customers) as data:
            took, simulation = _timed(data, scale, end)
        rows.append(
            [
                f"{stored:,}",
                f"{len(simulation.customers):,}",
                *(milliseconds(percentile(took, share)) for share in (0.5, 0.99)),
                milliseconds(max(took)),
                len(took),
            ]
        )
    print_table(
        f"simulations over {DAYS} days: so much a unit before, three graduated tiers after",
        ["stored events", "customers", "p50", "p99", "longest", "runs"],
        rows,
    )
    return []


def _timed(data: Path, scale: Scale, end: int) -> tuple[Sequence[float], Simulation]:
    with open_stores(data, Settings()) as stores:
        with stores.records.reading() as unit:
            environment = find_environment(store=unit.environments, name=TEST)
            assert environment is not None
            meter = unit.meters.get(environment.id, METER)
        assert meter is not None
        took: list[float] = []
        while True:
            begin = perf_counter()
            simulation = simulate(
                reader=stores.reader,
                meters={METER: meter},
                before=[_price("price_before", PER_UNIT)],
                after=[_price("price_after", GRADUATED)],
                currency="usd",
                start=end - DAYS * DAY_SECONDS,
                end=end,
            )
            took.append(perf_counter() - begin)
            if len(took) >= max(3, scale.reads // _SHARE):
                return took, simulation
