"""The tables of the usage log, and the steps that led to them.

There is no primary key and no index: over random identifiers each would cost more than everything
else together. Rows lie in order of arrival, which is what makes ranges of time cheap to read.
"""

from collections.abc import Mapping

from taximeter.storage.migrations import Migration

TABLES = {
    "events": """
        seq BIGINT NOT NULL,
        received_at TIMESTAMP NOT NULL,
        environment INTEGER NOT NULL,
        meter VARCHAR NOT NULL,
        event_name VARCHAR NOT NULL,
        customer VARCHAR NOT NULL,
        identifier VARCHAR NOT NULL,
        identifier_hash UBIGINT NOT NULL,
        timestamp TIMESTAMP NOT NULL,
        value DECIMAL(38, 15),
        value_text VARCHAR,
        dimensions VARCHAR NOT NULL,
        rollup VARCHAR NOT NULL,
        payload VARCHAR NOT NULL USING COMPRESSION zstd,
        idempotency_key VARCHAR,
        idempotency_key_hash UBIGINT,
        request_fingerprint UBIGINT
    """,
    "cancellations": """
        seq BIGINT NOT NULL,
        received_at TIMESTAMP NOT NULL,
        environment INTEGER NOT NULL,
        event_seq BIGINT NOT NULL,
        identifier VARCHAR NOT NULL,
        meter VARCHAR NOT NULL,
        customer VARCHAR NOT NULL,
        timestamp TIMESTAMP NOT NULL,
        value DECIMAL(38, 15),
        value_text VARCHAR,
        dimensions VARCHAR NOT NULL,
        rollup VARCHAR NOT NULL
    """,
    "rejections": """
        received_at TIMESTAMP NOT NULL,
        environment INTEGER NOT NULL,
        event_name VARCHAR NOT NULL,
        meter VARCHAR,
        customer VARCHAR,
        identifier VARCHAR NOT NULL,
        timestamp TIMESTAMP NOT NULL,
        payload VARCHAR NOT NULL,
        code VARCHAR NOT NULL,
        message VARCHAR NOT NULL
    """,
    "duplicates": """
        received_at TIMESTAMP NOT NULL,
        environment INTEGER NOT NULL,
        meter VARCHAR NOT NULL,
        count BIGINT NOT NULL
    """,
}
"""What the log holds; each tail has the same tables as the main file."""

NUMBERED = ("events", "cancellations")
"""The tables whose rows share the log's numbers; the others lie beside it."""

ROLLUPS = {
    "sums": """
        environment INTEGER NOT NULL,
        meter VARCHAR NOT NULL,
        customer VARCHAR NOT NULL,
        hour TIMESTAMP NOT NULL,
        dimensions VARCHAR NOT NULL,
        value_text VARCHAR,
        count HUGEINT NOT NULL,
        whole HUGEINT,
        fraction DECIMAL(38, 15)
    """,
    "picks": """
        environment INTEGER NOT NULL,
        meter VARCHAR NOT NULL,
        customer VARCHAR NOT NULL,
        bucket TIMESTAMP NOT NULL,
        dimensions VARCHAR NOT NULL,
        rollup VARCHAR NOT NULL,
        seq BIGINT NOT NULL,
        timestamp TIMESTAMP NOT NULL,
        value DECIMAL(38, 15),
        value_text VARCHAR
    """,
}
"""What is made of the log, in the main file alone; see `rollups.py`."""


def create(tables: Mapping[str, str], prefix: str = "") -> tuple[str, ...]:
    """Write the statements that create tables, their names begun with the prefix."""
    return tuple(f"CREATE TABLE {prefix}{name} ({columns})" for name, columns in tables.items())


MIGRATIONS = (
    Migration(
        1,
        "the log",
        (
            *create(TABLES),
            "CREATE TABLE moved (seq BIGINT NOT NULL, tail BIGINT NOT NULL)",
            "INSERT INTO moved VALUES (0, 0)",
            *create(ROLLUPS),
            *create(ROLLUPS, "fresh_"),
            f"CREATE TABLE day_sums ({ROLLUPS['sums']})",
        ),
    ),
)
"""`moved` is the watermark: up to which row, and which tail, everything lies in the main file."""
