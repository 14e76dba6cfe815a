"""Records through SQLAlchemy Core: one schema for SQLite and PostgreSQL."""
