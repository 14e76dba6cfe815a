"""Stripe's API over HTTP: an edge for the hot path, a route table for the rest."""
