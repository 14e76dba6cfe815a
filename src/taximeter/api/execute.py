"""Running an endpoint: read the parameters, open the transaction, keep the answer under its key."""

import hashlib
from typing import Any

import msgspec

from taximeter.api.endpoint import Endpoint
from taximeter.api.expand import check_expand
from taximeter.api.http import Incoming, Reply, check_json, encode, read_params
from taximeter.api.json_body import decode_json, read_json
from taximeter.api.lists import ListParams
from taximeter.api.params import Params, decode
from taximeter.api.services import Context, Services, Unit
from taximeter.changes import Cause
from taximeter.environments import Environment
from taximeter.errors import InvalidRequest
from taximeter.idempotency import StoredRequest, key_reused
from taximeter.kit.clock import now_s
from taximeter.kit.periods import HOUR_SECONDS

KEY_CHARACTERS_MAX = 255


def execute(
    endpoint: Endpoint[Any],
    incoming: Incoming,
    *,
    services: Services,
    environment: Environment,
    path_params: dict[str, str],
) -> Reply:
    """Answer a request; blocks on storage, so it runs on a worker thread.

    Raises whatever of `errors` the endpoint raises; nothing is then written or kept.
    """
    params, sent = _read(endpoint, incoming)

    def run(unit: Unit) -> bytes:
        context = Context(
            services=services,
            unit=unit,
            environment=environment,
            path=incoming.path,
            path_params=path_params,
        )
        return encode(endpoint.run(context, params))

    if endpoint.method == "GET" or endpoint.reads_only:
        with services.records.reading() as unit:
            return Reply(body=run(unit))
    key = idempotency_key(incoming)
    if not endpoint.keeps_answer or (endpoint.method == "DELETE" and not incoming.v2):
        key = None
    cause = Cause(request_id=incoming.id, idempotency_key=key)
    try:
        with services.records.writing(cause=cause) as unit:
            if key is None:
                return Reply(body=run(unit))
            fingerprint = fingerprint_of(incoming, sent)
            unit.requests.forget(created_before=_oldest_kept(services))
            stored = unit.requests.get(environment.id, key)
            if stored is not None:
                return _replay(stored, fingerprint)
            body = run(unit)
            unit.requests.add(
                StoredRequest(
                    environment=environment.id,
                    key=key,
                    fingerprint=fingerprint,
                    status=200,
                    body=body.decode(),
                    request_id=incoming.id,
                    created=now_s(services.clock),
                )
            )
            return Reply(body=body)
    finally:
        if endpoint.changes_directory:
            services.directory.forget()
        if endpoint.changes_clocks:
            services.directory.forget_clocks()


def _read(endpoint: Endpoint[Any], incoming: Incoming) -> tuple[Any, Any]:
    """Return a request's parameters as the endpoint declares them, and as they were sent."""
    if incoming.v2 and endpoint.method != "GET":
        check_json(incoming)
        params = decode_json(incoming.body, msgspec.json.Decoder(endpoint.params))
        return params, read_json(incoming.body)
    tree = read_params(incoming)
    params = decode(tree, endpoint.params)
    if isinstance(params, Params):
        check_expand(params.expand, endpoint.expandable, in_list=isinstance(params, ListParams))
    return params, tree


def idempotency_key(incoming: Incoming) -> str | None:
    """Return the request's idempotency key. Raises InvalidRequest for one that is too long."""
    key = incoming.header(b"idempotency-key")
    if not key:
        return None
    if len(key) > KEY_CHARACTERS_MAX:
        raise InvalidRequest(
            f"Idempotency keys can have at most {KEY_CHARACTERS_MAX} characters; this one has "
            f"{len(key)}."
        )
    return key


def fingerprint_of(incoming: Incoming, sent: Any) -> str:
    """Return what is the same for the same parameters, in whatever order they came."""
    spelled = msgspec.json.encode((incoming.method, incoming.path, sent), order="deterministic")
    return hashlib.blake2b(spelled, digest_size=16).hexdigest()


def _oldest_kept(services: Services) -> int:
    window = services.settings.idempotency_window_hours * HOUR_SECONDS
    return now_s(services.clock) - window


def _replay(stored: StoredRequest, fingerprint: str) -> Reply:
    if stored.fingerprint != fingerprint:
        raise key_reused(stored.key)
    return Reply(
        status=stored.status,
        body=stored.body.encode(),
        headers=(
            (b"idempotent-replayed", b"true"),
            (b"original-request", stored.request_id.encode()),
        ),
    )
