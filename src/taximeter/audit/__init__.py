"""The audit: everything the usage log promises, checked against what it holds."""
