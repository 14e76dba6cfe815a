"""The tables of the dashboard's accounts, as SQLAlchemy Core sees them, and how they were made."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from taximeter.storage.migrations import Migration
from taximeter.storage.records.tables import metadata

users = Table(
    "users",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text),
    Column("created", BigInteger, nullable=False),
)

browser_sessions = Table(
    "browser_sessions",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
Index("browser_sessions_user", browser_sessions.c.user)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("secret_hash", Text, primary_key=True),
    Column("user", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
Index("sign_in_links_user", sign_in_links.c.user)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("position", Integer, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
Index("sign_in_attempts_subject", sign_in_attempts.c.subject, sign_in_attempts.c.at)
Index("sign_in_attempts_at", sign_in_attempts.c.at)

ACCOUNTS = Migration(
    5,
    "the dashboard's accounts",
    (
        """
        CREATE TABLE users (
            position {id},
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL,
            password_hash TEXT,
            created BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE browser_sessions (
            secret_hash TEXT NOT NULL PRIMARY KEY,
            "user" TEXT NOT NULL,
            created BIGINT NOT NULL,
            expires_at BIGINT NOT NULL
        )
        """,
        'CREATE INDEX browser_sessions_user ON browser_sessions ("user")',
        """
        CREATE TABLE sign_in_links (
            secret_hash TEXT NOT NULL PRIMARY KEY,
            "user" TEXT NOT NULL,
            created BIGINT NOT NULL,
            expires_at BIGINT NOT NULL
        )
        """,
        'CREATE INDEX sign_in_links_user ON sign_in_links ("user")',
        """
        CREATE TABLE sign_in_attempts (
            position {id},
            subject TEXT NOT NULL,
            at BIGINT NOT NULL
        )
        """,
        "CREATE INDEX sign_in_attempts_subject ON sign_in_attempts (subject, at)",
        "CREATE INDEX sign_in_attempts_at ON sign_in_attempts (at)",
    ),
)
