"""What does the due work of billing on a running server, by its kind."""

from taximeter.api.services import Services
from taximeter.api.snapshots.notices import NoticeEvents
from taximeter.credits.expire import Expiries
from taximeter.due import DueKind
from taximeter.invoicing.awaited import draft_awaits
from taximeter.invoicing.finalize import Finalizations
from taximeter.invoicing.notify import DueNotices, TrialNotices
from taximeter.invoicing.notify_upcoming import UpcomingNotices
from taximeter.invoicing.renew import Renewals
from taximeter.invoicing.thresholds import Thresholds
from taximeter.jobs.handler import Handler


def billing_handlers(services: Services) -> dict[DueKind, Handler]:
    """Return what does the work that bills, expires credits and tells of both, by its kind."""
    records, clock, settings = services.records, services.clock, services.settings
    reader, writer = services.reader, services.writer
    told = NoticeEvents(clock).render
    return {
        "credit_grant": Expiries(records=records, clock=clock, awaited=draft_awaits),
        "invoice": Finalizations(
            records=records,
            reader=reader,
            barrier=writer,
            clock=clock,
            settings=settings,
        ),
        "subscription": Renewals(
            records=records,
            reader=reader,
            barrier=writer,
            clock=clock,
            settings=settings,
        ),
        "thresholds": Thresholds(
            records=records,
            reader=reader,
            barrier=writer,
            clock=clock,
            settings=settings,
        ),
        "upcoming_invoice": UpcomingNotices(
            records=records,
            reader=reader,
            barrier=writer,
            clock=clock,
            settings=settings,
            render=told,
        ),
        "trial_will_end": TrialNotices(records=records, render=told),
        "invoice_due": DueNotices(records=records, render=told, settings=settings),
    }
