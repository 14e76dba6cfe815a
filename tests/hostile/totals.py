"""A customer's total, whatever the time is: usage of the last hour and the next."""

import time
from decimal import Decimal

import stripe
from stripe.billing import Meter

from tests.wire.world import total

HOUR = 3_600


def total_now(client: stripe.StripeClient, meter: Meter, customer: str) -> Decimal:
    now = int(time.time()) // HOUR * HOUR
    return total(client, meter, customer, now - HOUR, now + 2 * HOUR)
