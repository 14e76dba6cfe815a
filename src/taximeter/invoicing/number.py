"""Numbers of invoices: the customer's prefix, and a sequence of its own without gaps."""

import msgspec

from taximeter.customers import Customer
from taximeter.invoicing.invoice import Invoice
from taximeter.kit.ids import new_invoice_prefix


def numbered(customer: Customer, invoice: Invoice) -> tuple[Customer, Invoice]:
    """Give an invoice its customer's next number, such as `A1B2C3D4-0001`.

    A customer without a prefix is given one, for good.
    """
    details = customer.details
    prefix = details.invoice_prefix or new_invoice_prefix()
    taken = details.next_invoice_sequence
    return (
        msgspec.structs.replace(
            customer,
            details=msgspec.structs.replace(
                details, invoice_prefix=prefix, next_invoice_sequence=taken + 1
            ),
        ),
        msgspec.structs.replace(invoice, number=f"{prefix}-{taken:04d}"),
    )
