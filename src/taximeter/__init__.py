"""Usage metering and usage-based billing that a company runs itself."""

__version__ = "0.1.0"
