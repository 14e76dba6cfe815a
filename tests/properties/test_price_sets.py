"""Coverage and simulations against the plain questions that they put together."""

from decimal import Decimal
from itertools import product

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, DrawFn

from taximeter.kit import decimals
from taximeter.kit.clock import MICROSECONDS
from taximeter.meters import Meter
from taximeter.pricing.coverage import covers, measure_coverage, overlap
from taximeter.pricing.price import DimensionFilters, Price, Recurring
from taximeter.pricing.rate import rate
from taximeter.pricing.simulate import simulate
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import UsageQuery
from tests.oracle.worked import MIDNIGHT
from tests.pricing.examples import per_unit, tiered
from tests.properties.streams import CUSTOMERS, KEYS, Stream, dimension_values, streams
from tests.properties.test_totals import duckdb_reader

DAY = 86_400
START, END = MIDNIGHT - DAY, MIDNIGHT + DAY
VALUES = ("x", "X", "y")


@st.composite
def filters(draw: DrawFn, meter: Meter) -> DimensionFilters:
    """A filter by some of a meter's dimensions."""
    keys = draw(st.sets(st.sampled_from(meter.dimension_keys or ("",))))
    values = st.lists(dimension_values, min_size=1, max_size=3, unique=True).map(tuple)
    return tuple((key, draw(values)) for key in sorted(keys & set(meter.dimension_keys)))


@st.composite
def prices(draw: DrawFn, meter: Meter, name: str) -> list[Price]:
    """One to three prices for some of a meter's usage."""
    made = []
    for index in range(draw(st.integers(1, 3))):
        recurring = Recurring(
            interval="month",
            usage_type="metered",
            meter=meter.id,
            dimension_filters=draw(filters(meter)),
        )
        tiers = ((5, "0.5", None), (None, "0.25", "30"))
        plain = draw(
            st.sampled_from(
                [per_unit("0.3"), tiered("graduated", *tiers), tiered("volume", *tiers)]
            )
        )
        made.append(msgspec.structs.replace(plain, id=f"{name}_{index}", recurring=recurring))
    return made


def total(
    reader: DuckReader, meter: Meter, wanted: DimensionFilters, customer: str | None
) -> Decimal:
    """What a price's own question comes to; 0 without usage."""
    query = UsageQuery(
        meter=meter,
        start_us=START * MICROSECONDS,
        end_us=END * MICROSECONDS,
        customer=customer,
        dimension_filters=wanted,
    )
    return decimals.total(one.value for one in reader.totals(query))


@settings(max_examples=30)
@given(streams(formulas=["sum", "count"]), st.data())
def test_the_usage_that_a_price_covers_is_the_usage_that_it_bills(
    stream: Stream, data: DataObject
) -> None:
    with duckdb_reader(stream) as reader:
        for meter in stream.meters:
            asked = data.draw(prices(meter, "price"))
            customer = data.draw(st.sampled_from([None, *CUSTOMERS]))
            found = measure_coverage(
                reader=reader,
                meters=[meter],
                prices=asked,
                start=START,
                end=END,
                customer=customer,
                rows_max=1_000,
            )
            for price in asked:
                covered = [one.value for one in found.usage if price.id in one.prices]
                billed = total(reader, meter, price.counted[1], customer)
                assert decimals.total(covered) == billed


two_filters = st.dictionaries(
    st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), min_size=1, unique=True).map(tuple)
).map(lambda one: tuple(sorted(one.items())))


@given(two_filters, two_filters)
def test_prices_overlap_where_some_combination_of_values_passes_both(
    one: DimensionFilters, other: DimensionFilters
) -> None:
    combinations = [dict(zip(KEYS, values, strict=True)) for values in product(VALUES, repeat=2)]
    both = [it for it in combinations if covers(one, it) and covers(other, it)]
    assert overlap(one, other) is bool(both)


@settings(max_examples=30)
@given(streams(), st.data())
def test_a_simulation_is_each_customers_own_charges_added_up(
    stream: Stream, data: DataObject
) -> None:
    meter = data.draw(st.sampled_from(stream.meters))
    before, after = (data.draw(prices(meter, name)) for name in ("before", "after"))
    with duckdb_reader(stream) as reader:
        found = simulate(
            reader=reader,
            meters={meter.id: meter},
            before=before,
            after=after,
            currency="usd",
            start=START,
            end=END,
            customers=CUSTOMERS,
        )
        assert {one.customer: (one.before, one.after) for one in found.customers} == {
            customer: tuple(
                sum(
                    charge.amount
                    for price in side
                    for charge in rate(
                        price,
                        currency="usd",
                        quantity=max(Decimal(0), total(reader, meter, price.counted[1], customer)),
                    )
                )
                for side in (before, after)
            )
            for customer in CUSTOMERS
        }
