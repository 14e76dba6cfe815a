"""`/v2/billing/meter_event_session`."""

from taximeter.api.endpoint import Endpoint
from taximeter.api.json_body import Body
from taximeter.api.services import Context
from taximeter.api.session_auth import SESSION_PATH
from taximeter.api.wire.session import SessionObject, session_object
from taximeter.sessions import create_session


class SessionCreate(Body, frozen=True, kw_only=True):
    """What creating a session takes: nothing."""


def _create(context: Context, params: SessionCreate) -> SessionObject:
    new = create_session(
        store=context.unit.sessions, environment=context.environment, now=context.now()
    )
    return session_object(new, context.environment)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=SESSION_PATH,
        params=SessionCreate,
        run=_create,
        keeps_answer=False,  # it would keep the token; a retry gets a session of its own
    ),
)
