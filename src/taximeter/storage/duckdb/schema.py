"""The tables of the usage log, and the steps that led to them.

There is no primary key and no index: over random identifiers each would cost more than everything
else together. Rows lie in order of arrival, which is what makes ranges of time cheap to read.
"""

from taximeter.storage.migrations import Migration

MIGRATIONS = (
    Migration(
        1,
        "events and cancellations",
        (
            """
            CREATE TABLE events (
                seq BIGINT NOT NULL,
                received_at TIMESTAMP NOT NULL,
                environment INTEGER NOT NULL,
                meter VARCHAR NOT NULL,
                event_name VARCHAR NOT NULL,
                customer VARCHAR NOT NULL,
                identifier VARCHAR NOT NULL,
                timestamp TIMESTAMP NOT NULL,
                value DECIMAL(38, 15),
                value_text VARCHAR,
                dimensions VARCHAR NOT NULL,
                payload VARCHAR NOT NULL,
                idempotency_key VARCHAR,
                request_fingerprint UBIGINT
            )
            """,
            """
            CREATE TABLE cancellations (
                seq BIGINT NOT NULL,
                received_at TIMESTAMP NOT NULL,
                environment INTEGER NOT NULL,
                event_seq BIGINT NOT NULL,
                identifier VARCHAR NOT NULL,
                meter VARCHAR NOT NULL,
                customer VARCHAR NOT NULL,
                timestamp TIMESTAMP NOT NULL
            )
            """,
        ),
    ),
)
