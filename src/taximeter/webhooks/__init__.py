"""Telling others what happened, over HTTP: in time, and at least once."""
