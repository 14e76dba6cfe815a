"""The statements of watches, in the order in which a stretch of the log passes through them.

Totals lie as a whole part and a fraction, as in rollups, so that no sum is too great for its type;
a whole number is more than a fraction exactly where it is more than the fraction rounded down.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from taximeter.alerts.watches import Series
from taximeter.meters import Meter
from taximeter.storage.duckdb.sources import Sources

CREATE = (
    """
    CREATE TEMP TABLE series (
        series INTEGER, environment INTEGER, meter VARCHAR, shape INTEGER, segment VARCHAR[],
        rule VARCHAR, everyone BOOLEAN
    )
    """,
    "CREATE TEMP TABLE named (series INTEGER, customer VARCHAR)",
    """
    CREATE TEMP TABLE watches (
        key VARCHAR, position INTEGER, series INTEGER, customer VARCHAR, start_us BIGINT,
        end_us BIGINT, seq BIGINT, whole HUGEINT, fraction DECIMAL(38, 15), look_at DECIMAL(38, 15)
    )
    """,
    """
    CREATE TEMP TABLE touched (
        series INTEGER, customer VARCHAR, rule VARCHAR, seq BIGINT, received_at_us BIGINT,
        canceled BOOLEAN, timestamp_us BIGINT, value DECIMAL(38, 15), value_text VARCHAR
    )
    """,
)

_STRETCH = """
    SELECT seq, received_at, environment, meter, customer, timestamp, value, value_text,
        dimensions, false AS canceled
    FROM {events} WHERE seq > $after AND seq <= $until
    UNION ALL
    SELECT seq, received_at, environment, meter, customer, timestamp, value, value_text,
        dimensions, true
    FROM {cancellations} WHERE seq > $after AND seq <= $until
"""
"""The rows of a stretch."""

_TOUCHED = """
    SELECT s.series, r.customer, s.rule, r.seq, epoch_us(r.received_at) AS received_at_us,
        r.canceled, epoch_us(r.timestamp) AS timestamp_us, r.value, r.value_text
    FROM stretch r
    JOIN series s ON s.shape = {number} AND s.environment = r.environment AND s.meter = r.meter
        {segment}
    LEFT JOIN named n ON n.series = s.series AND n.customer = r.customer
    WHERE s.everyone OR n.customer IS NOT NULL
"""
"""What of the rows each series follows, for series whose filters name the same dimensions."""

UNFOLLOWED = """
    SELECT t.series, t.customer, min(t.timestamp_us), max(t.received_at_us)
    FROM touched t LEFT JOIN watches w ON w.series = t.series AND w.customer = t.customer
        AND w.start_us <= t.timestamp_us AND w.end_us > t.timestamp_us
    WHERE w.key IS NULL
    GROUP BY t.series, t.customer, t.timestamp_us // 86_400_000_000
"""

_AMOUNT = """
    CASE t.rule WHEN 'sum' THEN t.value WHEN 'count' THEN 1
        WHEN 'unique_count' THEN CASE WHEN t.canceled THEN 0 ELSE 1 END END
"""
"""What a row counts; of texts that are distinct, the most that it could."""

_SIGNED = f"CASE WHEN t.canceled THEN -({_AMOUNT}) ELSE {_AMOUNT} END"

_ADDED = f"""
    CREATE OR REPLACE TEMP TABLE added AS
    SELECT key, position, any_value(rule) AS rule, any_value(whole) AS whole,
        any_value(fraction) AS fraction, any_value(look_at) AS look_at, {{sums}},
        max(value) FILTER (NOT canceled) AS greatest, bool_or(canceled) AS canceled
    FROM (
        SELECT w.key, w.position, w.whole, w.fraction, w.look_at, t.rule, t.value, t.canceled,
            CAST({_SIGNED} AS DECIMAL(38, 15)) AS amount
        FROM touched t JOIN watches w ON w.series = t.series AND w.customer = t.customer
            AND w.start_us <= t.timestamp_us AND w.end_us > t.timestamp_us AND w.seq < t.seq
    )
    GROUP BY key, position
"""

ADDED = _ADDED.format(
    sums="""
        coalesce(CAST(trunc(sum(amount)) AS HUGEINT), 0) AS more_whole,
        coalesce(sum(amount) - trunc(sum(amount)), 0) AS more_fraction,
        coalesce(CAST(trunc(sum(greatest(amount, 0))) AS HUGEINT), 0) AS up_whole,
        coalesce(sum(greatest(amount, 0)) - trunc(sum(greatest(amount, 0))), 0) AS up_fraction
    """
)
ADDED_WIDE = _ADDED.format(
    sums="""
        coalesce(sum(CAST(trunc(amount) AS HUGEINT)), 0) AS more_whole,
        coalesce(sum(amount - trunc(amount)), 0) AS more_fraction,
        coalesce(sum(CAST(trunc(greatest(amount, 0)) AS HUGEINT)), 0) AS up_whole,
        coalesce(sum(greatest(amount, 0) - trunc(greatest(amount, 0))), 0) AS up_fraction
    """
)
"""What each watch's rows add to it, and how far they could have lifted it in between.

The second is slower, for sums past DECIMAL(38, 15).
"""

_TOTAL_COULD = """
    CAST(trunc(look_at) AS HUGEINT) - whole - up_whole
        <= CAST(floor(fraction + up_fraction - (look_at - trunc(look_at))) AS HUGEINT)
"""

DUE = f"""
    CREATE OR REPLACE TEMP TABLE due AS
    SELECT DISTINCT key FROM added
    WHERE look_at IS NOT NULL AND (
        {_TOTAL_COULD}
        OR CASE rule
            WHEN 'sum' THEN false
            WHEN 'count' THEN false
            WHEN 'unique_count' THEN false
            WHEN 'max' THEN greatest >= look_at OR (canceled AND look_at <= 0)
            WHEN 'any' THEN true
            ELSE canceled OR greatest >= look_at
        END
    )
"""
"""The keys that are to be looked at.

Only a value that is itself great enough lifts a maximum, or one less where that leaves none, which
is 0; of averages, minima and last values one less may lift whatever is left. What is due already
is so whatever the rows.
"""

CANDIDATES = """
    SELECT w.*, t.seq, t.received_at_us, t.canceled, t.timestamp_us, t.value, t.value_text
    FROM watches w SEMI JOIN due ON due.key = w.key
    LEFT JOIN touched t ON t.series = w.series AND t.customer = w.customer
        AND w.start_us <= t.timestamp_us AND w.end_us > t.timestamp_us AND w.seq < t.seq
    ORDER BY w.key, w.position, t.seq
"""

ADVANCE = """
    UPDATE watches SET whole = watches.whole + a.more_whole,
        fraction = watches.fraction + a.more_fraction, seq = $until
    FROM added a
    WHERE a.key = watches.key AND a.position = watches.position
        AND a.key NOT IN (SELECT key FROM due)
"""

PUT = (
    "DELETE FROM watches WHERE key IN (SELECT key FROM incoming)",
    """
    INSERT INTO watches
    SELECT key, position, series, customer, start_us, end_us, seq, CAST(whole AS HUGEINT),
        CAST(fraction AS DECIMAL(38, 15)), CAST(look_at AS DECIMAL(38, 15))
    FROM incoming
    """,
)

FORGET = "DELETE FROM watches WHERE key IN (SELECT key FROM watches WHERE {which})"


def touched_statement(shapes: Mapping[tuple[int, ...], int], sources: Sources) -> str:
    """Write which rows of a stretch the series follow, by the dimensions that filters name.

    `$after` and `$until` are to be bound.
    """
    parts = [
        _TOUCHED.format(number=number, segment=_segment(shape)) for shape, number in shapes.items()
    ]
    return (
        "CREATE OR REPLACE TEMP TABLE touched AS "
        f"WITH stretch AS ({sources.into(_STRETCH)}) {' UNION ALL '.join(parts)}"
    )


def _segment(shape: Sequence[int]) -> str:
    if not shape:
        return ""
    values = [f"json_extract_string(r.dimensions, '$[{index}]')" for index in shape]
    return f"AND s.segment = CAST([{', '.join(values)}] AS VARCHAR[])"


def segments_of(series: Series) -> tuple[tuple[int, ...], Sequence[tuple[str, ...]]]:
    """Return the places of the dimensions that a series' filters name, and all that they let by."""
    keys = series.meter.dimension_keys
    filters = sorted(
        (keys.index(key), tuple(dict.fromkeys(values))) for key, values in series.dimension_filters
    )
    shape = tuple(index for index, _ in filters)
    return shape, list(product(*(values for _, values in filters)))


def rule_of(meter: Meter) -> str:
    """Return what lifts a meter's total: its formula, or with a bucket's survivors any row."""
    return meter.formula if meter.event_time_window is None else "any"
