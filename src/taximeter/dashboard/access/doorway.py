"""Signing in and out: by password, or by a link that works once."""

from urllib.parse import unquote

import msgspec

from taximeter.accounts.attempts import allow_attempt, forgive
from taximeter.accounts.password import check_password, hash_password, is_password
from taximeter.accounts.sign_in import hash_secret, open_session, user_of_link
from taximeter.accounts.user import User
from taximeter.api.services import Services
from taximeter.dashboard.access import cookies
from taximeter.dashboard.answer import Answer, local, redirect
from taximeter.dashboard.page import Sent
from taximeter.dashboard.visit import Visit
from taximeter.errors import ApiError, InvalidRequest, NotFound
from taximeter.kit.clock import now_s

SIGN_IN = "/sign-in"
SIGN_OUT = "/sign-out"
LINK = "/sign-in/link/"

_WRONG = "The name or the password is wrong."
_USED = (
    "This link was used before, or its time is over. Make another with 'taximeter users link', or "
    "sign in with a password."
)


class DoorData(msgspec.Struct, frozen=True, kw_only=True):
    """What the sign-in page shows; `user` is whom a link signs in."""

    user: str | None = None
    chooses_password: bool = False
    next: str = "/"


class Wrong(Exception):
    """The form is shown again, with what is wrong."""

    def __init__(self, sent: Sent, data: DoorData, status: int = 422) -> None:
        """Carry what was sent, and the page that it stands on."""
        super().__init__(sent.errors)
        self.sent = sent
        self.data = data
        self.status = status


class Doorway:
    """The use cases of signing in, with the transactions that each takes."""

    def __init__(self, services: Services) -> None:
        """Work on a server's records."""
        self._services = services

    def shown(self, visit: Visit) -> DoorData:
        """Return what stands on the sign-in page. Raises NotFound for a link that is spent."""
        if not visit.path.startswith(LINK):
            return DoorData(next=local(_one(visit.query, "next"), "/"))
        user = self._user_of_link(visit, take=False)
        return DoorData(user=user.name, chooses_password=user.password_hash is None)

    def sign_in(self, visit: Visit) -> Answer:
        """Sign a browser in. Raises Wrong."""
        if visit.path.startswith(LINK):
            return self._by_link(visit)
        services, settings = self._services, self._services.settings
        name, password = _one(visit.form, "name").strip(), _one(visit.form, "password")
        data = DoorData(next=local(_one(visit.form, "next"), "/"))
        kept = Sent(values={"name": [name]}, fresh=False)
        try:
            with services.records.writing() as unit:
                allow_attempt(
                    store=unit.attempts,
                    name=name,
                    address=visit.address,
                    attempts_max=settings.sign_in_attempts_max,
                    minutes=settings.sign_in_attempts_minutes,
                    now=now_s(services.clock),
                )
                user = unit.users.by_name(name)
        except ApiError as error:
            raise Wrong(_with(kept, "", error.message), data, error.status) from None
        # Outside of a transaction: it takes a tenth of a second, on purpose.
        right = is_password(password, user.password_hash if user else None)
        if user is None or not right:
            raise Wrong(_with(kept, "password", _WRONG), data)
        with services.records.writing() as unit:
            forgive(store=unit.attempts, name=name, address=visit.address)
        return self._signed_in(user, data.next)

    def sign_out(self, visit: Visit) -> Answer:
        """End the browser's session."""
        secret = visit.cookies.get(cookies.SESSION)
        if secret:
            with self._services.records.writing() as unit:
                unit.sign_ins.end_sessions(secret_hash=hash_secret(secret))
        return redirect(SIGN_IN, cookies.ended())

    def _by_link(self, visit: Visit) -> Answer:
        """Sign the link's user in, with a new password where one is chosen or there is none."""
        user = self._user_of_link(visit, take=False)
        password, again = _one(visit.form, "password"), _one(visit.form, "again")
        hashed = None
        if user.password_hash is None or password or again:
            data = DoorData(user=user.name, chooses_password=user.password_hash is None)
            try:
                check_password(password)
                if password != again:
                    raise InvalidRequest("The two are not the same.", param="again")
            except InvalidRequest as error:
                sent = Sent(fresh=False)
                raise Wrong(_with(sent, error.param or "", error.message), data) from None
            hashed = hash_password(password)
        user = self._user_of_link(visit, take=True)
        if hashed is not None:
            with self._services.records.writing() as unit:
                unit.users.set_password(user.id, hashed)
                # Whoever got in with the old one is out.
                unit.sign_ins.end_sessions(user=user.id)
        return self._signed_in(user, "/")

    def _user_of_link(self, visit: Visit, *, take: bool) -> User:
        records = self._services.records
        secret = unquote(visit.path.removeprefix(LINK))
        with records.writing() if take else records.reading() as unit:
            user = user_of_link(
                store=unit.sign_ins,
                users=unit.users,
                secret=secret,
                now=now_s(self._services.clock),
                take=take,
            )
        if user is None:
            raise NotFound(_USED)
        return user

    def _signed_in(self, user: User, location: str) -> Answer:
        services = self._services
        hours = services.settings.browser_session_hours
        with services.records.writing() as unit:
            secret = open_session(
                store=unit.sign_ins, user=user, hours=hours, now=now_s(services.clock)
            )
        return redirect(location, cookies.session(secret, hours))


def _one(fields: dict[str, list[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _with(sent: Sent, field: str, message: str) -> Sent:
    return msgspec.structs.replace(sent, errors={field: message})
