"""The tables of the usage log, and the steps that led to them.

There is no primary key and no index: over random identifiers each would cost more than everything
else together. Rows lie in order of arrival, which is what makes ranges of time cheap to read.
"""

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
        payload VARCHAR NOT NULL,
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
        timestamp TIMESTAMP NOT NULL
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

CREATE_TABLES = tuple(f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items())

MIGRATIONS = (
    Migration(
        1,
        "the log",
        (
            *CREATE_TABLES,
            "CREATE TABLE moved (tail BIGINT NOT NULL)",
            "INSERT INTO moved VALUES (0)",
        ),
    ),
)
"""`moved` says up to which tail everything lies in the main file."""
