"""The tables of whom events are told to, as SQLAlchemy Core sees them, and how they were made."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from taximeter.storage.migrations import Migration
from taximeter.storage.records.tables import metadata

event_destinations = Table(
    "event_destinations",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("api", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("details", Text, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("destination", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_attempt_us", BigInteger),
    Column("next_attempt_us", BigInteger),
    Column("response_status", Integer),
)
Index("deliveries_event", deliveries.c.event)
Index("deliveries_destination", deliveries.c.destination)
Index("deliveries_created_us", deliveries.c.created_us)
Index(
    "deliveries_next_attempt_us",
    deliveries.c.destination,
    deliveries.c.next_attempt_us,
    sqlite_where=text("next_attempt_us IS NOT NULL"),
    postgresql_where=text("next_attempt_us IS NOT NULL"),
)

delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("delivery", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_us", BigInteger, nullable=False),
    Column("duration_us", BigInteger, nullable=False),
    Column("response_status", Integer),
    Column("response_body", Text),
    Column("error", Text),
)

WEBHOOKS = Migration(
    7,
    "event destinations, deliveries and their attempts",
    (
        """
        CREATE TABLE event_destinations (
            position {id},
            id TEXT NOT NULL UNIQUE,
            environment INTEGER NOT NULL,
            api TEXT NOT NULL,
            status TEXT NOT NULL,
            details TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE deliveries (
            position {id},
            id TEXT NOT NULL UNIQUE,
            environment INTEGER NOT NULL,
            destination TEXT NOT NULL,
            event TEXT NOT NULL,
            event_type TEXT NOT NULL,
            created_us BIGINT NOT NULL,
            status TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            first_attempt_us BIGINT,
            next_attempt_us BIGINT,
            response_status INTEGER
        )
        """,
        "CREATE INDEX deliveries_event ON deliveries (event)",
        "CREATE INDEX deliveries_destination ON deliveries (destination)",
        "CREATE INDEX deliveries_created_us ON deliveries (created_us)",
        """
        CREATE INDEX deliveries_next_attempt_us ON deliveries (destination, next_attempt_us)
        WHERE next_attempt_us IS NOT NULL
        """,
        """
        CREATE TABLE delivery_attempts (
            delivery TEXT NOT NULL,
            number INTEGER NOT NULL,
            started_us BIGINT NOT NULL,
            duration_us BIGINT NOT NULL,
            response_status INTEGER,
            response_body TEXT,
            error TEXT,
            PRIMARY KEY (delivery, number)
        )
        """,
    ),
)
