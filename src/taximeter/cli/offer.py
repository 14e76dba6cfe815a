"""The worked example's offer: what Alpaca AI asks for its tokens, and who pays it how."""

from typing import Literal

import msgspec

CURRENCY = "usd"
PRODUCT = "alpaca_ai"
PRODUCT_NAME = "Alpaca AI"


class ExampleTier(msgspec.Struct, frozen=True, kw_only=True):
    """Tokens up to a number (None: without end), and what one costs, in cents."""

    up_to: int | None
    cents: str


class ExamplePrice(msgspec.Struct, frozen=True, kw_only=True):
    """The price of a kind of token of a model; the lookup key is what the loader finds it by."""

    model: str
    token_type: str
    tiers: tuple[ExampleTier, ...]

    @property
    def lookup_key(self) -> str:
        """Return the name that the price is found by."""
        return f"{self.model}-{self.token_type}"

    @property
    def nickname(self) -> str:
        """Return what lines of invoices call it."""
        return f"{self.model} {self.token_type} tokens"


class ExampleSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """How a customer subscribes, from the first day of the example on.

    In flexible mode the past month stands on the first invoice. In classic mode it waits for the
    first period's end, which comes at once, and stands on a draft.
    """

    customer: str
    billing_mode: Literal["classic", "flexible"] = "flexible"
    paid: bool = False


class ExampleGrant(msgspec.Struct, frozen=True, kw_only=True):
    """Credits of a customer, in cents, in effect from the first day of the example on."""

    customer: str
    name: str
    cents: int
    category: Literal["paid", "promotional"]


def _tiers(
    free: int, cents: str, many: int | None = None, fewer_cents: str = ""
) -> tuple[ExampleTier, ...]:
    """Make tiers: so many tokens are free, and beyond many, where given, each costs less."""
    last = ExampleTier(up_to=None, cents=cents if many is None else fewer_cents)
    free_ones = ExampleTier(up_to=free, cents="0")
    if many is None:
        return (free_ones, last)
    return (free_ones, ExampleTier(up_to=many, cents=cents), last)


PRICES = (
    ExamplePrice(
        model="alpaca-large",
        token_type="input",  # noqa: S106  # a kind of token that models speak in
        tiers=_tiers(1_000_000, "0.0003", 50_000_000, "0.00024"),
    ),
    ExamplePrice(
        model="alpaca-large",
        token_type="output",  # noqa: S106  # a kind of token that models speak in
        tiers=_tiers(250_000, "0.0015", 20_000_000, "0.0012"),
    ),
    ExamplePrice(
        model="alpaca-small",
        token_type="input",  # noqa: S106  # a kind of token that models speak in
        tiers=_tiers(5_000_000, "0.000025"),
    ),
    ExamplePrice(
        model="alpaca-small",
        token_type="output",  # noqa: S106  # a kind of token that models speak in
        tiers=_tiers(1_000_000, "0.000125"),
    ),
    ExamplePrice(
        model="alpaca-embed",
        token_type="input",  # noqa: S106  # a kind of token that models speak in
        tiers=_tiers(10_000_000, "0.000002"),
    ),
)
"""Every kind of token that the models speak in, once: no usage is without a price or has two."""

SUBSCRIPTIONS = (
    ExampleSubscription(customer="andean-textiles", paid=True),
    ExampleSubscription(customer="cusco-robotics"),
    ExampleSubscription(customer="lima-legal", billing_mode="classic"),
    ExampleSubscription(customer="puna-games"),
    ExampleSubscription(customer="titicaca-travel"),
)
"""All but Salar Studio, whose trial was not renewed."""

GRANTS = (
    ExampleGrant(customer="cusco-robotics", name="Prepaid", cents=50_000, category="paid"),
    ExampleGrant(customer="cusco-robotics", name="Welcome", cents=2_500, category="promotional"),
)
