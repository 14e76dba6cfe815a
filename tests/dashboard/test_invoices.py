"""Invoices: listed, explained down to events, and changed as the API changes them."""

import re

import pytest
import stripe

from tests.dashboard.billed import TOTAL, VALUES, Billed, billed
from tests.dashboard.visitor import Visitor
from tests.serving import Server


@pytest.fixture(scope="module")
def books(server: Server) -> Billed:
    """One for all that only look at it."""
    return billed(server.client())


def draft(client: stripe.StripeClient, customer: str) -> str:
    client.v1.invoice_items.create({"customer": customer, "amount": 500, "currency": "usd"})
    made = client.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    assert made.id is not None
    return made.id


def test_the_list_finds_an_invoice_by_status_customer_and_text(
    developer: Visitor, books: Billed
) -> None:
    listed = developer.get(f"/test/invoices.json?customer={books.customer}").json()
    (row,) = listed["invoices"]["rows"]
    assert (row["id"], row["status"], row["total"]) == (books.invoice, "open", 2175)
    assert listed["customer_name"] == "Cusco Robotics"
    for query, found in (("status=paid", 0), ("status=open", 1), ("q=CUSCO", 1), ("q=lima", 0)):
        path = f"/test/invoices.json?customer={books.customer}&{query}"
        assert developer.get(path).json()["invoices"]["found"] == found, query
    table = developer.get(f"/test/invoices.csv?customer={books.customer}").text
    assert table.splitlines()[1].startswith(f"{books.invoice},")


def test_an_invoice_shows_its_lines_and_offers_to_explain_each(
    developer: Visitor, books: Billed
) -> None:
    page = developer.get(f"/test/invoices/{books.invoice}")
    assert page.status_code == 200
    assert page.text.count("<summary>Explain") == 3
    assert TOTAL in page.text
    data = developer.get(f"/test/invoices/{books.invoice}.json").json()
    assert [one["amount"] for one in data["lines"]] == [0, 1800, 375]
    assert data["invoice"]["object"] == "invoice"


def test_a_line_is_explained_by_tiers_and_days_and_these_by_events(
    developer: Visitor, books: Billed
) -> None:
    lines = developer.get(f"/test/invoices/{books.invoice}.json").json()["lines"]
    path = f"/test/invoices/{books.invoice}/lines/{lines[1]['id']}"
    page = developer.get(path).text
    assert "every figure comes out as it was billed" in page
    data = developer.get(f"{path}.json").json()
    explanation = data["explanation"]
    assert explanation["recomputed"] is True
    assert [one["amount"] for one in explanation["amount"]["all"]] == [0, 1800, 375]
    assert explanation["amount"]["line"]["tier"] == 2
    assert [one["value"] for one in data["days"]] == [str(value) for value in reversed(VALUES)]
    assert max(one["percent"] for one in data["days"]) == 100
    day = data["days"][0]
    found = developer.get(f"{path}/events.json?start={day['start']}&end={day['end']}").json()
    assert [one["value"] for one in found["events"]] == ["500"]
    assert len(developer.get(f"{path}/events.json").json()["events"]) == len(VALUES)
    table = developer.get(f"{path}.csv").text.splitlines()
    assert len(table) == 1 + len(VALUES)


def test_one_block_of_an_explanation_is_taken_out_of_its_page(
    developer: Visitor, books: Billed
) -> None:
    (line, *_) = developer.get(f"/test/invoices/{books.invoice}.json").json()["lines"]
    path = f"/test/invoices/{books.invoice}/lines/{line['id']}"
    part = developer.get(path, hx_request="true", hx_target="explanation").text
    assert part.lstrip().startswith('<div id="explanation"')
    assert "<html" not in part


def test_what_bills_no_usage_is_not_explained(
    developer: Visitor, books: Billed, client: stripe.StripeClient
) -> None:
    made = draft(client, books.customer)
    (line,) = developer.get(f"/test/invoices/{made}.json").json()["lines"]
    assert line["explained"] is False
    answer = developer.get(f"/test/invoices/{made}/lines/{line['id']}")
    assert answer.status_code == 400
    assert "bills no usage" in answer.text


def test_an_open_invoice_is_marked_as_paid_once(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    path = f"/test/invoices/{billed(client).invoice}"
    answer = developer.post(f"{path}/pay", on=path)
    assert answer.headers["location"] == path
    page = developer.get(path).text
    assert "Marked as paid." in page
    assert developer.get(f"{path}.json").json()["invoice"]["status"] == "paid"
    assert "Mark as paid" not in page
    again = developer.post(f"{path}/void", on=path)
    assert again.status_code == 422
    assert "can be voided" in again.text


def test_a_draft_is_finalized_then_written_off_then_voided(
    developer: Visitor, books: Billed, client: stripe.StripeClient
) -> None:
    path = f"/test/invoices/{draft(client, books.customer)}"
    assert "Delete the draft" in developer.get(path).text
    assert developer.post(f"{path}/finalize", on=path).status_code == 303
    assert "Finalized as" in developer.get(path).text
    assert "already finalized" in developer.post(f"{path}/finalize", on=path).text
    assert developer.post(f"{path}/uncollectible", on=path).status_code == 303
    assert developer.post(f"{path}/void", on=path).status_code == 303
    assert developer.get(f"{path}.json").json()["invoice"]["status"] == "void"


def test_a_draft_made_by_hand_is_deleted(
    developer: Visitor, books: Billed, client: stripe.StripeClient
) -> None:
    path = f"/test/invoices/{draft(client, books.customer)}"
    answer = developer.post(f"{path}/delete", on=path)
    assert answer.headers["location"] == f"/test/customers/{books.customer}"
    assert developer.get(path).status_code == 404


def test_the_printable_page_stands_alone(developer: Visitor, books: Billed) -> None:
    page = developer.get(f"/test/invoices/{books.invoice}/print").text
    assert TOTAL in page
    assert "Test data" in page
    assert "<nav" not in page
    assert re.findall(r"\sstyle=|\son\w+=", page) == []


def test_an_invoice_of_another_environment_is_not_there(developer: Visitor, books: Billed) -> None:
    assert developer.get(f"/live/invoices/{books.invoice}").status_code == 404
    assert developer.get("/live/invoices.json").json()["invoices"]["found"] == 0
