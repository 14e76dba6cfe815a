"""How customers stand, for tests of the pure heart: built without records."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from taximeter.credits.grant import CreditGrant
from taximeter.invoicing.invoice import Invoice
from taximeter.invoicing.standing import Standing
from taximeter.pricing.price import Price
from taximeter.settings import Settings
from taximeter.subscriptions.subscription import Subscription
from tests.invoicing.changes import terms
from tests.subscriptions.examples import CUSTOMER, NOW, subscribe


def a_subscription(
    name: str, *prices: Price, billed_before: Decimal = Decimal(0), **asked: Any
) -> Subscription:
    """A subscription to metered prices, of whose usage a threshold has billed so much."""
    made = subscribe(*prices, **asked)
    items = tuple(
        msgspec.structs.replace(
            item, id=f"si_{name}_{place}", billed_before=billed_before if not place else Decimal(0)
        )
        for place, item in enumerate(made.items)
    )
    return msgspec.structs.replace(made, id=f"sub_{name}", items=items)


def a_standing(
    prices: Sequence[Price],
    subscriptions: Sequence[Subscription],
    *,
    grants: Sequence[CreditGrant] = (),
    drafts: Sequence[Invoice] = (),
    **fields: Any,
) -> Standing:
    """How the customer stands an hour after subscribing; each grant has its amount left."""
    return Standing(
        customer=CUSTOMER,
        now=NOW + 3_600,
        subscriptions=tuple(subscriptions),
        drafts=tuple(drafts),
        grants=tuple(grants),
        balances={grant.id: grant.amount for grant in grants},
        terms=terms(*prices),
        settings=Settings(),
        **fields,
    )
