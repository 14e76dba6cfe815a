"""`POST /v1/billing/meter_events`: one event, on the hot path."""

from taximeter.api.execute import idempotency_key
from taximeter.api.http import Incoming, Reply, encode, read_params
from taximeter.api.params import decode
from taximeter.api.resources.meter_events import MeterEventCreate, origin_of, sent_event
from taximeter.api.services import Services
from taximeter.api.wire.meter_event import meter_event_object


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
            sent_event(decode(tree, MeterEventCreate)),
            environment=environment,
            origin=origin_of(idempotency_key(incoming), tree),
        )
        return Reply(
            body=encode(meter_event_object(accepted.logged, environment)),
            headers=((b"idempotent-replayed", b"true"),) if accepted.replayed else (),
        )
