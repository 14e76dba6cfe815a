"""The steps that led to the records' tables; `{id}` is the dialect's self-numbering primary key."""

from taximeter.storage.migrations import Migration

MIGRATIONS = (
    Migration(
        1,
        "environments, keys, meters, customers, idempotent requests",
        (
            """
            CREATE TABLE environments (
                id {id}, name TEXT NOT NULL UNIQUE, livemode BOOLEAN NOT NULL
            )
            """,
            "INSERT INTO environments (id, name, livemode) VALUES (1, 'live', TRUE)",
            "INSERT INTO environments (id, name, livemode) VALUES (2, 'test', FALSE)",
            """
            CREATE TABLE api_keys (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                name TEXT NOT NULL,
                hash TEXT NOT NULL UNIQUE,
                hint TEXT NOT NULL,
                created BIGINT NOT NULL,
                revoked_at BIGINT
            )
            """,
            """
            CREATE TABLE meters (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                updated BIGINT NOT NULL,
                display_name TEXT NOT NULL,
                event_name TEXT NOT NULL,
                event_time_window TEXT,
                formula TEXT NOT NULL,
                customer_key TEXT NOT NULL,
                value_key TEXT NOT NULL,
                dimension_keys JSON NOT NULL,
                status TEXT NOT NULL,
                deactivated_at BIGINT
            )
            """,
            "CREATE INDEX meters_event_name ON meters (environment, event_name)",
            """
            CREATE UNIQUE INDEX meters_active_event_name ON meters (environment, event_name)
            WHERE status = 'active'
            """,
            """
            CREATE TABLE customers (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                deleted_at BIGINT,
                email TEXT,
                details TEXT NOT NULL
            )
            """,
            "CREATE INDEX customers_email ON customers (environment, email)",
            """
            CREATE TABLE idempotent_requests (
                environment INTEGER NOT NULL,
                key TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                status INTEGER NOT NULL,
                body TEXT NOT NULL,
                request_id TEXT NOT NULL,
                created BIGINT NOT NULL,
                PRIMARY KEY (environment, key)
            )
            """,
            "CREATE INDEX idempotent_requests_created ON idempotent_requests (created)",
        ),
    ),
    Migration(
        2,
        "meter event sessions",
        (
            """
            CREATE TABLE meter_event_sessions (
                id TEXT NOT NULL PRIMARY KEY,
                environment INTEGER NOT NULL,
                token_hash TEXT NOT NULL UNIQUE,
                created BIGINT NOT NULL,
                expires_at BIGINT NOT NULL
            )
            """,
            "CREATE INDEX meter_event_sessions_expires_at ON meter_event_sessions (expires_at)",
        ),
    ),
    Migration(
        3,
        "events, and how far readers of the log have got",
        (
            """
            CREATE TABLE events (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                event_payload TEXT NOT NULL,
                type TEXT NOT NULL,
                created_us BIGINT NOT NULL,
                object_id TEXT,
                object_type TEXT,
                object_url TEXT,
                data TEXT NOT NULL
            )
            """,
            "CREATE INDEX events_object_id ON events (environment, object_id)",
            "CREATE INDEX events_created_us ON events (created_us)",
            "CREATE TABLE cursors (name TEXT NOT NULL PRIMARY KEY, position BIGINT NOT NULL)",
        ),
    ),
)
