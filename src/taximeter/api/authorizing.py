"""Asking before use, on the hot path: answered from memory, on the event loop, where it can be."""

import asyncio
from functools import partial

import anyio.to_thread

from taximeter.api.execute import fingerprint_of, idempotency_key
from taximeter.api.http import Incoming, Reply, encode, read_params
from taximeter.api.params import decode
from taximeter.api.resources import authorizations
from taximeter.api.resources.authorizations import MeterEventAuthorize, ReservationParam
from taximeter.api.services import Services
from taximeter.api.wire.authorization import authorization_object
from taximeter.authorizations.authorization import Authorization
from taximeter.authorizations.authorize import ATTEMPTS, changed_too_often
from taximeter.authorizations.reserve import Answered, Asked
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest


class Authorizing:
    """Answers whether a customer may use more."""

    def __init__(self, services: Services) -> None:
        """Use the running parts of one server."""
        self._services = services
        self._authorizer = services.check_before_use.authorizer
        self._reservations = services.check_before_use.reservations

    async def __call__(self, incoming: Incoming) -> Reply:
        """Answer a question; with a reservation once it is durable."""
        services = self._services
        environment = services.authenticator.authenticate(incoming.header(b"authorization"))
        tree = read_params(incoming)
        params = decode(tree, MeterEventAuthorize)
        wanted = params.reservation
        if wanted is not None:
            key, fingerprint = idempotency_key(incoming), fingerprint_of(incoming, tree)
            try:
                return await self._reserve(
                    params, wanted, environment, key=key, fingerprint=fingerprint, id=incoming.id
                )
            except InvalidRequest:
                if key is None:
                    raise
                # It may be that it was answered before, and the meter or the customer went since.
                before = await anyio.to_thread.run_sync(
                    self._reservations.answered_before,
                    environment.id,
                    key,
                    fingerprint,
                )
                if before is None:
                    raise
                return _reply(before)
        question = authorizations.question(params, services, environment)
        answer = self._authorizer.answer_at_once(question)
        if answer is None:
            answer = await anyio.to_thread.run_sync(self._authorizer.answer, question)
        return Reply(body=_render(environment, answer))

    async def _reserve(
        self,
        params: MeterEventAuthorize,
        wanted: ReservationParam,
        environment: Environment,
        *,
        key: str | None,
        fingerprint: str,
        id: str,
    ) -> Reply:
        services = self._services
        for _ in range(ATTEMPTS):
            question = authorizations.question(params, services, environment)
            asked = Asked(
                question=question,
                reservation=authorizations.reservation(wanted, question, services, environment),
                key=key,
                fingerprint=fingerprint,
                request_id=id,
                render=partial(_render, environment),
            )
            plan = self._authorizer.plan(question)
            if plan is None:
                plan = await anyio.to_thread.run_sync(self._authorizer.prepare, question)
            answered = await asyncio.wrap_future(self._reservations.submit(asked, plan))
            if answered is not None:
                return _reply(answered)
        raise changed_too_often()


def _render(environment: Environment, answer: Authorization) -> bytes:
    return encode(authorization_object(answer, environment))


def _reply(answered: Answered) -> Reply:
    if answered.original is None:
        return Reply(body=answered.body)
    return Reply(
        body=answered.body,
        headers=(
            (b"idempotent-replayed", b"true"),
            (b"original-request", answered.original.encode()),
        ),
    )
