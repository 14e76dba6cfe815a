"""What time it is for a customer: its test clock's, or the server's."""

from taximeter import test_clocks
from taximeter.customers import Customer
from taximeter.invoicing.stores import BillingUnit
from taximeter.kit.clock import Clock


def customers_present(*, unit: BillingUnit, customer: Customer, clock: Clock) -> int:
    """Return the present moment of a customer, in Unix seconds."""
    return test_clocks.present(
        store=unit.test_clocks,
        environment=customer.environment,
        test_clock=customer.test_clock,
        clock=clock,
    )
