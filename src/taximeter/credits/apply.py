"""Which credits pay for which lines of an invoice: Stripe's order, as a pure function."""

from collections.abc import Mapping, Sequence

import msgspec

from taximeter.credits.grant import CreditGrant


class Payable(msgspec.Struct, frozen=True, kw_only=True):
    """A line that credits may pay for: one of a metered price, with an amount above zero."""

    line: str
    price: str
    amount: int


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """Credits of one grant that pay for a line, or for a part of it."""

    line: str
    credit_grant: str
    amount: int


def apply(
    payables: Sequence[Payable],
    *,
    grants: Sequence[CreditGrant],
    balances: Mapping[str, int],
    currency: str,
    period_end: int,
) -> tuple[Application, ...]:
    """Pay lines in their order from grants in theirs, as far as the balances go.

    `period_end` is the invoice's: a grant pays if it is in effect by then and has not expired.
    """
    raise NotImplementedError
