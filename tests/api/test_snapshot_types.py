"""Which events a change makes, kind by kind."""

from typing import Any, get_args

import msgspec
import pytest

from taximeter import test_clocks
from taximeter.api.snapshots.types import event_types, present
from taximeter.changes import Change, ChangedKind
from taximeter.credits.grant import CreditBalanceTransaction, CreditGrant
from taximeter.customers import Customer, CustomerDetails
from taximeter.invoicing.invoice import Invoice, InvoiceItem
from taximeter.pricing.product import Product
from tests.invoicing.books import a_meter, a_price, a_subscription

OF: dict[str, Any] = {"environment": 2, "created": 0, "customer": "cus_1", "currency": "usd"}
METER = a_meter()
CUSTOMER = Customer(id="cus_1", environment=2, created=0, details=CustomerDetails())
PRODUCT = Product(id="prod_1", environment=2, created=0, updated=0, name="Tokens")
PRICE = a_price()
SUBSCRIPTION = a_subscription(PRICE, anchor=0)
DRAFT = Invoice(id="in_1", billing_reason="manual", period_start=0, period_end=0, **OF)
OPEN = msgspec.structs.replace(DRAFT, status="open", finalized_at=1)
ITEM = InvoiceItem(id="ii_1", amount=1, description=None, period_start=0, period_end=0, **OF)
GRANT = CreditGrant(id="credgr_1", updated=0, amount=1, effective_at=0, **OF)
ENTRY = CreditBalanceTransaction(
    id="cbtxn_1", credit_grant="credgr_1", type="credits_granted", amount=1, effective_at=0, **OF
)
CLOCK = test_clocks.TestClock(
    id="clock_1", environment=2, created=0, deletes_after=9, frozen_time=0
)


def with_(one: Any, **fields: Any) -> Any:
    return msgspec.structs.replace(one, **fields)


def test_every_kind_of_record_but_alerts_has_an_event() -> None:
    change = Change(kind="alert", id="x", environment=2, before=None, after=DRAFT)
    kinds: tuple[ChangedKind, ...] = get_args(ChangedKind)
    silent = [one for one in kinds if not event_types(with_(change, kind=one))]
    assert silent == ["alert"]


def types(kind: ChangedKind, before: Any, after: Any) -> str:
    """The types without what all of one kind begin with, as words."""
    change = Change(kind=kind, id="x", environment=2, before=before, after=after)
    return " ".join(type.rpartition(".")[2] for type in event_types(present(change)))


@pytest.mark.parametrize(
    ("kind", "one", "stem"),
    [
        ("credit_balance_transaction", ENTRY, "billing.credit_balance_transaction"),
        ("credit_grant", GRANT, "billing.credit_grant"),
        ("customer", CUSTOMER, "customer"),
        ("invoice", DRAFT, "invoice"),
        ("invoice_item", ITEM, "invoiceitem"),
        ("meter", METER, "billing.meter"),
        ("price", PRICE, "price"),
        ("product", PRODUCT, "product"),
        ("subscription", SUBSCRIPTION, "customer.subscription"),
        ("test_clock", CLOCK, "test_helpers.test_clock"),
    ],
)
def test_types_begin_with_stripes_name_of_the_object(
    kind: ChangedKind, one: Any, stem: str
) -> None:
    created = Change(kind=kind, id="x", environment=2, before=None, after=one)
    assert event_types(created) == [f"{stem}.created"]


@pytest.mark.parametrize(
    ("kind", "before", "after", "told"),
    [
        ("meter", METER, with_(METER, display_name="x"), "updated"),
        ("meter", METER, with_(METER, status="inactive"), "updated deactivated"),
        ("meter", with_(METER, status="inactive"), METER, "updated reactivated"),
        ("customer", CUSTOMER, with_(CUSTOMER, created=1), "updated"),
        ("customer", CUSTOMER, with_(CUSTOMER, deleted_at=1), "deleted"),
        ("customer", with_(CUSTOMER, deleted_at=1), with_(CUSTOMER, deleted_at=2), ""),
        ("product", PRODUCT, with_(PRODUCT, active=False), "updated"),
        ("product", PRODUCT, None, "deleted"),
        ("price", PRICE, with_(PRICE, active=False), "updated"),
        ("subscription", SUBSCRIPTION, with_(SUBSCRIPTION, status="trialing"), "updated"),
        ("subscription", SUBSCRIPTION, with_(SUBSCRIPTION, status="canceled"), "deleted"),
        (
            "subscription",
            with_(SUBSCRIPTION, status="canceled"),
            with_(SUBSCRIPTION, status="canceled", metadata={"a": "1"}),
            "updated",
        ),
        ("invoice", None, with_(OPEN, status="paid", paid_at=1), "created finalized paid"),
        ("invoice", DRAFT, with_(DRAFT, description="x"), "updated"),
        ("invoice", DRAFT, OPEN, "updated finalized"),
        ("invoice", DRAFT, with_(OPEN, status="paid", paid_at=1), "updated finalized paid"),
        ("invoice", DRAFT, with_(OPEN, status="void", voided_at=1), "updated finalized voided"),
        ("invoice", OPEN, with_(OPEN, status="paid", paid_at=2), "updated paid"),
        (
            "invoice",
            OPEN,
            with_(OPEN, status="uncollectible", marked_uncollectible_at=2),
            "updated marked_uncollectible",
        ),
        ("invoice", DRAFT, None, "deleted"),
        ("invoice_item", ITEM, with_(ITEM, invoice="in_1"), ""),
        ("invoice_item", ITEM, None, "deleted"),
        ("credit_grant", GRANT, with_(GRANT, voided_at=1), "updated"),
        ("test_clock", CLOCK, with_(CLOCK, status="advancing"), "advancing"),
        ("test_clock", with_(CLOCK, status="advancing"), CLOCK, "ready"),
        ("test_clock", CLOCK, with_(CLOCK, status="internal_failure"), "internal_failure"),
        ("test_clock", CLOCK, with_(CLOCK, frozen_time=5), ""),
        ("test_clock", CLOCK, None, "deleted"),
    ],
)
def test_change_tells_what_has_become_of_the_object(
    kind: ChangedKind, before: Any, after: Any, told: str
) -> None:
    assert types(kind, before, after) == told
