"""The statement behind a total reads as the totals' definition does."""

import re

import msgspec

from taximeter.storage.duckdb.sources import Sources
from taximeter.storage.duckdb.totals_sql import totals_statement
from taximeter.usage.reader import UsageQuery
from tests.storage.rows import HOUR_US, METER

QUERY = UsageQuery(
    meter=METER,
    start_us=0,
    end_us=24 * HOUR_US,
    customer="cus_1",
    window="hour",
    dimension_filters=(("region", ("eu",)),),
    group_by=("region",),
    as_of_us=7,
)
SOURCES = Sources(
    **{name: name for name in Sources.__struct_fields__},
)


def _written(sql: str) -> str:
    """A statement with its blanks evened out."""
    return re.sub(r"\s+", " ", sql).strip()


def test_a_sum_by_hour_and_dimension_as_of_a_moment() -> None:
    statement = totals_statement(QUERY, SOURCES)
    assert _written(statement.sql) == (
        "SELECT epoch_us(timestamp) // 3600000000 * 3600000000 AS window_start, "
        "NULL AS by_customer, json_extract_string(dimensions, '$[0]') AS d0, sum(value), NULL "
        "FROM ( SELECT seq, timestamp, customer, value, value_text, dimensions FROM events "
        "WHERE environment = $environment AND meter = $meter AND customer = $customer "
        "AND list_contains($filter_0, json_extract_string(dimensions, '$[0]')) "
        "AND received_at < make_timestamp($as_of) "
        "AND timestamp >= make_timestamp(0) AND timestamp < make_timestamp(86400000000) "
        "AND seq NOT IN (SELECT event_seq FROM cancellations WHERE environment = $environment "
        "AND meter = $meter AND received_at < make_timestamp($as_of)) ) "
        "GROUP BY window_start, by_customer, d0"
    )
    assert statement.parameters == {
        "environment": 2,
        "meter": "mtr_test_1",
        "customer": "cus_1",
        "as_of": 7,
        "filter_0": ["eu"],
    }


def _texts(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def test_what_was_sent_is_bound_and_never_part_of_the_statement() -> None:
    spiteful = "'; DROP TABLE events; --"
    meter = msgspec.structs.replace(METER, id=spiteful, dimension_keys=(spiteful,))
    statement = totals_statement(
        msgspec.structs.replace(
            QUERY,
            meter=meter,
            customer=spiteful,
            dimension_filters=((spiteful, (spiteful,)),),
            group_by=(spiteful,),
        ),
        SOURCES,
    )
    assert statement.sql == totals_statement(QUERY, SOURCES).sql
    assert [
        name for name, value in statement.parameters.items() if spiteful in (value, *_texts(value))
    ] == [
        "meter",
        "customer",
        "filter_0",
    ]
