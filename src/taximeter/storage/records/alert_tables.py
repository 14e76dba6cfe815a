"""The tables of alerts and reservations, as SQLAlchemy Core sees them, and how they were made."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from taximeter.storage.migrations import Migration
from taximeter.storage.records.tables import metadata

alerts = Table(
    "alerts",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("alert_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("meter", Text),
    Column("customer", Text),
    Column("revision", BigInteger, nullable=False),
    Column("details", Text, nullable=False),
)
Index("alerts_revision", alerts.c.revision)
Index("alerts_meter", alerts.c.environment, alerts.c.meter, alerts.c.status, alerts.c.customer)

alert_notifications = Table(
    "alert_notifications",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("alert", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("round", BigInteger, nullable=False),
    Column("created_us", BigInteger, nullable=False),
    Column("details", Text, nullable=False),
)
Index(
    "alert_notifications_once",
    alert_notifications.c.alert,
    alert_notifications.c.customer,
    alert_notifications.c.round,
    unique=True,
)
Index(
    "alert_notifications_customer",
    alert_notifications.c.environment,
    alert_notifications.c.customer,
)

reservations = Table(
    "reservations",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("environment", Integer, nullable=False),
    Column("customer", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("expires_us", BigInteger, nullable=False),
    Column("details", Text, nullable=False),
)
Index("reservations_status", reservations.c.status, reservations.c.expires_us)
Index("reservations_customer", reservations.c.environment, reservations.c.customer)

ALERTS = Migration(
    8,
    "alerts and what they told",
    (
        """
        CREATE TABLE alerts (
            position {id},
            id TEXT NOT NULL UNIQUE,
            environment INTEGER NOT NULL,
            alert_type TEXT NOT NULL,
            status TEXT NOT NULL,
            meter TEXT,
            customer TEXT,
            revision BIGINT NOT NULL,
            details TEXT NOT NULL
        )
        """,
        "CREATE INDEX alerts_revision ON alerts (revision)",
        "CREATE INDEX alerts_meter ON alerts (environment, meter, status, customer)",
        """
        CREATE TABLE alert_notifications (
            position {id},
            id TEXT NOT NULL UNIQUE,
            environment INTEGER NOT NULL,
            alert TEXT NOT NULL,
            customer TEXT NOT NULL,
            round BIGINT NOT NULL,
            created_us BIGINT NOT NULL,
            details TEXT NOT NULL
        )
        """,
        """
        CREATE UNIQUE INDEX alert_notifications_once
        ON alert_notifications (alert, customer, round)
        """,
        """
        CREATE INDEX alert_notifications_customer ON alert_notifications (environment, customer)
        """,
    ),
)

RESERVATIONS = Migration(
    9,
    "reservations of usage",
    (
        """
        CREATE TABLE reservations (
            position {id},
            id TEXT NOT NULL UNIQUE,
            environment INTEGER NOT NULL,
            customer TEXT NOT NULL,
            status TEXT NOT NULL,
            expires_us BIGINT NOT NULL,
            details TEXT NOT NULL
        )
        """,
        "CREATE INDEX reservations_status ON reservations (status, expires_us)",
        "CREATE INDEX reservations_customer ON reservations (environment, customer)",
    ),
)
