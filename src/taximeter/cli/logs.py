"""Logs: events with fields, on standard error; no payloads, no secrets."""

import sys

import structlog


def configure_logs() -> None:
    """Write logs to standard error, in colour where a person reads it."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
