"""The dashboard: pages for people, from the same use cases as the API."""
