"""What needs somebody's attention: rejected events, drafts about to close, webhooks, alerts."""

from collections.abc import Iterator, Mapping

import msgspec

from taximeter.dashboard.page import View
from taximeter.dashboard.pages.alert_history import NotificationRow, latest_notifications
from taximeter.dashboard.pages.deliveries import destination_name, destinations_here
from taximeter.dashboard.pages.rejections import REASONS
from taximeter.invoicing.invoice import Invoice, InvoiceFilter
from taximeter.kit.clock import MICROSECONDS
from taximeter.kit.paging import Cursor
from taximeter.kit.periods import DAY_SECONDS
from taximeter.meters import Meter
from taximeter.reports.over_time import IngestionOverTime

REFUSALS_MAX = 6
DRAFTS_MAX = 5
FIRED_MAX = 5
DRAFTS_READ_MAX = 500


class RefusedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reason for which events of a meter were rejected in the last day, and how many."""

    code: str
    reason: str
    meter: str | None
    meter_name: str | None
    count: int


class DraftRow(msgspec.Struct, frozen=True, kw_only=True):
    """A draft that is finalized within a day; the amount is what it comes to so far."""

    invoice: str
    customer: str
    customer_name: str | None
    amount: int
    currency: str
    closes_at: int


class TroubledRow(msgspec.Struct, frozen=True, kw_only=True):
    """A destination that takes nothing, or was disabled for it; `since` is when that began."""

    destination: str
    name: str
    disabled: bool
    since: int


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """The first few of each, and how many there are."""

    refused: tuple[RefusedRow, ...]
    reasons: int
    drafts: tuple[DraftRow, ...]
    drafts_found: int
    more_drafts: bool
    troubled: tuple[TroubledRow, ...]
    fired: tuple[NotificationRow, ...]


def read_attention(view: View, day: IngestionOverTime, meters: Mapping[str, Meter]) -> Attention:
    """Read what needs attention, given what came in within the last day."""
    page = view.unit.invoices.page(
        view.environment.id, Cursor(limit=DRAFTS_READ_MAX), InvoiceFilter(status="draft")
    )
    soon = sorted(
        (one for one in page.data if _closes_by(one, view.now() + DAY_SECONDS)),
        key=lambda one: (one.automatically_finalizes_at or 0, one.id),
    )
    shown = soon[:DRAFTS_MAX]
    known = view.unit.customers.many(view.environment.id, [one.customer for one in shown])
    return Attention(
        refused=tuple(
            RefusedRow(
                code=one.code,
                reason=next((said for code, said in REASONS.items() if code == one.code), one.code),
                meter=one.meter,
                meter_name=meters[one.meter].display_name
                if one.meter is not None and one.meter in meters
                else None,
                count=one.count,
            )
            for one in day.refusals[:REFUSALS_MAX]
        ),
        reasons=len(day.refusals),
        drafts=tuple(
            DraftRow(
                invoice=one.id,
                customer=one.customer,
                customer_name=known[one.customer].details.name if one.customer in known else None,
                amount=one.total,
                currency=one.currency,
                closes_at=one.automatically_finalizes_at or 0,
            )
            for one in shown
        ),
        drafts_found=len(soon),
        more_drafts=page.has_more,
        troubled=tuple(_troubled(view)),
        fired=tuple(
            one
            for one in latest_notifications(view, limit=FIRED_MAX)
            if one.created > view.now() - DAY_SECONDS and not one.recovered
        ),
    )


def _troubled(view: View) -> Iterator[TroubledRow]:
    for one in destinations_here(view).values():
        disabled = one.status == "disabled" and one.disabled_by == "failures"
        if disabled or (one.status == "enabled" and one.failing_since_us is not None):
            since_us = one.updated_us if one.failing_since_us is None else one.failing_since_us
            yield TroubledRow(
                destination=one.id,
                name=destination_name(one),
                disabled=disabled,
                since=since_us // MICROSECONDS,
            )


def _closes_by(invoice: Invoice, moment: int) -> bool:
    at = invoice.automatically_finalizes_at
    return invoice.auto_advance and at is not None and at <= moment
