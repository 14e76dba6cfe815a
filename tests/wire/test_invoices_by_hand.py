"""Invoices that somebody makes: items, drafts, and what becomes of them, once each."""

from typing import Any

import pytest
import stripe

from tests.wire.billing_world import DAY, HOUR
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.world import create_customer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with ClockedServer(tmp_path_factory.mktemp("hand") / "data") as running:
        yield running


@pytest.fixture
def client(server: ClockedServer) -> stripe.StripeClient:
    return server.client()


def add(client: stripe.StripeClient, customer: str, amount: int, **others: Any) -> str:
    params: Any = {"customer": customer, "currency": "usd", "amount": amount, **others}
    return client.v1.invoice_items.create(params).id


def draft(client: stripe.StripeClient, customer: str, **others: Any) -> stripe.Invoice:
    params: Any = {
        "customer": customer,
        "pending_invoice_items_behavior": "include",
        **others,
    }
    return client.v1.invoices.create(params)


def test_pending_items_are_put_on_a_draft_newest_first(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    ids = [add(client, customer, 100), add(client, customer, 250)]
    invoice = draft(client, customer)
    assert [line.amount for line in invoice.lines.data] == [250, 100]
    assert (invoice.status, invoice.billing_reason, invoice.total) == ("draft", "manual", 350)
    assert client.v1.invoice_items.list({"customer": customer, "pending": True}).data == []
    on_it = client.v1.invoice_items.list({"invoice": invoice.id}).data
    assert [one.id for one in on_it] == ids[::-1]


def test_an_excluding_draft_leaves_items_pending(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    add(client, customer, 100)
    invoice = client.v1.invoices.create({"customer": customer})
    assert (invoice.total, len(invoice.lines.data)) == (0, 0)


def test_an_item_is_added_to_a_draft_changed_and_deleted(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    invoice = draft(client, customer)
    one = add(client, customer, 100, invoice=invoice.id)
    other = add(client, customer, 7, invoice=invoice.id)
    before = client.v1.invoices.retrieve(invoice.id).lines.data
    client.v1.invoice_items.update(one, {"amount": 40, "description": "Less"})
    client.v1.invoice_items.delete(other)
    after = client.v1.invoices.retrieve(invoice.id)
    (line,) = after.lines.data
    assert (line.id, line.amount, line.description) == (before[0].id, 40, "Less")
    assert after.total == 40


def test_an_item_costs_its_quantity_times_its_unit_amount(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    params: Any = {
        "customer": customer,
        "currency": "usd",
        "quantity_decimal": "2.5",
        "unit_amount_decimal": "0.2",
    }
    item = client.v1.invoice_items.create(params)
    assert item.amount == 1
    price = client.v1.prices.create(
        {"currency": "usd", "unit_amount": 300, "product_data": {"name": "Setup"}}
    )
    priced: Any = {"customer": customer, "pricing": {"price": price.id}, "quantity": 2}
    item = client.v1.invoice_items.create(priced)
    assert (item.amount, item.description) == (600, "Setup")
    item = client.v1.invoice_items.update(item.id, {"quantity": 3})
    assert item.amount == 900


def test_a_deleted_draft_gives_its_items_back(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    add(client, customer, 100)
    invoice = draft(client, customer)
    gone = client.v1.invoices.delete(invoice.id)
    assert gone.to_dict() == {"id": invoice.id, "object": "invoice", "deleted": True}
    (item,) = client.v1.invoice_items.list({"customer": customer, "pending": True}).data
    assert item.amount == 100


def test_an_invoice_is_finalized_numbered_and_paid_outside(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    client.v1.customers.update(customer, {"invoice_prefix": "ACME", "next_invoice_sequence": 7})
    add(client, customer, 100)
    invoice = draft(client, customer, collection_method="send_invoice", days_until_due=30)
    final = client.v1.invoices.finalize_invoice(invoice.id)
    assert (final.status, final.number, final.due_date) == (
        "open",
        "ACME-0007",
        NOON + 30 * DAY,
    )
    assert client.v1.invoices.send_invoice(invoice.id).status == "open"
    paid = client.v1.invoices.pay(invoice.id, {"paid_out_of_band": True})
    assert (paid.status, paid.amount_paid, paid.amount_remaining) == ("paid", 100, 0)
    assert paid.amount_paid_off_stripe == 100
    assert client.v1.customers.retrieve(customer).next_invoice_sequence == 8


def test_a_final_invoice_keeps_the_customer_as_it_was(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    invoice = client.v1.invoices.finalize_invoice(draft(client, customer).id)
    client.v1.customers.update(customer, {"name": "Another", "email": "a@example.com"})
    same = client.v1.invoices.retrieve(invoice.id)
    assert (same.customer_name, same.customer_email) == ("Wire", None)


def test_a_negative_invoice_goes_to_the_balance_and_pays_the_next(
    client: stripe.StripeClient,
) -> None:
    customer = create_customer(client)
    add(client, customer, -100)
    credit = client.v1.invoices.finalize_invoice(draft(client, customer).id)
    assert (credit.status, credit.total, credit.amount_due) == ("paid", -100, 0)
    assert client.v1.customers.retrieve(customer).balance == -100
    add(client, customer, 250)
    invoice = client.v1.invoices.finalize_invoice(draft(client, customer).id)
    assert (invoice.total, invoice.amount_due) == (250, 150)
    client.v1.invoices.void_invoice(invoice.id)
    assert client.v1.customers.retrieve(customer).balance == -100


def test_an_uncollectible_invoice_can_still_be_paid(client: stripe.StripeClient) -> None:
    customer = create_customer(client)
    add(client, customer, 100)
    invoice = client.v1.invoices.finalize_invoice(draft(client, customer).id)
    marked = client.v1.invoices.mark_uncollectible(invoice.id)
    assert (marked.status, marked.status_transitions.marked_uncollectible_at) == (
        "uncollectible",
        NOON,
    )
    assert client.v1.invoices.pay(invoice.id, {"paid_out_of_band": True}).status == "paid"


def test_a_draft_that_advances_by_itself_is_finalized_when_it_says(
    clocked: ClockedServer,
) -> None:
    client = clocked.client()
    customer = create_customer(client)
    add(client, customer, 100)
    invoice = draft(client, customer, auto_advance=True)
    assert invoice.automatically_finalizes_at == NOON + HOUR
    moved: Any = {"automatically_finalizes_at": NOON + 2 * HOUR}
    client.v1.invoices.update(invoice.id, moved)
    for hour, status in ((1, "draft"), (2, "open")):
        clocked.clock.advance(seconds=HOUR)
        clocked.app.runner.run_due()
        assert client.v1.invoices.retrieve(invoice.id).status == status, hour


Refused = tuple[str, str, dict[str, Any], int, str | None, str]

REFUSALS: list[Refused] = [
    ("POST", "/v1/invoices", {}, 400, "parameter_missing", "Missing required param: customer."),
    ("POST", "/v1/invoices", {"customer": "cus_x"}, 400, "resource_missing", "No such customer"),
    ("POST", "/v1/invoices", {"subscription": "sub_x"}, 400, "resource_missing", "No such sub"),
    ("POST", "/v1/invoices", {"customer": "<c>", "currency": "us"}, 400, None, "Invalid currency"),
    ("POST", "/v1/invoices", {"customer": "<c>", "number": "7"}, 400, "parameter_unknown", "gaps"),
    ("POST", "/v1/invoices", {"customer": "<c>", "due_date": NOON}, 400, None, "send_invoice"),
    (
        "POST",
        "/v1/invoices",
        {"customer": "<c>", "automatically_finalizes_at": NOON},
        400,
        None,
        "must lie in the future",
    ),
    (
        "POST",
        "/v1/invoices",
        {"customer": "<c>", "collection_method": "send_invoice"},
        400,
        "parameter_missing",
        "has to be paid by some day",
    ),
    ("GET", "/v1/invoices/in_x", {}, 404, "resource_missing", "No such invoice: 'in_x'"),
    ("GET", "/v1/invoices", {"starting_after": "in_x"}, 400, "resource_missing", "No such invoice"),
    ("DELETE", "/v1/invoices/<open>", {}, 400, "invoice_not_editable", "cannot be deleted"),
    ("POST", "/v1/invoices/<open>", {"footer": "a"}, 400, "invoice_not_editable", "its metadata"),
    ("POST", "/v1/invoices/<open>/finalize", {}, 400, "status_transition_invalid", "already final"),
    ("POST", "/v1/invoices/<open>/pay", {}, 400, None, "Send paid_out_of_band=true"),
    ("POST", "/v1/invoices/<open>/send", {}, 400, None, "collection method is 'send_invoice'"),
    ("POST", "/v1/invoices/<paid>/pay", {}, 400, "status_transition_invalid", "already paid"),
    ("POST", "/v1/invoices/<paid>/void", {}, 400, "status_transition_invalid", "Only open"),
    (
        "POST",
        "/v1/invoices/<paid>/mark_uncollectible",
        {},
        400,
        "status_transition_invalid",
        "Only open",
    ),
    ("POST", "/v1/invoices/<void>/pay", {}, 400, "status_transition_invalid", "is void"),
    ("POST", "/v1/invoices/<draft>/void", {}, 400, "status_transition_invalid", "is a draft"),
    ("GET", "/v1/invoices/<open>/lines/il_x/explain", {}, 404, "resource_missing", "No such line"),
    ("GET", "/v1/invoices/<open>/lines/<line>/explain", {}, 400, None, "bills no usage"),
    (
        "GET",
        "/v1/invoices/<open>/lines",
        {"starting_after": "il_x"},
        400,
        "resource_missing",
        "No such invoice line item",
    ),
    ("POST", "/v1/invoiceitems", {"amount": 5}, 400, "parameter_missing", "param: customer."),
    ("POST", "/v1/invoiceitems", {"customer": "<c>"}, 400, "parameter_missing", "param: amount"),
    (
        "POST",
        "/v1/invoiceitems",
        {"customer": "<c>", "amount": 5, "unit_amount_decimal": "5"},
        400,
        "parameters_exclusive",
        "only specify one",
    ),
    (
        "POST",
        "/v1/invoiceitems",
        {"customer": "<c>", "amount": 5, "invoice": "<open>"},
        400,
        "invoice_not_editable",
        "cannot be added to",
    ),
    (
        "POST",
        "/v1/invoiceitems",
        {"customer": "<c>", "amount": 5, "currency": "eur", "invoice": "<draft>"},
        400,
        None,
        "an item on it has to be as well",
    ),
    (
        "POST",
        "/v1/invoiceitems",
        {"customer": "<c>", "quantity_decimal": "NaN", "unit_amount_decimal": "1"},
        400,
        None,
        "Invalid decimal: NaN",
    ),
    ("POST", "/v1/invoiceitems/<item>", {"amount": 5}, 400, "invoice_not_editable", "is finalized"),
    ("DELETE", "/v1/invoiceitems/<item>", {}, 400, "invoice_not_editable", "is finalized"),
    ("GET", "/v1/invoiceitems/ii_x", {}, 404, "resource_missing", "No such invoiceitem"),
    ("POST", "/v1/invoices/create_preview", {}, 400, "parameter_missing", "subscription"),
    ("POST", "/v1/invoices/create_preview", {"customer": "<c>"}, 400, None, "Name a subscription"),
    (
        "POST",
        "/v1/invoices/create_preview",
        {"subscription": "sub_x"},
        400,
        "resource_missing",
        "No such subscription",
    ),
]


@pytest.fixture(scope="module")
def names(server: ClockedServer) -> dict[str, str]:
    """Invoices of each status, of one customer."""
    client = server.client()
    customer = create_customer(client)
    made = {}
    for name in ("open", "paid", "void"):
        add(client, customer, 100)
        made[name] = client.v1.invoices.finalize_invoice(draft(client, customer).id)
    client.v1.invoices.pay(made["paid"].id, {"paid_out_of_band": True})
    client.v1.invoices.void_invoice(made["void"].id)
    (item,) = client.v1.invoice_items.list({"invoice": made["open"].id}).data
    return {
        "<c>": customer,
        "<draft>": draft(client, customer).id,
        "<line>": made["open"].lines.data[0].id,
        "<item>": item.id,
        **{f"<{name}>": one.id for name, one in made.items()},
    }


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row[0]} {row[1]} {row[2]}")
def test_what_cannot_be_is_refused_by_name(
    row: Refused, client: stripe.StripeClient, names: dict[str, str]
) -> None:
    method, path, params, status, code, message = row
    for name, id in names.items():
        path = path.replace(name, id)
        params = {key: id if value == name else value for key, value in params.items()}
    with pytest.raises(stripe.InvalidRequestError) as caught:
        client.raw_request(method.lower(), path, **params)
    assert (caught.value.http_status, caught.value.code) == (status, code)
    assert message in str(caught.value)
