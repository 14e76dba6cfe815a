"""Changing a destination: its fields, whether it is enabled, its secret, and its end."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest, NotFound
from taximeter.events import Event, RelatedObject, new_event_id
from taximeter.kit.clock import MICROSECONDS
from taximeter.metadata import merged_metadata
from taximeter.webhooks.address import AddressRules
from taximeter.webhooks.create import check_address, checked_types
from taximeter.webhooks.destination import (
    DestinationApi,
    EventDestination,
    EventDestinationStore,
    Secret,
)
from taximeter.webhooks.fan_out import PING
from taximeter.webhooks.sign import new_secret
from taximeter.webhooks.stores import WebhookUnit

SECRETS_MAX = 5
"""How many may sign at once."""

_NAMES: dict[DestinationApi, tuple[str, str]] = {
    "webhook_endpoint": ("webhook endpoint", "webhook_endpoint"),
    "event_destination": ("event destination", "id"),
}
"""What each API calls a destination, and the parameter that names one."""


class DestinationChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; None clears, and what is UNSET stays."""

    url: str | UnsetType = UNSET
    enabled_events: Sequence[str] | UnsetType = UNSET
    name: str | UnsetType = UNSET
    description: str | None | UnsetType = UNSET
    metadata: dict[str, str] | None | UnsetType = UNSET


def retrieve_destination(
    *, store: EventDestinationStore, environment: Environment, api: DestinationApi, id: str
) -> EventDestination:
    """Return a destination that was made by this API. Raises NotFound."""
    found = store.get(environment.id, id)
    if found is None or found.api != api:
        noun, param = _NAMES[api]
        raise NotFound(f"No such {noun}: '{id}'", param=param)
    return found


def change_destination(
    *,
    store: EventDestinationStore,
    environment: Environment,
    rules: AddressRules,
    destination: EventDestination,
    change: DestinationChange,
    now_us: int,
    url_param: str,
) -> EventDestination:
    """Change fields. Raises InvalidRequest; `url_param` is how the API names the address."""
    new: dict[str, Any] = {
        name: value
        for name in change.__struct_fields__
        if (value := getattr(change, name)) is not UNSET
    }
    if isinstance(change.url, str):
        check_address(change.url, environment, rules, param=url_param)
    if not isinstance(change.enabled_events, UnsetType):
        new["enabled_events"] = checked_types(change.enabled_events, destination.event_payload)
    if not isinstance(change.metadata, UnsetType):
        new["metadata"] = merged_metadata(destination.metadata, change.metadata)
    changed = msgspec.structs.replace(destination, **new)
    if changed != destination:
        changed = msgspec.structs.replace(changed, updated_us=now_us)
        store.save(changed)
    return changed


def enable_destination(
    *, store: EventDestinationStore, destination: EventDestination, now_us: int
) -> EventDestination:
    """Deliver to it again, what is pending first; nothing counts as failing from before."""
    if destination.status == "enabled":
        return destination
    enabled = msgspec.structs.replace(
        destination, status="enabled", disabled_by=None, failing_since_us=None, updated_us=now_us
    )
    store.save(enabled)
    return enabled


def disable_destination(
    *, store: EventDestinationStore, destination: EventDestination, now_us: int
) -> EventDestination:
    """Deliver nothing to it any more; what is pending waits until it is enabled."""
    if destination.status == "disabled":
        return destination
    disabled = msgspec.structs.replace(
        destination, status="disabled", disabled_by="user", updated_us=now_us
    )
    store.save(disabled)
    return disabled


def delete_destination(*, unit: WebhookUnit, destination: EventDestination) -> None:
    """Drop it for good; what is pending is canceled, and the log of deliveries stays."""
    unit.event_destinations.delete(destination.environment, destination.id)
    unit.deliveries.cancel(destination.id)


def roll_secret(
    *, store: EventDestinationStore, destination: EventDestination, now_us: int, expires_in: int
) -> EventDestination:
    """Give it a new secret; those until now sign beside it for up to `expires_in` seconds more.

    Raises InvalidRequest when too many sign already.
    """
    now = now_us // MICROSECONDS
    kept = [
        Secret(value=one.value, expires_at=min(one.expires_at or ends, ends))
        for ends in [now + expires_in]
        for one in destination.secrets
        if min(one.expires_at or ends, ends) > now
    ]
    if len(kept) >= SECRETS_MAX:
        raise InvalidRequest(
            f"{len(kept)} secrets sign for this destination already. Wait until some have expired, "
            "or send expires_in=0 to let all of them go at once.",
            param="expires_in",
        )
    rolled = msgspec.structs.replace(
        destination, secrets=(Secret(value=new_secret()), *kept), updated_us=now_us
    )
    store.save(rolled)
    return rolled


def ping_destination(
    *, unit: WebhookUnit, environment: Environment, destination: EventDestination, now_us: int
) -> Event:
    """Tell it, and nobody else, that it is a destination. Raises InvalidRequest."""
    if destination.status == "disabled":
        raise InvalidRequest("The destination is disabled; enable it before a ping.", param="id")
    event = Event(
        id=new_event_id(livemode=environment.livemode),
        environment=environment.id,
        event_payload="thin",
        type=PING,
        created_us=now_us,
        related_object=RelatedObject(
            id=destination.id,
            type="v2.core.event_destination",
            url=f"/v2/core/event_destinations/{destination.id}",
        ),
        data="{}",
    )
    unit.events.add([event])
    return event
