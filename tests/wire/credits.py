"""What wire tests of credits begin with: a metered price, grants, and balances read back."""

from typing import Any

import stripe
from stripe.billing import CreditGrant

from taximeter.credits import ledger as entries
from taximeter.credits.apply import Payable, apply
from tests.wire.clocked import ClockedServer
from tests.wire.world import create_meter

METERED: Any = {"scope": {"price_type": "metered"}}


def amount(value: int, currency: str = "usd") -> Any:
    """An amount of credits."""
    return {"type": "monetary", "monetary": {"currency": currency, "value": value}}


def create_price(client: stripe.StripeClient, **fields: Any) -> str:
    """Create a metered price of a cent a unit and return its id."""
    params: Any = {
        "currency": "usd",
        "unit_amount": 1,
        "product_data": {"name": "Tokens"},
        "recurring": {
            "interval": "month",
            "usage_type": "metered",
            "meter": create_meter(client).id,
        },
        **fields,
    }
    return client.v1.prices.create(params).id


def grant(
    client: stripe.StripeClient, customer: str, value: int = 1_000, **fields: Any
) -> CreditGrant:
    """Grant credits to a customer, for all metered prices unless the fields say otherwise."""
    plain: Any = {"customer": customer, "amount": amount(value), "applicability_config": METERED}
    params: Any = {**plain, **fields}
    return client.v1.billing.credit_grants.create(params)


def balances(
    client: stripe.StripeClient, customer: str, **where: Any
) -> list[tuple[str, int, int]]:
    """Return currency, what is available and what the ledger says, of every balance."""
    scope: Any = {"type": "applicability_scope", "applicability_scope": {"price_type": "metered"}}
    asked: Any = {"customer": customer, "filter": where or scope}
    found = client.v1.billing.credit_balance_summary.retrieve(asked)
    return [
        (
            one["available_balance"]["monetary"]["currency"],
            one["available_balance"]["monetary"]["value"],
            one["ledger_balance"]["monetary"]["value"],
        )
        for one in found.to_dict()["balances"]
    ]


def ledger(client: stripe.StripeClient, customer: str, **where: Any) -> list[tuple[str, int]]:
    """Return the kind and amount of every entry of a customer's ledger, newest first."""
    params: Any = {"customer": customer, **where}
    entries = client.v1.billing.credit_balance_transactions.list(params)
    found = []
    for entry in entries.auto_paging_iter():
        side = entry.to_dict()[str(entry.type)]
        value = side["amount"]["monetary"]["value"]
        found.append((side["type"], value if entry.type == "credit" else -value))
    return found


def spend(server: ClockedServer, customer: str, value: int, invoice: str = "in_1") -> None:
    """Let an invoice use credits of the customer's, as its finalization does."""
    with server.app.services.records.writing() as unit:
        grants = {one.id: one for one in unit.credit_grants.of_customers(2, [customer])}
        applications = apply(
            [Payable(line="il_1", price="price_1", amount=value)],
            grants=list(grants.values()),
            balances=unit.credit_ledger.balances(2, grants),
            currency="usd",
            period_end=server.now(),
        )
        unit.credit_ledger.add(
            entries.applied(applications, grants=grants, invoice=invoice, now=server.now())
        )
