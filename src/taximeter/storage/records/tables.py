"""The tables of the records, as SQLAlchemy Core sees them.

`position` orders rows by creation. The statements that create the tables stand in `migrations.py`;
a test proves that both say the same.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

metadata = MetaData()

environments = Table(
    "environments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("livemode", Boolean, nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("hint", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

meters = Table(
    "meters",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("event_name", Text, nullable=False),
    Column("event_time_window", Text),
    Column("formula", Text, nullable=False),
    Column("customer_key", Text, nullable=False),
    Column("value_key", Text, nullable=False),
    Column("dimension_keys", JSON, nullable=False),
    Column("status", Text, nullable=False),
    Column("deactivated_at", BigInteger),
)
Index("meters_event_name", meters.c.environment, meters.c.event_name)
Index(
    "meters_active_event_name",
    meters.c.environment,
    meters.c.event_name,
    unique=True,
    sqlite_where=text("status = 'active'"),
    postgresql_where=text("status = 'active'"),
)

customers = Table(
    "customers",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("deleted_at", BigInteger),
    Column("email", Text),
    Column("details", Text, nullable=False),
    Column("test_clock", Text),
)
Index("customers_email", customers.c.environment, customers.c.email)
Index(
    "customers_test_clock",
    customers.c.test_clock,
    sqlite_where=text("test_clock IS NOT NULL"),
    postgresql_where=text("test_clock IS NOT NULL"),
)

idempotent_requests = Table(
    "idempotent_requests",
    metadata,
    Column("environment", Integer, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
)
Index("idempotent_requests_created", idempotent_requests.c.created)

meter_event_sessions = Table(
    "meter_event_sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("environment", Integer, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
Index("meter_event_sessions_expires_at", meter_event_sessions.c.expires_at)

events = Table(
    "events",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("event_payload", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("object_id", Text),
    Column("object_type", Text),
    Column("object_url", Text),
    Column("data", Text, nullable=False),
    Column("request_id", Text),
    Column("idempotency_key", Text),
    Column("snapshot_event", Text),
)
Index("events_object_id", events.c.environment, events.c.object_id)
Index("events_created_us", events.c.created_us)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

schema_migrations = Table(
    "schema_migrations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("checksum", Text, nullable=False),
)
