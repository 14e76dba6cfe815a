"""Random requests: never a 500, always JSON in Stripe's shape."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.serving import TEST_KEY
from tests.wire.clocked import NOON, ClockedServer
from tests.wire.credits import grant
from tests.wire.prices import create_price, metered
from tests.wire.world import create_customer, create_meter, send

TYPES = {"api_error", "idempotency_error", "invalid_request_error"}
METHODS = ["GET"] * 8 + ["POST"] * 12 + ["DELETE", "PUT", "PATCH", "OPTIONS", "TRACE"]
PATHS = [
    "/",
    "/healthz",
    "/v1/customers",
    "/v1/customers/{customer}",
    "/v1/billing/meters",
    "/v1/billing/meters/{meter}",
    "/v1/billing/meters/{meter}/deactivate",
    "/v1/billing/meters/{meter}/reactivate",
    "/v1/billing/meters/{meter}/event_summaries",
    "/v1/billing/meter_events",
    "/v1/billing/meter_events/taken",
    "/v1/billing/meter_event_adjustments",
    "/v1/billing/analytics/meter_usage",
    "/v1/billing/credit_grants",
    "/v1/billing/credit_grants/{grant}",
    "/v1/billing/credit_grants/{grant}/expire",
    "/v1/billing/credit_grants/{grant}/void",
    "/v1/billing/credit_balance_summary",
    "/v1/billing/credit_balance_transactions",
    "/v1/billing/price_coverage",
    "/v1/billing/simulations",
    "/v1/prices",
    "/v1/prices/{price}",
    "/v1/products",
    "/v1/products/prod_1",
]
NAMES = [
    *("amount[type]", "amount[monetary][currency]", "amount[monetary][value]", "category"),
    *("applicability_config[scope][price_type]", "applicability_config[scope][prices][0][id]"),
    *("credit_grant", "effective_at", "expires_at", "filter[type]", "filter[credit_grant]"),
    *("filter[applicability_scope][price_type]", "live", "priority"),
    *("address", "address[city]", "as_of", "balance", "canceled", "cancel[identifier]", "created"),
    *("created[gte]", "customer", "customer_mapping[type]", "default_aggregation[formula]"),
    *("dimension_filters[model]", "dimension_group_by_keys[]", "dimension_payload_keys[]", "email"),
    *("display_name", "end_time", "ending_before", "event_name", "event_time_window", "expand[]"),
    *("identifier", "invoice_settings[custom_fields][0][name]", "limit", "metadata[a]", "name"),
    *("payload[model]", "payload[stripe_customer_id]", "payload[value]", "preferred_locales[]"),
    *("ends_at", "meters[0][dimension_filters][model][0]", "meters[0][meter]", "meters[1][meter]"),
    *("meters[0][dimension_group_by_keys][0]", "starts_at", "timezone"),
    *("start_time", "starting_after", "status", "timestamp", "type", "value_grouping_window"),
]
VALUES = [
    *("", "0", "-1", "1", "1.5", "1e400", "99999999999999999999", "NaN", "true", "sum", "last"),
    *(
        "hour",
        "day",
        "week",
        "month",
        "Europe/Berlin",
        "cancel",
        "by_id",
        "active",
        "data.customer",
    ),
    *("taken", "tokens", "x" * 501),
    *(str(NOON), str(NOON - 3_600), str(NOON - 43_200), "253402300799", "{customer}", "{meter}"),
    *("'; DROP TABLE events; --", "%00", "é✓\U0001f600", "a\x00b", "\ud800", "mtrev_test_1"),
]

texts = st.one_of(st.sampled_from(VALUES), st.text(max_size=30))
names = st.one_of(
    st.sampled_from(NAMES),
    st.text("abc[]_0=&%", max_size=12),
    st.sampled_from(NAMES).map(str.upper),
)
pairs = st.lists(st.tuples(names, texts), max_size=8)
bodies = st.one_of(pairs, st.binary(max_size=60), st.none())
paths = st.one_of(
    st.sampled_from(PATHS),
    st.tuples(st.sampled_from(PATHS), st.text("ab/%.~ é?#", max_size=6)).map("".join),
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(
    str.strip
)
odd_headers = st.dictionaries(
    st.sampled_from(["Idempotency-Key", "Stripe-Version", "Content-Type", "X-Other", "Accept"]),
    header_values,
    max_size=2,
)
no_headers: dict[str, str] = {}
headers = st.one_of(st.just(no_headers), st.just(no_headers), odd_headers)
keys = st.sampled_from([TEST_KEY] * 9 + ["nonsense"])
anything = st.tuples(st.sampled_from(METHODS), paths, pairs, bodies, headers, keys)
events = st.tuples(
    st.just("POST"),
    st.just("/v1/billing/meter_events"),
    st.just([]),
    st.tuples(texts, texts, texts).map(
        lambda sent: [
            ("event_name", "tokens"),
            ("payload[stripe_customer_id]", "{customer}"),
            ("payload[model]", sent[0]),
            ("payload[value]", sent[1]),
            ("payload[note]", sent[2]),
        ]
    ),
    headers,
    st.just(TEST_KEY),
)
summaries = st.tuples(
    st.just("GET"),
    st.just("/v1/billing/meters/{meter}/event_summaries"),
    st.tuples(pairs, st.sampled_from([NOON, NOON + 3_600, 253_402_300_740])).map(
        lambda sent: [
            ("customer", "{customer}"),
            ("start_time", str(NOON - 86_400 * 3)),
            ("end_time", str(sent[1])),
            *sent[0][:2],
        ]
    ),
    st.none(),
    headers,
    st.just(TEST_KEY),
)
usage = st.tuples(
    st.just("GET"),
    st.just("/v1/billing/analytics/meter_usage"),
    st.tuples(pairs, st.sampled_from(["UTC", "Asia/Kathmandu", "Pacific/Apia"])).map(
        lambda sent: [
            ("customer", "{customer}"),
            ("starts_at", "0"),
            ("ends_at", str(NOON + 3_600)),
            ("meters[0][meter]", "{meter}"),
            ("timezone", sent[1]),
            *sent[0][:2],
        ]
    ),
    st.none(),
    headers,
    st.just(TEST_KEY),
)
grants = st.tuples(
    st.just("POST"),
    st.just("/v1/billing/credit_grants"),
    st.just([]),
    st.tuples(pairs, texts, texts).map(
        lambda sent: [
            ("customer", "{customer}"),
            ("amount[type]", "monetary"),
            ("amount[monetary][currency]", sent[1] if len(sent[1]) == 3 else "usd"),
            ("amount[monetary][value]", sent[2] if sent[2].isdigit() else "5"),
            ("applicability_config[scope][price_type]", "metered"),
            *sent[0][:2],
        ]
    ),
    headers,
    st.just(TEST_KEY),
)
requests = st.one_of(anything, anything, events, summaries, usage, grants)


class Target:
    """A running server and a client that keeps its connection."""

    def __init__(self, server: ClockedServer, http: httpx2.Client) -> None:
        client = server.client()
        self.meter = create_meter(client, event_name="tokens", dimension_payload_keys=["model"]).id
        self.customer = create_customer(client)
        meter = client.v1.billing.meters.retrieve(self.meter)
        send(client, meter, self.customer, "1", at=NOON - 60, identifier="taken", model="large")
        self.price = create_price(client, recurring=metered(meter)).id
        self.grant = grant(client, self.customer).id
        self.address, self._http = server.address, http

    def send(self, request: tuple[Any, ...]) -> httpx2.Response:
        """Send one request; names in braces become ids."""
        method, path, query, body, headers, key = request
        if isinstance(body, list):
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
            body = _form(self._named(body))
        return self._http.request(
            method,
            self.address
            + self._named([(path, "")])[0][0]
            + "?"
            + _form(self._named(query)).decode(),
            content=body,
            headers={**headers, "Authorization": f"Bearer {key}"},
        )

    def _named(self, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        names = {"{customer}": self.customer, "{meter}": self.meter, "{price}": self.price}
        names["{grant}"] = self.grant
        for name, id in names.items():
            pairs = [(one.replace(name, id), other.replace(name, id)) for one, other in pairs]
        return pairs


def _form(pairs: list[tuple[str, str]]) -> bytes:
    """Spell pairs as they are: what is not text stays what it is, half encoded at most."""
    spelled = "&".join(f"{name}={value}" for name, value in pairs)
    return "".join(
        one if one.isascii() and one.isprintable() and one not in " #" else _percent(one)
        for one in spelled
    ).encode()


def _percent(character: str) -> str:
    return "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogatepass"))


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with (
        ClockedServer(tmp_path_factory.mktemp("fuzz") / "data") as server,
        httpx2.Client(timeout=30) as http,
    ):
        yield Target(server, http)


def check_answer(answer: httpx2.Response) -> None:
    """Assert that an answer is one that an SDK can read."""
    assert answer.status_code in {200, 400, 401, 404, 413}, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["request-id"].startswith("req_")
    body = json.loads(answer.content)
    if answer.status_code == 200:
        assert isinstance(body, dict)
    else:
        assert set(body) == {"error"}
        assert set(body["error"]) <= {"type", "message", "code", "param"}
        assert body["error"]["type"] in TYPES
        assert body["error"]["message"]
    assert "Traceback" not in answer.text


CAREFREE = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


@settings(CAREFREE, max_examples=1_500, derandomize=True)
@given(request=requests)
def test_random_requests_are_answered_in_stripes_shape(
    request: tuple[Any, ...], target: Target
) -> None:
    check_answer(target.send(request))


@pytest.mark.soak
@pytest.mark.timeout(3_600)
@settings(CAREFREE, max_examples=60_000)
@given(request=requests)
def test_many_random_requests_are_answered_in_stripes_shape(
    request: tuple[Any, ...], target: Target
) -> None:
    check_answer(target.send(request))
