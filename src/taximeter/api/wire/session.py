"""`v2.billing.meter_event_session` on the wire."""

from typing import Literal

import msgspec

from taximeter.environments import Environment
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.moments import moment_text
from taximeter.sessions import NewSession


class SessionObject(msgspec.Struct, frozen=True, kw_only=True):
    """A session, with the token that can be read only now."""

    object: Literal["v2.billing.meter_event_session"] = "v2.billing.meter_event_session"
    authentication_token: str
    created: str
    expires_at: str
    id: str
    livemode: bool


def session_object(new: NewSession, environment: Environment) -> SessionObject:
    """Render a session that was just created."""
    session = new.session
    return SessionObject(
        authentication_token=new.authentication_token,
        created=moment_text(session.created * MICROSECONDS),
        expires_at=moment_text(session.expires_at * MICROSECONDS),
        id=session.id,
        livemode=environment.livemode,
    )
