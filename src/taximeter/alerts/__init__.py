"""Alerts: told once when usage, spend or what is left of credits comes to a threshold."""
