"""What is done to a destination and its deliveries: switched, pinged, given a secret, resent."""

from typing import Annotated

import msgspec

from taximeter.api.resources.webhook_endpoints import EXPIRES_IN_MAX
from taximeter.dashboard.page import Change, Done, NoQuery, Revealed, View
from taximeter.dashboard.pages.delivery import PAGE as DELIVERY
from taximeter.dashboard.pages.webhook import PAGE, destination_of
from taximeter.webhooks.change import (
    delete_destination,
    disable_destination,
    enable_destination,
    ping_destination,
    roll_secret,
)
from taximeter.webhooks.resend import resend, retrieve_delivery

_HERE = "developers/webhooks"


class SecretRoll(msgspec.Struct, frozen=True, kw_only=True):
    """For how long the secret until now signs beside the new one."""

    expires_in: Annotated[int, msgspec.Meta(ge=0, le=EXPIRES_IN_MAX)]


def _now_us(view: View) -> int:
    return view.services.clock.now_us()


def _enable(view: View, _: NoQuery) -> Done:
    destination = destination_of(view)
    enable_destination(
        store=view.unit.event_destinations, destination=destination, now_us=_now_us(view)
    )
    return Done(
        location=view.url(f"{_HERE}/{destination.id}"),
        message="Enabled: it is told of what happens, and of what was pending.",
    )


def _disable(view: View, _: NoQuery) -> Done:
    destination = destination_of(view)
    disable_destination(
        store=view.unit.event_destinations, destination=destination, now_us=_now_us(view)
    )
    return Done(
        location=view.url(f"{_HERE}/{destination.id}"), message="Disabled: it is told nothing."
    )


def _delete(view: View, _: NoQuery) -> Done:
    delete_destination(unit=view.unit, destination=destination_of(view))
    return Done(location=view.url(_HERE), message="The destination is deleted.")


def _roll(view: View, form: SecretRoll) -> Revealed:
    rolled = roll_secret(
        store=view.unit.event_destinations,
        destination=destination_of(view),
        now_us=_now_us(view),
        expires_in=form.expires_in,
    )
    return Revealed(values={"secret": rolled.secrets[0].value})


def _ping(view: View, _: NoQuery) -> Done:
    destination = destination_of(view)
    ping_destination(
        unit=view.unit,
        environment=view.environment,
        destination=destination,
        now_us=_now_us(view),
    )
    return Done(
        location=view.url(f"{_HERE}/{destination.id}"),
        message="A ping is on its way: look for it in the log.",
    )


def _resend(view: View, _: NoQuery) -> Done:
    delivery = retrieve_delivery(
        store=view.unit.deliveries, environment=view.environment, id=view.path_params["id"]
    )
    resend(unit=view.unit, delivery=delivery, now_us=_now_us(view))
    return Done(
        location=view.url(f"{_HERE}/deliveries/{delivery.id}"),
        message="On its way once more.",
    )


CHANGES = (
    Change(path=f"{_HERE}/{{id}}/enable", form=NoQuery, run=_enable, page=PAGE),
    Change(path=f"{_HERE}/{{id}}/disable", form=NoQuery, run=_disable, page=PAGE),
    Change(path=f"{_HERE}/{{id}}/delete", form=NoQuery, run=_delete, page=PAGE),
    Change(
        path=f"{_HERE}/{{id}}/roll",
        form=SecretRoll,
        run=_roll,
        page=PAGE,
        fields={"expires_in": "expires_in"},
    ),
    Change(path=f"{_HERE}/{{id}}/ping", form=NoQuery, run=_ping, page=PAGE),
    Change(path=f"{_HERE}/deliveries/{{id}}/resend", form=NoQuery, run=_resend, page=DELIVERY),
)
