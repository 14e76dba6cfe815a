"""Recording usage by hand: one event, through the checks that every event passes."""

from typing import Annotated

import msgspec

from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.moments import typed_moment
from taximeter.dashboard.page import Change, Done, Page, View
from taximeter.dashboard.pages.events import MeterChoice, meter_choices
from taximeter.errors import InvalidRequest
from taximeter.ingest.event import SentEvent
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.ids import new_identifier
from taximeter.usage.events import event_id


class RecordQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the form at first."""

    event_name: str = ""
    customer: str = ""


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form, as it is sent; more of the payload stands one a line, as `key=value`."""

    event_name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    customer: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    value: str = ""
    timestamp: str = ""
    identifier: Annotated[str, msgspec.Meta(max_length=100)] = ""
    more: str = ""


class RecordData(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, and which dimensions each meter asks for."""

    meters: tuple[MeterChoice, ...]
    dimensions: dict[str, tuple[str, ...]]
    query: RecordQuery


def read_record(view: View, query: RecordQuery) -> RecordData:
    """Return the choices."""
    return RecordData(
        meters=meter_choices(view, active=True),
        dimensions={
            one.event_name: one.dimension_keys
            for one in view.unit.meters.all()
            if one.environment == view.environment.id
            and one.status == "active"
            and one.dimension_keys
        },
        query=query,
    )


def record(view: View, form: RecordForm) -> Done:
    """Record the event. Raises FieldErrors and InvalidRequest."""
    meter = view.services.directory.meter(view.environment.id, form.event_name)
    payload = _pairs(form.more)
    if meter is not None:
        payload[meter.customer_key] = form.customer
        if form.value:
            payload[meter.value_key] = form.value
    timestamp = typed_moment(form.timestamp, param="timestamp")
    sent = SentEvent(
        event_name=form.event_name,
        payload=payload,
        identifier=form.identifier or new_identifier(),
        timestamp_us=None if timestamp is None else timestamp * MICROSECONDS,
    )
    try:
        logged = view.services.intake.record(sent, environment=view.environment)
    except InvalidRequest as error:
        keys = {} if meter is None else {meter.customer_key: "customer", meter.value_key: "value"}
        raise FieldErrors({_field(error.param or "", keys): error.message}) from None
    return Done(
        location=view.url(f"events/{event_id(view.environment, logged)}"),
        message="Recorded. The event is in every total from now on.",
    )


def _pairs(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip():
            raise FieldErrors({"more": f"Line {number} is not of the form key=value."})
        pairs[key.strip()] = value.strip()
    return pairs


def _field(param: str, keys: dict[str, str]) -> str:
    """Return which field of the form a parameter of the API is."""
    if param.startswith("payload"):
        return keys.get(param.removeprefix("payload[").removesuffix("]"), "more")
    return param if param in {"event_name", "timestamp", "identifier"} else ""


PAGE = Page(
    path="events/record",
    area="events",
    query=RecordQuery,
    read=read_record,
    template="event_record.html",
    title=lambda _: "Record usage",
    for_admins=True,
)

RECORD = Change(
    path="events/record",
    form=RecordForm,
    run=record,
    page=PAGE,
    fields={"timestamp": "timestamp"},
)
