"""Random invoices, items and previews: never a 500, always in Stripe's shape."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.serving import TEST_KEY
from tests.wire.billing_world import subscribe
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.test_fuzz import CAREFREE, Target, check_answer

NAMES = [
    *("amount", "auto_advance", "automatically_finalizes_at", "collection_method", "created"),
    *("created[gte]", "currency", "customer", "days_until_due", "description", "discountable"),
    *("due_date", "due_date[lt]", "ending_before", "expand[]", "footer", "invoice", "limit"),
    *("metadata[a]", "paid_out_of_band", "pending", "pending_invoice_items_behavior"),
    *("period[end]", "period[start]", "preview_mode", "price_data[currency]", "pricing[price]"),
    *("price_data[product]", "price_data[unit_amount]", "quantity", "quantity_decimal"),
    *("starting_after", "status", "subscription", "subscription_details[cancel_at]"),
    *("subscription_details[items][0][id]", "subscription_details[items][0][price]"),
    *("subscription_details[items][0][quantity]", "subscription_details[start_date]"),
    *("subscription_details[billing_cycle_anchor][type]", "subscription_details[trial_end]"),
    *("subscription_details[proration_behavior]", "unit_amount_decimal"),
]
VALUES = [
    *("", "0", "1", "-1", "1.5", "1e400", "1e-400", "NaN", "99999999999999999999", "true", "false"),
    *("-0.000000000001", "999999999999", "usd", "eur", "USD", "draft", "open", "next", "recurring"),
    *("send_invoice", "charge_automatically", "include", "now", "unchanged", "data.customer"),
    *("{customer}", "{price}", "in_1", "ii_1", "sub_1", "il_1", "prod_1", "customer"),
    *("{subscription}", "{invoice}", "{item}", str(NOON), str(NOON + 60), "253402300799"),
    *("x" * 300, "a\x00b", "é✓", "%00", "'; DROP TABLE invoices; --"),
]
BASES: list[list[tuple[str, str]]] = [
    [],
    [("customer", "{customer}")],
    [("customer", "{customer}"), ("amount", "5")],
    [("customer", "{customer}"), ("unit_amount_decimal", "0.5")],
    [("subscription", "{subscription}")],
    [("customer", "{customer}"), ("subscription_details[items][0][price]", "{price}")],
    [("invoice", "{invoice}"), ("amount", "5")],
]
PATHS = [
    *("/v1/invoices", "/v1/invoiceitems", "/v1/invoices/create_preview", "/v1/invoiceitems/{item}"),
    *(
        "/v1/invoices/{invoice}",
        "/v1/invoices/{invoice}/lines",
        "/v1/invoices/{invoice}/late_usage",
    ),
    *("/v1/invoices/{invoice}/finalize", "/v1/invoices/{invoice}/pay"),
    *("/v1/invoices/{invoice}/void", "/v1/invoices/{invoice}/send"),
    *("/v1/invoices/{invoice}/mark_uncollectible", "/v1/invoices/{invoice}/lines/il_1/explain"),
]

texts = st.sampled_from(VALUES) | st.text(max_size=12)
pairs = st.lists(st.tuples(st.sampled_from(NAMES), texts), max_size=4)
sent = st.tuples(st.sampled_from(BASES), pairs).map(lambda both: [*both[0], *both[1]])
posts = st.tuples(
    *(st.just("POST"), st.sampled_from(PATHS), st.just([]), sent, st.just({}), st.just(TEST_KEY))
)
gets = st.tuples(
    *(st.just("GET"), st.sampled_from(PATHS), sent, st.none(), st.just({}), st.just(TEST_KEY))
)
deletions = st.tuples(
    *(st.just("DELETE"), st.sampled_from(PATHS), pairs, st.none(), st.just({}), st.just(TEST_KEY))
)


class Invoiced(Target):
    """A server with a subscription, an item and a draft, made anew where they are used up."""

    def __init__(self, server: ClockedServer, http: httpx2.Client) -> None:
        super().__init__(server, http)
        self._client = server.client()
        self.subscription = subscribe(self._client, self.customer, self.price).id

    def send(self, request: tuple[Any, ...]) -> httpx2.Response:
        """Send one request, of fresh objects."""
        invoice = self._client.v1.invoices.create({"customer": self.customer}).id
        item = self._client.v1.invoice_items.create(
            {"customer": self.customer, "amount": 5, "currency": "usd", "invoice": invoice}
        ).id
        names = {"{invoice}": invoice, "{item}": item, "{subscription}": self.subscription}
        method, path, query, body, headers, key = request
        for name, id in names.items():
            path = path.replace(name, id)
            query = [(one, id if value == name else value) for one, value in query]
            body = body and [(one, id if value == name else value) for one, value in body]
        return super().send((method, path, query, body, headers, key))


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with (
        ClockedServer(tmp_path_factory.mktemp("fuzz") / "data") as server,
        httpx2.Client(timeout=30) as http,
    ):
        yield Invoiced(server, http)


@settings(CAREFREE, max_examples=400, derandomize=True)
@given(request=posts | posts | gets | deletions)
def test_random_invoices_are_answered_in_stripes_shape(
    request: tuple[Any, ...], target: Target
) -> None:
    check_answer(target.send(request))
