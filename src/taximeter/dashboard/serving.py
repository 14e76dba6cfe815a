"""Answering a request: pages read, changes write, both in one transaction."""

import re
from typing import Any
from urllib.parse import urlencode

import msgspec

from taximeter.accounts.user import User
from taximeter.api.services import Services, Unit
from taximeter.dashboard.access import cookies
from taximeter.dashboard.access.gate import Browser
from taximeter.dashboard.access.headers import NOT_CACHED
from taximeter.dashboard.answer import CSV, JSON, Answer, attachment, redirect
from taximeter.dashboard.fields import FieldErrors, read_form, read_query
from taximeter.dashboard.navigation import entries, kind_of, label_of, places, prefix_of
from taximeter.dashboard.page import Change, Page, Revealed, Sent, View
from taximeter.dashboard.rendering import Shell, Templates
from taximeter.dashboard.routes import Routes
from taximeter.dashboard.table import csv_bytes
from taximeter.dashboard.visit import Visit
from taximeter.errors import InvalidRequest, NotPermitted, UnknownUrl
from taximeter.imports.receiving import Received
from taximeter.kit.clock import now_s

_PLACE = re.compile(r"/(live|test|sandbox-[0-9]{1,9})(?:/(.*))?", re.ASCII)


class Serving:
    """The pages and changes of all environments, for a user who was let in."""

    def __init__(
        self, services: Services, *, routes: Routes, templates: Templates, open_to_all: bool
    ) -> None:
        """Serve a route table."""
        self._services = services
        self._routes = routes
        self._templates = templates
        self._open_to_all = open_to_all

    def answer(self, visit: Visit, browser: Browser, user: User) -> Answer:
        """Answer a request below an environment; raises whatever of `errors` there is to say."""
        match = _PLACE.fullmatch(visit.path)
        if match is None:
            raise _nothing(visit)
        prefix, path = f"/{match[1]}", (match[2] or "").rstrip("/")
        if visit.method == "POST":
            return self._change(visit, browser, user, prefix, path)
        if visit.method not in {"GET", "HEAD"}:
            raise _nothing(visit)
        found = self._routes.page(path)
        if found is None:
            return self._download(visit, user, prefix, path)
        page, path_params = found
        with self._services.records.reading() as unit:
            view = self._view(unit, visit, user, prefix, path, path_params)
            return self._page(page, view, visit, browser)

    def _change(self, visit: Visit, browser: Browser, user: User, prefix: str, path: str) -> Answer:
        found = self._routes.change(path)
        if found is None:
            raise _nothing(visit)
        change, path_params = found
        _check_may_change(user)
        try:
            form = read_form(visit.form, change.form)
            with self._services.records.writing() as unit:
                view = self._view(unit, visit, user, prefix, path, path_params, file=visit.file)
                done = change.run(view, form)
        except (FieldErrors, InvalidRequest) as error:
            if change.page is None:
                raise
            sent = Sent(values=visit.form, errors=_by_field(error, change), fresh=False)
            with self._services.records.reading() as unit:
                view = self._view(unit, visit, user, prefix, path, path_params)
                return self._page(change.page, view, visit, browser, sent=sent)
        finally:
            if change.changes_directory:
                self._services.directory.forget()
            if change.changes_keys:
                self._services.authenticator.forget()
        if isinstance(done, Revealed):
            return self._reveal(done, change, visit, browser, user, prefix, path, path_params)
        if visit.wants == "json":
            body = msgspec.json.encode({"location": done.location, "message": done.message})
            return Answer(body=body, content_type=JSON)
        return redirect(done.location, *([cookies.flash(done.message)] if done.message else []))

    def _reveal(
        self,
        revealed: Revealed,
        change: Change[Any],
        visit: Visit,
        browser: Browser,
        user: User,
        prefix: str,
        path: str,
        path_params: dict[str, str],
    ) -> Answer:
        """Show the page of a change with what only this answer tells."""
        if visit.wants == "json":
            return Answer(body=msgspec.json.encode(revealed.values), content_type=JSON)
        assert change.page is not None, "what is shown once is shown on a page"
        sent = Sent(values={name: [text] for name, text in revealed.values.items()})
        with self._services.records.reading() as unit:
            view = self._view(unit, visit, user, prefix, path, path_params)
            return self._page(change.page, view, visit, browser, sent=sent)

    def check_takes_file(self, visit: Visit, user: User) -> None:
        """Refuse a file where none is taken, or from somebody who may not send one.

        Raises UnknownUrl and NotPermitted.
        """
        match = _PLACE.fullmatch(visit.path)
        found = None if match is None else self._routes.change((match[2] or "").rstrip("/"))
        if found is None or not found[0].takes_file:
            raise UnknownUrl(f"No file is taken at {visit.path}.")
        _check_may_change(user)

    def _download(self, visit: Visit, user: User, prefix: str, path: str) -> Answer:
        found = self._routes.download(path)
        if found is None:
            raise _nothing(visit)
        download, path_params = found
        with self._services.records.reading() as unit:
            file = download.read(self._view(unit, visit, user, prefix, path, path_params))
        return Answer(
            file=file.path,
            content_type=file.content_type,
            headers=(NOT_CACHED, attachment(file.name)),
        )

    def _view(
        self,
        unit: Unit,
        visit: Visit,
        user: User,
        prefix: str,
        path: str,
        path_params: dict[str, str],
        *,
        file: Received | None = None,
    ) -> View:
        environments = unit.environments.environments()
        environment = next((one for one in environments if prefix_of(one) == prefix), None)
        if environment is None:
            raise UnknownUrl(f"There is no environment at {prefix}.")
        return View(
            services=self._services,
            unit=unit,
            environment=environment,
            path=f"{prefix}/{path}".rstrip("/"),
            path_params=path_params,
            user=user,
            prefix=prefix,
            origin=visit.origin,
            file=file,
        )

    def _page(
        self,
        page: Page[Any, Any],
        view: View,
        visit: Visit,
        browser: Browser,
        *,
        sent: Sent | None = None,
    ) -> Answer:
        if page.for_admins and not view.user.may_change:
            raise NotPermitted("This page is for admins; your account may look only.")
        # What stands beside a form that is shown again follows what was sent.
        asked = visit.query if sent is None else {**visit.query, **sent.values}
        data = page.read(view, read_query(asked, page.query))
        status = 422 if sent is not None and sent.errors else 200
        if visit.wants == "json":
            content = data if sent is None else {"errors": sent.errors}
            return Answer(status=status, body=msgspec.json.encode(content), content_type=JSON)
        if visit.wants == "csv":
            if page.table is None:
                raise _nothing(visit)
            return _csv(page, data)
        shell = self._shell(page, view, visit, browser, page.title(data))
        body = self._templates.render(
            page.template, shell=shell, data=data, sent=sent, block=visit.target
        )
        shown = [cookies.flash("")] if shell.flash and visit.target is None else []
        return Answer(status=status, body=body, cookies=tuple(shown))

    def _shell(
        self, page: Page[Any, Any], view: View, visit: Visit, browser: Browser, title: str
    ) -> Shell:
        environments = view.unit.environments.environments()
        # A thing of one environment is not there in another; its list is.
        same = "" if page.area == "home" else page.path.partition("/")[0]
        return Shell(
            title=title,
            prefix=view.prefix,
            kind=kind_of(view.environment),
            label=label_of(view.environment),
            entries=entries(prefix=view.prefix, area=page.area, served=self._routes.served()),
            places=places(environments, view.environment, same),
            user=view.user,
            open_to_all=self._open_to_all,
            theme=cookies.chosen_theme(visit),
            token=browser.token,
            flash=cookies.read_flash(visit.cookies) if visit.target is None else "",
            path=visit.path,
            query=urlencode(visit.query, doseq=True),
            search=next(iter(visit.query.get("q", ())), ""),
            now=now_s(self._services.clock),
        )


def _csv(page: Page[Any, Any], data: Any) -> Answer:
    assert page.table is not None, "the page was asked whether it has one"
    table = page.table(data)
    answer = Answer(body=csv_bytes(table), content_type=CSV)
    disposition = attachment(f"{table.name}.csv")
    return msgspec.structs.replace(answer, headers=(*answer.headers, disposition))


def _check_may_change(user: User) -> None:
    if not user.may_change:
        raise NotPermitted(
            "Your account may look at everything and change nothing. Ask an admin to make this "
            "change, or for the role."
        )


def _by_field(error: FieldErrors | InvalidRequest, change: Change[Any]) -> dict[str, str]:
    if isinstance(error, FieldErrors):
        return error.errors
    param = error.param or ""
    # `dimension_payload_keys[3]` belongs to the field that holds the whole list.
    field = change.fields.get(param) or change.fields.get(param.partition("[")[0], "")
    return {field: error.message}


def _nothing(visit: Visit) -> UnknownUrl:
    return UnknownUrl(f"There is nothing at {visit.path}.")
