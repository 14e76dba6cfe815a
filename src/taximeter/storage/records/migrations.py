"""The steps that led to the records' tables; `{id}` is the dialect's self-numbering primary key."""

from taximeter.storage.migrations import Migration
from taximeter.storage.records.account_tables import ACCOUNTS
from taximeter.storage.records.alert_tables import ALERTS, RESERVATIONS
from taximeter.storage.records.webhook_tables import WEBHOOKS

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
    Migration(
        4,
        "products, prices, subscriptions, invoices, credits, test clocks, due work",
        (
            "ALTER TABLE customers ADD COLUMN test_clock TEXT",
            """
            CREATE INDEX customers_test_clock ON customers (test_clock)
            WHERE test_clock IS NOT NULL
            """,
            """
            CREATE TABLE test_clocks (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                status TEXT NOT NULL,
                details TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE products (
                position {id},
                id TEXT NOT NULL,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                active BOOLEAN NOT NULL,
                url TEXT,
                shippable BOOLEAN,
                details TEXT NOT NULL
            )
            """,
            "CREATE UNIQUE INDEX products_id ON products (environment, id)",
            """
            CREATE TABLE prices (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                active BOOLEAN NOT NULL,
                product TEXT NOT NULL,
                currency TEXT NOT NULL,
                type TEXT NOT NULL,
                interval TEXT,
                usage_type TEXT,
                meter TEXT,
                lookup_key TEXT,
                details TEXT NOT NULL
            )
            """,
            "CREATE INDEX prices_product ON prices (environment, product)",
            "CREATE UNIQUE INDEX prices_lookup_key ON prices (environment, lookup_key)",
            """
            CREATE TABLE subscriptions (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                customer TEXT NOT NULL,
                test_clock TEXT,
                status TEXT NOT NULL,
                collection_method TEXT NOT NULL,
                revision BIGINT NOT NULL,
                details TEXT NOT NULL
            )
            """,
            "CREATE INDEX subscriptions_customer ON subscriptions (environment, customer)",
            """
            CREATE TABLE subscription_items (
                id TEXT NOT NULL PRIMARY KEY,
                environment INTEGER NOT NULL,
                subscription TEXT NOT NULL,
                price TEXT NOT NULL,
                present BOOLEAN NOT NULL
            )
            """,
            """
            CREATE INDEX subscription_items_subscription
            ON subscription_items (environment, subscription)
            """,
            "CREATE INDEX subscription_items_price ON subscription_items (environment, price)",
            """
            CREATE TABLE invoices (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                customer TEXT NOT NULL,
                test_clock TEXT,
                subscription TEXT,
                status TEXT NOT NULL,
                collection_method TEXT NOT NULL,
                due_date BIGINT,
                period_end BIGINT NOT NULL,
                details TEXT NOT NULL
            )
            """,
            "CREATE INDEX invoices_customer ON invoices (environment, customer)",
            "CREATE INDEX invoices_subscription ON invoices (environment, subscription)",
            """
            CREATE TABLE invoice_items (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                created BIGINT NOT NULL,
                customer TEXT NOT NULL,
                test_clock TEXT,
                invoice TEXT,
                details TEXT NOT NULL
            )
            """,
            "CREATE INDEX invoice_items_customer ON invoice_items (environment, customer)",
            "CREATE INDEX invoice_items_invoice ON invoice_items (environment, invoice)",
            """
            CREATE TABLE credit_grants (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                customer TEXT NOT NULL,
                test_clock TEXT,
                usable BOOLEAN NOT NULL,
                details TEXT NOT NULL
            )
            """,
            "CREATE INDEX credit_grants_customer ON credit_grants (environment, customer)",
            """
            CREATE TABLE credit_balance_transactions (
                position {id},
                id TEXT NOT NULL UNIQUE,
                environment INTEGER NOT NULL,
                customer TEXT NOT NULL,
                test_clock TEXT,
                credit_grant TEXT NOT NULL,
                invoice TEXT,
                amount BIGINT NOT NULL,
                details TEXT NOT NULL
            )
            """,
            """
            CREATE INDEX credit_balance_transactions_customer
            ON credit_balance_transactions (environment, customer)
            """,
            """
            CREATE INDEX credit_balance_transactions_credit_grant
            ON credit_balance_transactions (credit_grant)
            """,
            """
            CREATE INDEX credit_balance_transactions_invoice
            ON credit_balance_transactions (environment, invoice)
            """,
            """
            CREATE TABLE due (
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                environment INTEGER NOT NULL,
                test_clock TEXT,
                due_at BIGINT NOT NULL,
                leased_until BIGINT NOT NULL,
                failures INTEGER NOT NULL,
                error TEXT,
                PRIMARY KEY (kind, subject)
            )
            """,
            "CREATE INDEX due_due_at ON due (test_clock, due_at, kind, subject)",
            "CREATE INDEX due_leased_until ON due (leased_until) WHERE leased_until > 0",
        ),
    ),
    ACCOUNTS,
    Migration(
        6,
        "snapshots among events",
        tuple(
            f"ALTER TABLE events ADD COLUMN {name} TEXT"
            for name in ("request_id", "idempotency_key", "snapshot_event")
        ),
    ),
    WEBHOOKS,
    ALERTS,
    RESERVATIONS,
)
