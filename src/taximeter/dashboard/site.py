"""The dashboard as an ASGI application: doors, pages, files, and what goes wrong with them."""

import re
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

import anyio
import anyio.to_thread
import msgspec
import structlog

from taximeter.api.bodies import Bodies, Disconnected, Held, Receive
from taximeter.api.edge import Scope, Send
from taximeter.api.services import Services
from taximeter.dashboard.access import cookies
from taximeter.dashboard.access.doorway import LINK, SIGN_IN, SIGN_OUT, Doorway, Wrong
from taximeter.dashboard.access.forgery import check_token
from taximeter.dashboard.access.gate import Browser, Gate
from taximeter.dashboard.access.headers import ALWAYS
from taximeter.dashboard.answer import JSON, Answer, local, redirect
from taximeter.dashboard.multipart import is_multipart
from taximeter.dashboard.page import Sent
from taximeter.dashboard.rendering import Shell, Templates
from taximeter.dashboard.routes import Routes
from taximeter.dashboard.serving import Serving
from taximeter.dashboard.static_files import PREFIX as STATIC
from taximeter.dashboard.static_files import StaticFiles
from taximeter.dashboard.uploading import Uploading
from taximeter.dashboard.visit import Visit, read_visit
from taximeter.errors import ApiError, Internal, NotAuthenticated, StorageFailed, UnknownUrl
from taximeter.ingest.log import LogFailed
from taximeter.kit.ids import new_request_id

HOME = "/test"
THEME = "/theme"
_PIECE_BYTES = 262_144
_OURS = re.compile(
    r"/(live|test|sandbox-[0-9]+|static|sign-in|sign-out|theme)(?:[/.].*)?", re.ASCII | re.DOTALL
)

log = structlog.get_logger()


def takes(scope: Scope) -> bool:
    """Say whether an address is the dashboard's; `/` is, for whoever wants to read a page."""
    path: str = scope["path"]
    if path == "/":
        accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
        return b"text/html" in accept
    return _OURS.fullmatch(path) is not None


class Site:
    """Answers what people and their browsers ask."""

    def __init__(self, services: Services, *, bodies: Bodies, open_to_all: bool) -> None:
        """Serve one server's parts; `open_to_all` asks nobody for a password."""
        self._bodies = bodies
        self._static = StaticFiles()
        self._templates = Templates(self._static)
        self._gate = Gate(services, open_to_all=open_to_all)
        self._doorway = Doorway(services)
        self._serving = Serving(
            services, routes=Routes(), templates=self._templates, open_to_all=open_to_all
        )
        self._uploading = Uploading(services, gate=self._gate, serving=self._serving)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        id = new_request_id()
        held = Held()
        visit: Visit | None = None
        secure = False
        try:
            if scope["path"].startswith(STATIC) and scope["method"] in {"GET", "HEAD"}:
                answer = self._static.answer(scope["path"])
            elif _sends_file(scope):
                visit = read_visit(scope, id=id, body=b"")
                secure = visit.secure
                answer = await self._uploading.answer(visit, receive)
            else:
                body = await self._bodies.read(dict(scope["headers"]), receive, held)
                visit = read_visit(scope, id=id, body=body)
                secure = visit.secure
                answer = await anyio.to_thread.run_sync(partial(self._answer, visit))
        except Disconnected:
            return
        except ApiError as error:
            answer = self._failed(error, visit)
        except LogFailed as failure:
            log.error("usage log failed", request_id=id, error=str(failure))
            answer = self._failed(StorageFailed("The usage log could not be read."), visit)
        except Exception:
            log.exception("page failed", request_id=id, path=scope["path"])
            answer = self._failed(
                Internal(f"Something went wrong on our side. Look for {id} in the log."), visit
            )
        finally:
            self._bodies.release(held)
        await _send(send, answer, id=id, secure=secure, without_body=scope["method"] == "HEAD")

    def _answer(self, visit: Visit) -> Answer:
        browser = self._gate.browser(visit)
        answer = self._answered(visit, browser)
        if browser.cookie is not None:
            answer = msgspec.structs.replace(answer, cookies=(browser.cookie, *answer.cookies))
        return answer

    def _answered(self, visit: Visit, browser: Browser) -> Answer:
        if visit.method == "POST":
            check_token(visit)
        if visit.path == THEME and visit.method == "POST":
            return _themed(visit)
        if visit.path == SIGN_OUT and visit.method == "POST":
            return self._doorway.sign_out(visit)
        if visit.path == SIGN_IN or visit.path.startswith(LINK):
            return self._at_the_door(visit, browser)
        if browser.user is None:
            if visit.wants != "html" or visit.method == "POST":
                raise NotAuthenticated("Sign in first: your session has ended.")
            return redirect(_to_sign_in(visit))
        if visit.path == "/":
            return redirect(HOME)
        return self._serving.answer(visit, browser, browser.user)

    def _at_the_door(self, visit: Visit, browser: Browser) -> Answer:
        sent, status = Sent(), 200
        try:
            if visit.method == "POST":
                return self._doorway.sign_in(visit)
            if browser.user is not None and not visit.path.startswith(LINK):
                return redirect(HOME)
            data = self._doorway.shown(visit)
        except Wrong as wrong:
            sent, data, status = wrong.sent, wrong.data, wrong.status
        shell = Shell(
            title="Sign in",
            theme=cookies.chosen_theme(visit),
            token=browser.token,
            path=visit.path,
        )
        body = self._templates.render("sign_in.html", shell=shell, data=data, sent=sent)
        return Answer(status=status, body=body)

    def _failed(self, error: ApiError, visit: Visit | None) -> Answer:
        if visit is None or visit.wants != "html":
            body = msgspec.json.encode({"error": {"message": error.message, "param": error.param}})
            return Answer(status=error.status, body=body, content_type=JSON)
        title = _TITLES.get(error.status, "That did not work")
        shell = Shell(title=title, theme=cookies.chosen_theme(visit), path=visit.path)
        body = self._templates.render("error.html", shell=shell, data=error.message)
        return Answer(status=error.status, body=body)


_TITLES = {
    401: "Signed out",
    403: "Not permitted",
    404: "Not found",
    429: "Too much at once",
    500: "Something went wrong",
    503: "Storage failed",
}


def _sends_file(scope: Scope) -> bool:
    content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    return scope["method"] == "POST" and is_multipart(content_type)


def _to_sign_in(visit: Visit) -> str:
    if visit.path == "/":
        return SIGN_IN
    query = f"?{urlencode(visit.query, doseq=True)}" if visit.query else ""
    return f"{SIGN_IN}?next={quote(visit.path + query, safe='')}"


def _themed(visit: Visit) -> Answer:
    chosen = next(iter(visit.form.get("theme", ())), "auto")
    if chosen not in {"auto", "light", "dark"}:
        raise UnknownUrl(f"There is no theme {chosen}.")
    back = local(next(iter(visit.form.get("next", ())), ""), "/")
    return redirect(back, cookies.theme(chosen))


async def _send(send: Send, answer: Answer, *, id: str, secure: bool, without_body: bool) -> None:
    size = len(answer.body) if answer.file is None else answer.file.stat().st_size
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(size).encode()),
        (b"request-id", id.encode()),
        (b"vary", b"Accept, Cookie, HX-Request, HX-Target"),
        *answer.headers,
        *ALWAYS,
        *(cookies.header(one, secure=secure) for one in answer.cookies),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.file is not None and not without_body:
        await _send_file(send, answer.file, size)
    body = b"" if without_body else answer.body
    await send({"type": "http.response.body", "body": body})


async def _send_file(send: Send, path: Path, size: int) -> None:
    """Send as much of a file as was promised, a piece at a time."""
    async with await anyio.open_file(path, "rb") as file:
        while size > 0 and (piece := await file.read(min(size, _PIECE_BYTES))):
            size -= len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": True})
