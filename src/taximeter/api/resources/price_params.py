"""The parameters that describe a price, wherever a request may describe one."""

from typing import Annotated, ClassVar

import msgspec

from taximeter.pricing.draft import OptionDraft, PriceDraft
from taximeter.pricing.recurring import RecurringDraft

NO_CUSTOM_AMOUNTS = "Customers do not choose what they pay here; send unit_amount."
NO_TAX_DETAILS = "Taxes are not computed here; leave it out."

LookupKey = Annotated[str, msgspec.Meta(max_length=200)]
Nickname = Annotated[str, msgspec.Meta(max_length=5_000)]


class OptionParam(OptionDraft, frozen=True, kw_only=True):
    """What a price costs in one currency."""

    refused: ClassVar[dict[str, str]] = {"custom_unit_amount": NO_CUSTOM_AMOUNTS}


class RecurringParam(RecurringDraft, frozen=True, kw_only=True):
    """How often a price is billed."""

    refused: ClassVar[dict[str, str]] = {
        "aggregate_usage": "How usage adds up is decided by the meter's default_aggregation."
    }


def price_draft(params: msgspec.Struct) -> PriceDraft:
    """Return the draft of a price that parameters describe; those that they lack keep a default."""
    return PriceDraft(
        **{
            name: getattr(params, name)
            for name in PriceDraft.__struct_fields__
            if name in params.__struct_fields__
        }
    )
