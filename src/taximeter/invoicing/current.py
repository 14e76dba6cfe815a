"""Subscriptions as they may be changed: found, and with nothing due that was not done yet."""

from taximeter import test_clocks
from taximeter.errors import Locked, NotFound
from taximeter.invoicing.billing import Billing
from taximeter.invoicing.boundary import next_due
from taximeter.subscriptions.subscription import Subscription


def find(id: str, *, billing: Billing) -> Subscription:
    """Return the subscription. Raises NotFound."""
    found = billing.unit.subscriptions.get(billing.environment, id)
    if found is None:
        raise NotFound(f"No such subscription: '{id}'", param="id")
    return found


def find_current(id: str, *, billing: Billing) -> tuple[Subscription, int]:
    """Return the subscription and its customer's present moment, for whoever changes it.

    A change is priced from the running period, so one that has ended is invoiced first, which is
    done in a moment. Raises NotFound and Locked.
    """
    found = find(id, billing=billing)
    check_clock(found.test_clock, billing=billing)
    now = billing.present(found.test_clock)
    due = next_due(found)
    if due is not None and due.due_at <= now:
        raise Locked(
            f"A period of subscription {id} has just ended and is being invoiced. Send the request "
            "again in a moment."
        )
    return found, now


def check_clock(test_clock: str | None, *, billing: Billing) -> None:
    """Refuse to change what lives on a test clock that is on its way. Raises Locked."""
    if test_clock is None:
        return
    clock = billing.unit.test_clocks.get(billing.environment, test_clock)
    if clock is not None:
        test_clocks.check_ready(clock)
