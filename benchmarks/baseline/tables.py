"""The baseline's table, made and filled as the product's data directories are."""

import asyncpg

from benchmarks.baseline.service import CREATE_INDEXES, CREATE_TABLE
from benchmarks.stored import DAYS, EVENT_NAME
from taximeter.kit.periods import DAY_SECONDS

_FILL = """
    INSERT INTO events (identifier, event_name, customer, timestamp, value, payload)
    SELECT
        md5(i::text),
        $1,
        customer,
        date_trunc('second', now() - ($2::bigint - i) * make_interval(secs => $3)),
        amount::numeric,
        jsonb_build_object('stripe_customer_id', customer, 'value', amount)
    FROM (
        SELECT
            i,
            'cus_bench' || lpad((abs(hashint8(i)::bigint) % $4)::text, 13, '0') AS customer,
            abs(hashint8(i + 7)::bigint) % 1000 || '.'
                || lpad((abs(hashint8(i + 11)::bigint) % 100)::text, 2, '0') AS amount
        FROM generate_series(0, $2::bigint - 1) AS numbers(i)
    ) AS made
"""


async def fill(url: str, *, events: int, customers: int) -> float:
    """Make the table with so many events, its indexes last; return its bytes an event."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("DROP TABLE IF EXISTS events")
        await connection.execute(CREATE_TABLE)
        step_seconds = DAYS * DAY_SECONDS / max(1, events)
        await connection.execute(_FILL, EVENT_NAME, events, step_seconds, customers)
        await connection.execute(CREATE_INDEXES)
        await connection.execute("VACUUM (ANALYZE) events")
        await connection.execute("CHECKPOINT")
        size: int = await connection.fetchval("SELECT pg_total_relation_size('events')")
    finally:
        await connection.close()
    return size / events if events else 0.0


async def empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("TRUNCATE events")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
