"""Totals as SQL: a query struct to a statement with bound parameters.

The statement reads in four steps: the events counted (in range, not cancelled, as of the moment
asked), for pre-aggregated meters the survivor of each bucket, the range cut to its edges, and the
formula by window and group.
"""

from typing import Any

import msgspec

from taximeter.kit.periods import ceil_us, floor_us, window_us
from taximeter.meters import FormulaName
from taximeter.storage.duckdb.sources import Sources
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


def totals_statement(query: UsageQuery, sources: Sources, *, wide: bool = False) -> Statement:
    """Write the statement for a query; `wide` computes sums that DECIMAL(38, 15) cannot hold.

    Its columns: window start in microseconds, customer or NULL, the grouped dimensions, and the
    two columns of FORMULA_SQL.
    """
    where, parameters = scope(query)
    canceled = CANCELED.format(cancellations=sources.cancellations)
    if query.as_of_us is not None:
        where += " AND received_at < make_timestamp($as_of)"
        canceled += " AND received_at < make_timestamp($as_of)"
        parameters["as_of"] = query.as_of_us
    if query.until_seq is not None:
        where += " AND seq <= $until"
        canceled += " AND seq <= $until"
        parameters["until"] = query.until_seq
    source = EVENTS.format(
        events=sources.events,
        where=f"{where} AND {between(*bucket_range(query))}",
        canceled=canceled,
    )
    return Statement(of_events(query, source, wide=wide), parameters)


CANCELED = (
    "SELECT event_seq FROM {cancellations} WHERE environment = $environment AND meter = $meter"
)

EVENTS = """
    SELECT seq, timestamp, customer, value, value_text, dimensions
    FROM {events} WHERE {where} AND seq NOT IN ({canceled})
"""
"""Events that count, with the columns of which totals are made."""


def scope(query: UsageQuery) -> tuple[str, dict[str, Any]]:
    """Write which rows a query is about, whatever their time, and bind what it names."""
    meter = query.meter
    where = ["environment = $environment", "meter = $meter"]
    parameters: dict[str, Any] = {"environment": meter.environment, "meter": meter.id}
    if query.customer is not None:
        where.append("customer = $customer")
        parameters["customer"] = query.customer
    for index, (key, values) in enumerate(query.dimension_filters):
        where.append(f"list_contains($filter_{index}, {_dimension(query, key)})")
        parameters[f"filter_{index}"] = list(values)
    if query.cuts_us:
        parameters["starts"] = [query.start_us, *query.cuts_us]
    return " AND ".join(where), parameters


def between(start_us: int, end_us: int, column: str = "timestamp") -> str:
    """Write that a moment lies in a range."""
    return f"{column} >= make_timestamp({start_us}) AND {column} < make_timestamp({end_us})"


def bucket_range(query: UsageQuery) -> tuple[int, int]:
    """Return the query's range, made of whole buckets for a pre-aggregated meter."""
    bucket = query.meter.event_time_window
    if bucket is None:
        return query.start_us, query.end_us
    return floor_us(query.start_us, bucket), ceil_us(query.end_us, bucket)


def of_events(query: UsageQuery, source: str, *, wide: bool) -> str:
    """Write the total of events; for a pre-aggregated meter, of those that survive their bucket."""
    bucket = query.meter.event_time_window
    if bucket is not None:
        source = f"""
            SELECT * FROM (
                SELECT * FROM ({source})
                QUALIFY row_number() OVER (
                    PARTITION BY customer, dimensions, date_trunc('{bucket}', timestamp)
                    ORDER BY seq DESC
                ) = 1
            )
            WHERE {between(query.start_us, query.end_us)}
        """
    formula = FORMULA_SQL[query.meter.formula]
    if wide:
        formula = formula.replace("sum(value)", WIDE_SUM)
    return grouped(query, source, formula)


def grouped(query: UsageQuery, source: str, formula: str, *more: str) -> str:
    """Write a formula over rows by window and group, and by more columns where they are named."""
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
    selected, keys = ", ".join([*columns, *more]), ", ".join([*groups, *more])
    return f"SELECT {selected}, {formula} FROM ({source}) GROUP BY {keys}"


def group_names(query: UsageQuery) -> str:
    """Return the names of the columns before the formula's."""
    return ", ".join(
        ["window_start", "by_customer", *(f"d{i}" for i in range(len(query.group_by)))]
    )


def _dimension(query: UsageQuery, key: str) -> str:
    index = query.meter.dimension_keys.index(key)
    return f"json_extract_string(dimensions, '$[{index}]')"
