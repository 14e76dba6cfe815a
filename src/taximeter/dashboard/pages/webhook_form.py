"""The forms of a destination: making one, and changing it."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec

from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.page import Change, Done, NoQuery, Page, Revealed, View
from taximeter.dashboard.pages.deliveries import destination_name
from taximeter.dashboard.pages.meter_create import Choice
from taximeter.dashboard.pages.webhook import destination_of
from taximeter.events import EventPayload
from taximeter.webhooks.change import DestinationChange, change_destination
from taximeter.webhooks.create import EVERYTHING, create_destination
from taximeter.webhooks.destination import DestinationApi

Hears = Literal["all", "chosen"]
Name = Annotated[str, msgspec.Meta(max_length=250)]
FIELDS = {"url": "url", "enabled_events": "types"}

PAYLOADS = (
    Choice(
        value="snapshot",
        label="Snapshots",
        says="The object as it was then is in the event. Listed by /v1/webhook_endpoints.",
    ),
    Choice(
        value="thin",
        label="Thin events",
        says="Only what happened; the rest is fetched. Listed by /v2/core/event_destinations.",
    ),
)
HEARS = (
    Choice(value="all", label="All events", says="Those of kinds still to come, too."),
    Choice(value="chosen", label="Only some", says="The types that you name."),
)


class WebhookForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a new destination; `types` stand one a line."""

    url: Annotated[str, msgspec.Meta(min_length=1)]
    name: Name = ""
    event_payload: EventPayload = "snapshot"
    hears: Hears = "all"
    types: str = ""


class WebhookEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed about a destination."""

    url: Annotated[str, msgspec.Meta(min_length=1)]
    name: Name = ""
    hears: Hears = "all"
    types: str = ""


class WebhookFormData(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, and what stands in the form at first; `id` None for a new one."""

    id: str | None = None
    title: str = ""
    url: str = ""
    name: str = ""
    event_payload: EventPayload = "snapshot"
    hears: Hears = "all"
    types: str = ""
    payloads: tuple[Choice, ...] = PAYLOADS
    hearings: tuple[Choice, ...] = HEARS


def _read_new(view: View, query: NoQuery) -> WebhookFormData:
    return WebhookFormData()


def _read_present(view: View, query: NoQuery) -> WebhookFormData:
    one = destination_of(view)
    everything = EVERYTHING in one.enabled_events
    return WebhookFormData(
        id=one.id,
        title=destination_name(one),
        url=one.url,
        name=one.name or one.description or "",
        event_payload=one.event_payload,
        hears="all" if everything else "chosen",
        types="" if everything else "\n".join(one.enabled_events),
    )


def _types(hears: Hears, typed: str) -> tuple[str, ...]:
    if hears == "all":
        return (EVERYTHING,)
    types = tuple(typed.split())
    if not types:
        raise FieldErrors({"types": "Name at least one type, such as invoice.finalized."})
    return types


def _create(view: View, form: WebhookForm) -> Revealed:
    """Make a destination; its secret is in the answer. Raises FieldErrors and InvalidRequest."""
    services = view.services
    api: DestinationApi = (
        "webhook_endpoint" if form.event_payload == "snapshot" else "event_destination"
    )
    by_v1 = api == "webhook_endpoint"
    made = create_destination(
        store=view.unit.event_destinations,
        environment=view.environment,
        rules=services.webhook_addresses,
        settings=services.settings,
        now_us=services.clock.now_us(),
        api=api,
        url=form.url,
        url_param="url",
        event_payload=form.event_payload,
        enabled_events=_types(form.hears, form.types),
        name="" if by_v1 else form.name or urlsplit(form.url).hostname or form.url,
        description=form.name or None if by_v1 else None,
    )
    return Revealed(values={"id": made.id, "secret": made.secrets[0].value})


def _change(view: View, form: WebhookEdit) -> Done:
    destination = destination_of(view)
    services = view.services
    types = _types(form.hears, form.types)
    if destination.api == "webhook_endpoint":
        change = DestinationChange(
            url=form.url, enabled_events=types, description=form.name or None
        )
    else:
        change = DestinationChange(
            url=form.url, enabled_events=types, name=form.name or destination.name
        )
    change_destination(
        store=view.unit.event_destinations,
        environment=view.environment,
        rules=services.webhook_addresses,
        destination=destination,
        change=change,
        now_us=services.clock.now_us(),
        url_param="url",
    )
    return Done(
        location=view.url(f"developers/webhooks/{destination.id}"),
        message="Changed, for whatever is delivered from now on.",
    )


NEW = Page(
    path="developers/webhooks/new",
    area="developers",
    query=NoQuery,
    read=_read_new,
    template="webhook_form.html",
    title=lambda _: "Add a destination",
    for_admins=True,
)

EDIT = Page(
    path="developers/webhooks/{id}/edit",
    area="developers",
    query=NoQuery,
    read=_read_present,
    template="webhook_form.html",
    title=lambda data: f"Edit {data.title}",
    for_admins=True,
)

CHANGES = (
    Change(path="developers/webhooks/new", form=WebhookForm, run=_create, page=NEW, fields=FIELDS),
    Change(
        path="developers/webhooks/{id}/edit",
        form=WebhookEdit,
        run=_change,
        page=EDIT,
        fields=FIELDS,
    ),
)
