"""Events that come by time: notices, as snapshots of what they tell of.

The invoice of `invoice.upcoming` is a preview. It has no id, as at Stripe, and its thin twin names
customer and subscription, since there is no object to fetch.
"""

from collections.abc import Sequence

from taximeter.api.http import encode
from taximeter.api.snapshots.rendering import KINDS
from taximeter.api.snapshots.standing import Standing, Surroundings
from taximeter.changes import ChangedKind
from taximeter.environments import Environment
from taximeter.events import Event, RelatedObject, snapshot
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.notice import Notice, NoticeUnit
from taximeter.kit.clock import Clock
from taximeter.subscriptions.subscription import Subscription


class NoticeEvents:
    """Makes the events of notices, dated by the server's clock like all others."""

    def __init__(self, clock: Clock) -> None:
        """Date events by a clock."""
        self._clock = clock

    def render(
        self, unit: NoticeUnit, environment: int, notices: Sequence[Notice]
    ) -> Sequence[Event]:
        """Return the events of an environment's notices, in their order."""
        if not notices:
            return ()
        (found,) = (one for one in unit.environments.environments() if one.id == environment)
        standing = Standing(Surroundings(unit, found), {})
        texts = _rendered(standing, "invoice", Invoice, notices)
        texts |= _rendered(standing, "subscription", Subscription, notices)
        now_us = self._clock.now_us()
        return [
            event for one in notices for event in _events(one, texts[one.about.id], found, now_us)
        ]


def _rendered(
    standing: Standing,
    kind: ChangedKind,
    struct: type[Invoice] | type[Subscription],
    notices: Sequence[Notice],
) -> dict[str, str]:
    """Return what notices are about as JSON, by id."""
    about = {one.about.id: one.about for one in notices if isinstance(one.about, struct)}
    objects = KINDS[kind].render(standing, list(about.values())) if about else ()
    return {id: encode(one).decode() for id, one in zip(about, objects, strict=True)}


def _events(notice: Notice, text: str, environment: Environment, now_us: int) -> list[Event]:
    about = notice.about
    kind: ChangedKind = "invoice" if isinstance(about, Invoice) else "subscription"
    related: RelatedObject | None = RelatedObject(
        id=about.id, type=kind, url=f"{KINDS[kind].path}/{about.id}"
    )
    if notice.type == "invoice.upcoming":
        named = f'{{"id":"{about.id}",'
        assert text.startswith(named), "an object's id comes first"
        # Its lines name it too.
        text = "{" + text.removeprefix(named).replace(f'"{about.id}"', "null")
        related = None
    return snapshot(
        type=notice.type,
        environment=environment,
        created_us=now_us,
        object=text,
        related_object=related,
        twin_data=_twin_data(notice),
    )


def _twin_data(notice: Notice) -> str:
    if notice.type != "invoice.upcoming":
        return "null"
    assert isinstance(notice.about, Invoice), "an invoice is upcoming"
    about = {"customer": notice.about.customer, "subscription": notice.about.subscription}
    return encode(about).decode()
