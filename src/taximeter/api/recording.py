"""Recording one event, on the hot path: `POST /v1/billing/meter_events` and its twin on v2."""

from taximeter.api.execute import idempotency_key
from taximeter.api.http import Incoming, Reply, check_json, encode, read_params
from taximeter.api.json_body import decode_json, read_json
from taximeter.api.params import decode
from taximeter.api.resources import meter_events, meter_events_v2
from taximeter.api.resources.meter_events import MeterEventCreate, origin_of
from taximeter.api.services import Services
from taximeter.api.wire.meter_event import meter_event_object
from taximeter.api.wire.meter_event_v2 import meter_event_v2_object
from taximeter.errors import InvalidRequest


class Recording:
    """Records an event as v1 has it sent."""

    def __init__(self, services: Services) -> None:
        """Use the running parts of one server."""
        self._services = services

    async def __call__(self, incoming: Incoming) -> Reply:
        """Answer once the event is durable."""
        services = self._services
        environment = services.authenticator.authenticate(incoming.header(b"authorization"))
        tree = read_params(incoming)
        accepted = await services.intake.accept(
            meter_events.sent_event(decode(tree, MeterEventCreate)),
            environment=environment,
            origin=origin_of(idempotency_key(incoming), tree),
        )
        return _reply(
            encode(meter_event_object(accepted.logged, environment)), replayed=accepted.replayed
        )


class RecordingV2:
    """Records an event as v2 has it sent."""

    def __init__(self, services: Services) -> None:
        """Use the running parts of one server."""
        self._services = services

    async def __call__(self, incoming: Incoming) -> Reply:
        """Answer once the event is durable."""
        services = self._services
        environment = services.authenticator.authenticate(incoming.header(b"authorization"))
        check_json(incoming)
        params = decode_json(incoming.body, meter_events_v2.DECODER)
        try:
            accepted = await services.intake.accept(
                meter_events_v2.sent_event(params),
                environment=environment,
                origin=origin_of(idempotency_key(incoming), read_json(incoming.body)),
            )
        except InvalidRequest as error:
            raise meter_events_v2.refusal(error) from None
        return _reply(
            encode(meter_event_v2_object(accepted.logged, environment)), replayed=accepted.replayed
        )


def _reply(body: bytes, *, replayed: bool) -> Reply:
    return Reply(body=body, headers=((b"idempotent-replayed", b"true"),) if replayed else ())
