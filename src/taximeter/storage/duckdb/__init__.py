"""The usage log in one DuckDB file."""
