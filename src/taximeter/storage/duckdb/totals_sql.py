"""Totals as SQL: a query struct to a statement with bound parameters.

The statement reads in four steps: the events counted (in range, not cancelled, as of the moment
asked), for pre-aggregated meters the survivor of each bucket, the range cut to its edges, and the
formula by window and group.
"""

from typing import Any

import msgspec

from taximeter.kit.periods import ceil_us, floor_us, window_us
from taximeter.meters import FormulaName
from taximeter.storage.duckdb.sources import ONE_FILE, Sources
from taximeter.usage.reader import UsageQuery

FORMULA_SQL: dict[FormulaName, str] = {
    "sum": "sum(value), NULL",
    "count": "count(*), NULL",
    "last": "arg_max(value, (timestamp, seq)), NULL",
    "max": "max(value), NULL",
    "min": "min(value), NULL",
    "avg": "sum(value), count(*)",
    "unique_count": "count(DISTINCT value_text), NULL",
}
"""The two columns from which a result is made: a number, and for `avg` how many it is of."""

WIDE_SUM = "sum(CAST(trunc(value) AS HUGEINT)) || '|' || CAST(sum(value - trunc(value)) AS VARCHAR)"
"""The sum as text, whole and fraction apart: slower, for totals past DECIMAL(38, 15)."""


class Statement(msgspec.Struct, frozen=True):
    """SQL and what is bound to it."""

    sql: str
    parameters: dict[str, Any]


def totals_statement(
    query: UsageQuery, sources: Sources = ONE_FILE, *, wide: bool = False
) -> Statement:
    """Write the statement for a query; `wide` computes sums that DECIMAL(38, 15) cannot hold.

    Its columns: window start in microseconds, customer or NULL, the grouped dimensions, and the
    two columns of FORMULA_SQL.
    """
    meter = query.meter
    bucket = meter.event_time_window
    start_us, end_us = query.start_us, query.end_us
    if bucket is not None:
        start_us, end_us = floor_us(start_us, bucket), ceil_us(end_us, bucket)
    parameters: dict[str, Any] = {
        "environment": meter.environment,
        "meter": meter.id,
        "start": start_us,
        "end": end_us,
    }
    where = [
        "environment = $environment",
        "meter = $meter",
        "timestamp >= make_timestamp($start)",
        "timestamp < make_timestamp($end)",
    ]
    canceled = f"SELECT event_seq FROM {sources.cancellations} WHERE environment = $environment"
    if query.customer is not None:
        where.append("customer = $customer")
        parameters["customer"] = query.customer
    if query.as_of_us is not None:
        where.append("received_at < make_timestamp($as_of)")
        canceled += " AND received_at < make_timestamp($as_of)"
        parameters["as_of"] = query.as_of_us
    for index, (key, values) in enumerate(query.dimension_filters):
        where.append(f"list_contains($filter_{index}, {_dimension(query, key)})")
        parameters[f"filter_{index}"] = list(values)
    source = f"""
        SELECT seq, timestamp, customer, value, value_text, dimensions
        FROM {sources.events}
        WHERE {" AND ".join(where)} AND seq NOT IN ({canceled})
    """
    if bucket is not None:
        parameters |= {"cut_start": query.start_us, "cut_end": query.end_us}
        source = f"""
            SELECT * FROM (
                {source}
                QUALIFY row_number() OVER (
                    PARTITION BY customer, dimensions, date_trunc('{bucket}', timestamp)
                    ORDER BY seq DESC
                ) = 1
            )
            WHERE timestamp >= make_timestamp($cut_start) AND timestamp < make_timestamp($cut_end)
        """
    if query.cuts_us:
        parameters["starts"] = [query.start_us, *query.cuts_us]
    return Statement(_grouped(query, source, wide=wide), parameters)


def _grouped(query: UsageQuery, source: str, *, wide: bool) -> str:
    window = str(query.start_us)
    if query.cuts_us:
        window = "window_started"
        source = f"""
            SELECT * FROM ({source})
            ASOF JOIN (SELECT unnest($starts::BIGINT[]) AS window_started)
            ON epoch_us(timestamp) >= window_started
        """
    if query.window is not None:
        length = window_us(query.window)
        window = f"epoch_us(timestamp) // {length} * {length}"
    groups = {
        "window_start": window,
        "by_customer": "customer" if query.by_customer else "NULL",
    }
    groups |= {f"d{i}": _dimension(query, key) for i, key in enumerate(query.group_by)}
    columns = [f"{expression} AS {name}" for name, expression in groups.items()]
    formula = FORMULA_SQL[query.meter.formula]
    if wide:
        formula = formula.replace("sum(value)", WIDE_SUM)
    return f"SELECT {', '.join(columns)}, {formula} FROM ({source}) GROUP BY {', '.join(groups)}"


def _dimension(query: UsageQuery, key: str) -> str:
    index = query.meter.dimension_keys.index(key)
    return f"json_extract_string(dimensions, '$[{index}]')"
