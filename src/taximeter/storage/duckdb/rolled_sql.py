"""Present totals as SQL: rollups below the watermark, rows above it, rows of hours that are cut.

For meters that add up, each part gives counts and sums, those of cancellations with a minus, and
the total is their sum. For the others each part gives events, of which one may stand for its whole
hour or day, and the total is what `totals_sql` makes of any events; an event that is given twice
changes nothing there.
"""

from collections.abc import Sequence

from taximeter.kit.periods import ceil_us, floor_us, window_us
from taximeter.meters import FormulaName
from taximeter.storage.duckdb.rollups import BUCKET
from taximeter.storage.duckdb.sources import Sources
from taximeter.storage.duckdb.totals_sql import (
    CANCELED,
    EVENTS,
    Statement,
    between,
    bucket_range,
    group_names,
    grouped,
    of_events,
    scope,
)
from taximeter.usage.reader import UsageQuery

_HOUR_US, _DAY_US = window_us("hour"), window_us("day")
_CUT_HOURS_MAX = 64
"""With more hours than these to be read row by row, all of the range is."""
_CUT_DAYS_MAX = 16
"""With more days than these to be read by hour, all of the range is."""

_SUM = "sum(whole) || '|' || sum(fraction)"
_OF_SUMS: dict[FormulaName, str] = {
    "sum": f"{_SUM}, NULL",
    "count": "sum(count), NULL",
    "avg": f"{_SUM}, sum(count)",
}
_COUNTED = " HAVING sum(count) > 0"


def rolled_statement(
    query: UsageQuery, sources: Sources, *, wide: bool = False
) -> Statement | None:
    """Write the statement for a total; None where the rows themselves are to be read.

    Its columns are those of `totals_statement`. What `as_of_us` leaves out must lie in tails, and
    be left out of these sources (see `Sources.before`). So must what `until_seq` leaves out (see
    `Sources.until`), except for sums: they take back what was moved after that row.
    """
    if query.meter.event_time_window is not None:
        return _of_picks(query, sources, (), wide=wide)
    cut = _cut_hours(query)
    if len(cut) > _CUT_HOURS_MAX:
        return None
    if query.meter.rollup == "sum":
        return _of_sums(query, sources, cut)
    return _of_picks(query, sources, cut, wide=wide)


def _cut_hours(query: UsageQuery) -> Sequence[int]:
    """Return the hours that begin or end outside the range, or in which one window ends."""
    edges = (query.start_us, *query.cuts_us, query.end_us)
    return sorted({floor_us(edge, "hour") for edge in edges if edge % _HOUR_US})


def _whole_hours(query: UsageQuery, cut: Sequence[int], column: str) -> str:
    """Write that an hour lies in the range and is not cut."""
    first, last = ceil_us(query.start_us, "hour"), floor_us(query.end_us, "hour")
    inner = [f"make_timestamp({hour})" for hour in cut if first <= hour < last]
    condition = between(first, last, column)
    return condition + (f" AND {column} NOT IN ({', '.join(inner)})" if inner else "")


def _whole_days(query: UsageQuery) -> tuple[str, str] | None:
    """Write that a day lies in the range and in one window, and that an hour is of no such day.

    None where days are of no use.
    """
    if query.window == "hour":
        return None
    first, last = ceil_us(query.start_us, "day"), floor_us(query.end_us, "day")
    cut = sorted({floor_us(edge, "day") for edge in query.cuts_us if edge % _DAY_US})
    inner = [day for day in cut if first <= day < last]
    if first >= last or len(inner) > _CUT_DAYS_MAX:
        return None
    days = between(first, last, "hour")
    if inner:
        days += f" AND hour NOT IN ({', '.join(f'make_timestamp({day})' for day in inner)})"
    others = [(query.start_us, first), (last, query.end_us)]
    others += [(day, day + _DAY_US) for day in inner]
    hours = " OR ".join(between(*one, "hour") for one in others if one[0] < one[1])
    return days, f"({hours or 'false'})"


def _within(query: UsageQuery, hour: int) -> str:
    """Write that a moment lies in the range and in the hour."""
    return between(max(hour, query.start_us), min(hour + _HOUR_US, query.end_us))


def _of_sums(query: UsageQuery, sources: Sources, cut: Sequence[int]) -> Statement:
    where, parameters = scope(query)
    hours = _whole_hours(query, cut, "hour")
    days = _whole_days(query)
    read = [(sources.fresh_sums, hours)]
    if days is None:
        read.append((sources.sums, hours))
    else:
        read += [(sources.day_sums, days[0]), (sources.sums, f"{hours} AND {days[1]}")]
    parts = [
        f"""
        SELECT hour AS timestamp, customer, dimensions, value_text, count, whole, fraction
        FROM {table} WHERE {where} AND {when}
        """
        for table, when in read
    ]
    places = [
        (sources.moved_events, sources.moved_cancellations, _within(query, hour)) for hour in cut
    ]
    whole_range = between(query.start_us, query.end_us)
    places.append((sources.tail_events, sources.tail_cancellations, whole_range))
    if query.until_seq is not None:
        # What is taken back is what an event and its cancellation count the other way round.
        later = f"{whole_range} AND seq > {query.until_seq}"
        places.append((sources.moved_cancellations, sources.moved_events, later))
    for events, cancellations, when in places:
        for table, sign in ((events, ""), (cancellations, "-")):
            parts.append(
                f"""
                SELECT timestamp, customer, dimensions, value_text, {sign}1,
                    {sign}CAST(trunc(value) AS HUGEINT), {sign}(value - trunc(value))
                FROM {table} WHERE {where} AND {when}
                """
            )
    source = " UNION ALL ".join(parts)
    formula = query.meter.formula
    if formula == "unique_count":
        texts = grouped(query, source, "NULL", "value_text") + _COUNTED
        names = group_names(query)
        sql = f"SELECT {names}, count(*), NULL FROM ({texts}) GROUP BY {names}"
    else:
        sql = grouped(query, source, _OF_SUMS[formula]) + _COUNTED
    return Statement(sql, parameters)


def _of_picks(query: UsageQuery, sources: Sources, cut: Sequence[int], *, wide: bool) -> Statement:
    where, parameters = scope(query)
    canceled = CANCELED.format(cancellations=sources.cancellations)
    whole_range = between(*bucket_range(query))
    touched = f"""
        SELECT DISTINCT customer, dimensions, {BUCKET.format("c")} AS bucket
        FROM {sources.tail_cancellations} c WHERE {where}
    """
    buckets = between(*bucket_range(query), "bucket")
    if query.meter.event_time_window is None:
        buckets = _whole_hours(query, cut, "bucket")
    parts = [
        f"""
        SELECT seq, timestamp, customer, value, value_text, dimensions
        FROM {sources.picks} ANTI JOIN ({touched}) USING (customer, dimensions, bucket)
        WHERE {where} AND {buckets}
        """,
        EVENTS.format(
            events=f"""(
                SELECT e.* FROM {sources.moved_events} e SEMI JOIN ({touched}) t
                ON t.customer = e.customer AND t.dimensions = e.dimensions
                    AND t.bucket = {BUCKET.format("e")}
            )""",
            where=f"{where} AND {whole_range}",
            canceled=canceled,
        ),
        EVENTS.format(
            events=sources.tail_events, where=f"{where} AND {whole_range}", canceled=canceled
        ),
    ]
    parts += [
        EVENTS.format(
            events=sources.moved_events,
            where=f"{where} AND {_within(query, hour)}",
            canceled=canceled,
        )
        for hour in cut
    ]
    return Statement(of_events(query, " UNION ALL ".join(parts), wide=wide), parameters)
