"""A one-time price that is billed beside a subscription's own."""

import msgspec


class AddedItem(msgspec.Struct, frozen=True, kw_only=True):
    """A price and a quantity for the next invoice; `at` is where it stands in the request."""

    at: str
    price: str
    quantity: int = 1
    metadata: dict[str, str] = {}
