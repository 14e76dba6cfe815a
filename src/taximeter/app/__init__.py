"""The composition root: settings to storage to services to an ASGI application.

Nothing else names a concrete backend.
"""
