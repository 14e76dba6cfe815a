"""Making a destination, and what its fields have to be."""

import re
from collections.abc import Mapping, Sequence

from taximeter.environments import Environment
from taximeter.errors import InvalidRequest
from taximeter.events import EventPayload
from taximeter.kit.ids import new_id
from taximeter.metadata import merged_metadata
from taximeter.settings import Settings
from taximeter.webhooks.address import AddressRules, UrlRefused, check_url
from taximeter.webhooks.destination import (
    DestinationApi,
    EventDestination,
    EventDestinationStore,
    Secret,
)
from taximeter.webhooks.sign import new_secret

EVERYTHING = "*"
_TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_THIN = re.compile(r"v[0-9]+\.")
_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z]+)?")
_TYPES_MAX = 500


def create_destination(
    *,
    store: EventDestinationStore,
    environment: Environment,
    rules: AddressRules,
    settings: Settings,
    now_us: int,
    api: DestinationApi,
    url: str,
    url_param: str,
    event_payload: EventPayload,
    enabled_events: Sequence[str],
    name: str = "",
    description: str | None = None,
    api_version: str | None = None,
    events_from: tuple[str, ...] = (),
    metadata: Mapping[str, str] | None = None,
) -> EventDestination:
    """Make a destination, enabled, with a secret of its own.

    Raises InvalidRequest; `url_param` is how the API names the address.
    """
    check_address(url, environment, rules, param=url_param)
    check_version(api_version)
    destination = EventDestination(
        id=new_id("we" if api == "webhook_endpoint" else "ed"),
        environment=environment.id,
        api=api,
        created_us=now_us,
        updated_us=now_us,
        url=url,
        event_payload=event_payload,
        enabled_events=checked_types(enabled_events, event_payload),
        name=name,
        description=description,
        api_version=api_version,
        events_from=events_from,
        metadata=merged_metadata({}, metadata),
        secrets=(Secret(value=new_secret()),),
    )
    most = settings.event_destinations_max
    if len(store.all(environment.id)) >= most:
        raise InvalidRequest(
            f"There can be at most {most} webhook endpoints and event destinations; delete one "
            "that is not used, or raise TAXIMETER_EVENT_DESTINATIONS_MAX.",
            code="resource_limit_exceeded",
        )
    store.add(destination)
    return destination


def check_address(url: str, environment: Environment, rules: AddressRules, *, param: str) -> None:
    """Refuse an address to which nothing can be delivered. Raises InvalidRequest."""
    try:
        check_url(url, rules=rules, https_only=environment.livemode)
    except UrlRefused as refused:
        raise InvalidRequest(f"Invalid URL: {refused}", param=param, code="url_invalid") from None


def check_version(api_version: str | None) -> None:
    """Refuse what is no version of Stripe's API. Raises InvalidRequest."""
    if api_version is not None and not _VERSION.fullmatch(api_version):
        raise InvalidRequest(
            f"Invalid API version: {api_version[:100]}; send one such as 2026-10-28.endive.",
            param="api_version",
        )


def checked_types(enabled_events: Sequence[str], event_payload: EventPayload) -> tuple[str, ...]:
    """Return the types that a destination wants, each once. Raises InvalidRequest.

    Any that could be one of Stripe's is taken, for whoever asks for more than happens here; but a
    thin one, which has its version in front, never comes to a destination of snapshots.
    """
    param = "enabled_events"
    if not enabled_events:
        raise InvalidRequest("Send at least one type of event, or * for all of them.", param=param)
    if len(enabled_events) > _TYPES_MAX:
        raise InvalidRequest(
            f"At most {_TYPES_MAX} types can be sent; send * for all.", param=param
        )
    for index, type in enumerate(enabled_events):
        if type == EVERYTHING:
            continue
        at = f"{param}[{index}]"
        if not _TYPE.fullmatch(type):
            raise InvalidRequest(
                f"Invalid event type: {type[:100]}; send one such as billing.alert.triggered, or "
                "* for all.",
                param=at,
            )
        if (_THIN.match(type) is not None) != (event_payload == "thin"):
            raise InvalidRequest(_mismatch(type, event_payload), param=at)
    return tuple(dict.fromkeys(enabled_events))


def _mismatch(type: str, event_payload: EventPayload) -> str:
    if event_payload == "thin":
        return f"{type} is no thin event: the type of one begins with its version, as in v1.{type}."
    return f"{type} is a thin event, which comes to event destinations with the payload thin only."
