"""Credits have Stripe's fields and types, and none beyond."""

from typing import Any

import pytest

from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import create_price, grant, spend
from tests.wire.schema import SCHEMAS, beyond, violations
from tests.wire.world import create_customer


@pytest.fixture(scope="module")
def objects(noon: ClockedServer) -> dict[str, list[dict[str, Any]]]:
    """Objects of each kind, plain ones and ones with every field set."""
    client = noon.client()
    customer = create_customer(client)
    plain = grant(client, customer)
    full = grant(
        client,
        customer,
        applicability_config={"scope": {"prices": [{"id": create_price(client)}]}},
        expires_at=NOON + 60,
        metadata={"a": "1"},
        name="All",
    )
    spend(noon, customer, 5)
    voided = client.v1.billing.credit_grants.void_grant(full.id)
    filtered: Any = {"type": "credit_grant", "credit_grant": plain.id}
    summary = client.v1.billing.credit_balance_summary.retrieve(
        {"customer": customer, "filter": filtered}
    )
    listed = client.v1.billing.credit_balance_transactions.list({"customer": customer})
    return {
        "billing.credit_grant": [one.to_dict() for one in (plain, full, voided)],
        "billing.credit_balance_summary": [summary.to_dict()],
        "billing.credit_balance_transaction": [one.to_dict() for one in listed.data],
    }


@pytest.mark.parametrize(
    "kind",
    [
        "billing.credit_grant",
        "billing.credit_balance_summary",
        "billing.credit_balance_transaction",
    ],
)
def test_object_has_stripes_fields_and_none_beyond(
    kind: str, objects: dict[str, list[dict[str, Any]]]
) -> None:
    assert objects[kind]
    for one in objects[kind]:
        assert violations(one, SCHEMAS[kind]) == []
        assert beyond(one, SCHEMAS[kind]) == set()
