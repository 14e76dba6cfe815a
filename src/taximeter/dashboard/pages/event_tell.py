"""Telling one destination of an event, whether it was told before or not."""

import msgspec

from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.page import Change, Done, View
from taximeter.dashboard.pages.api_event import PAGE, event_of, twin_of
from taximeter.webhooks.resend import resend_event


class TellForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which destination."""

    destination: str


def _tell(view: View, form: TellForm) -> Done:
    """Deliver the kind of the event that the destination takes. Raises FieldErrors."""
    event = event_of(view)
    there = view.unit.event_destinations.get(view.environment.id, form.destination)
    if there is None:
        raise FieldErrors({"destination": "It was deleted; choose another."})
    told = event if event.event_payload == there.event_payload else twin_of(view, event)
    if told is None:
        raise FieldErrors(
            {"destination": f"There is no {there.event_payload} event of this; choose another."}
        )
    delivery = resend_event(
        unit=view.unit,
        environment=view.environment,
        event=told,
        destination=there.id,
        now_us=view.services.clock.now_us(),
    )
    return Done(
        location=view.url(f"developers/webhooks/deliveries/{delivery.id}"),
        message="On its way.",
    )


TELL = Change(path="developers/events/{id}/tell", form=TellForm, run=_tell, page=PAGE)
