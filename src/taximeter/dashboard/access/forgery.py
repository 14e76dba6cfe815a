"""Tokens against forged requests: a form works only in the browser that it was made for."""

import hashlib
import hmac

from taximeter.dashboard.access.cookies import SESSION, VISITOR
from taximeter.dashboard.visit import Visit
from taximeter.errors import NotPermitted

FIELD = "csrf_token"
HEADER = b"x-csrf-token"


def token(secret: str) -> str:
    """Return the token that belongs to a browser's secret, which cannot be told from it."""
    return hmac.new(secret.encode(), b"taximeter form", hashlib.sha256).hexdigest()


def secret_of(visit: Visit) -> str | None:
    """Return what the browser is known by: its session, else what a visitor is given."""
    return visit.cookies.get(SESSION) or visit.cookies.get(VISITOR)


def check_token(visit: Visit) -> None:
    """Refuse a change that another site sends, or a form of another browser.

    Raises NotPermitted.
    """
    site = visit.header(b"sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        raise NotPermitted("This form was sent from another site. Nothing was changed.")
    secret = secret_of(visit)
    sent = visit.header(HEADER) or next(iter(visit.form.get(FIELD, ())), "")
    if secret is None or not hmac.compare_digest(sent.encode(), token(secret).encode()):
        raise NotPermitted(
            "This form is not valid any more. Nothing was changed: go back, load the page again "
            "and send it once more."
        )
