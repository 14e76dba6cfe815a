"""Alerts made by the form, their history, and where else they are shown."""

import time
from html import unescape
from typing import Any

import pytest
import stripe

from tests.dashboard.test_changes import make
from tests.dashboard.visitor import Visitor, errors_of
from tests.dashboard.waiting import once

LIST = "/test/alerts"
NEW = f"{LIST}/new"
USAGE = "usage_threshold"


def made_meter(visitor: Visitor, name: str) -> str:
    """The id of a new meter with a dimension."""
    return make(visitor, name, dimensions="model").rpartition("/")[2]


def metered(visitor: Visitor, client: stripe.StripeClient, name: str) -> tuple[str, str]:
    """A meter and a customer."""
    return made_meter(visitor, name), client.v1.customers.create({"name": f"User of {name}"}).id


def use(client: stripe.StripeClient, name: str, customer: str, value: str, model: str) -> str:
    """Record usage of a minute ago; the identifier of its event."""
    identifier = f"{name}-{value}-{model}"
    client.v1.billing.meter_events.create(
        {
            "event_name": name,
            "identifier": identifier,
            "timestamp": int(time.time()) - 60,
            "payload": {"stripe_customer_id": customer, "value": value, "model": model},
        }
    )
    return identifier


def created(visitor: Visitor, **fields: str) -> str:
    answer = visitor.post(NEW, **fields)
    assert answer.status_code == 303, unescape(answer.text)
    return answer.headers["location"]


def test_an_alert_on_a_segment_fires_and_tells_with_which_event(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    meter, customer = metered(developer, client, "fired")
    path = created(
        developer,
        title="Much of opus",
        meter=meter,
        gte="1,000",
        filters="model=opus\nmodel=sonnet",
        recurrence="one_time",
    )
    use(client, "fired", customer, "5000", "haiku")
    use(client, "fired", customer, "600", "opus")
    crossing = use(client, "fired", customer, "400.5", "sonnet")
    (told,) = once(lambda: developer.get(f"{path}.json").json()["history"]["rows"])
    assert (told["customer"], told["value"], told["identifier"]) == (customer, "1,000.5", crossing)
    page = developer.get(path).text
    assert "where model = opus or sonnet reaches 1,000" in page
    assert f'href="/test/events/{told["usage_event"]}"' in page
    event = developer.get(f"/test/developers/events/{told['event']}")
    assert "billing.alert.triggered" in event.text
    for elsewhere in (f"/test/meters/{meter}", f"/test/customers/{customer}", "/test", LIST):
        assert f'href="{path}"' in developer.get(elsewhere).text, elsewhere
    assert crossing in developer.get(f"{path}.csv").text
    assert "Much of opus" in developer.get("/test/search?q=much+of").text
    assert developer.get(path.replace("/test/", "/live/")).status_code == 404


def test_an_alert_is_deactivated_activated_and_archived(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    meter, customer = metered(developer, client, "switched")
    path = created(developer, title="Switched", meter=meter, gte="10", customer=customer)

    def status() -> Any:
        return developer.get(f"{path}.json").json()["row"]["status"]

    developer.post(f"{path}/deactivate", on=path)
    assert status() == "inactive"
    assert path in developer.get(f"{LIST}?status=inactive&meter={meter}").text
    developer.post(f"{path}/activate", on=path)
    assert status() == "active"
    assert developer.post(f"{path}/archive", on=path).headers["location"] == LIST
    assert status() == "archived"
    assert path not in developer.get(f"{LIST}?meter={meter}").text
    assert developer.post(f"{path}/activate", on=LIST).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"meter": ""}, "meter"),
        ({"meter": "mtr_none"}, "meter"),
        ({"gte": "many"}, "gte"),
        ({"gte": "-1"}, "gte"),
        ({"gte": "1" * 17}, "gte"),
        ({"filters": "opus"}, "filters"),
        ({"filters": "colour=red"}, "filters"),
        ({"customer": "cus_none"}, "customer"),
        ({"kind": "spend_threshold", "amount": "x"}, "amount"),
        ({"kind": "spend_threshold", "amount": "0"}, "amount"),
        ({"kind": "spend_threshold", "amount": "0.001"}, "amount"),
        ({"kind": "credit_balance_threshold", "amount": "5", "currency": "dollar"}, "currency"),
    ],
    ids=str,
)
def test_a_form_that_cannot_be_taken_says_why_beside_its_field(
    developer: Visitor, fields: dict[str, str], field: str
) -> None:
    meters = developer.get("/test/meters.json?q=mistyped").json()["meters"]["rows"]
    meter = meters[0]["meter"]["id"] if meters else made_meter(developer, "mistyped")
    sent = {"title": "Refused", "kind": "usage_threshold", "meter": meter, "gte": "5", **fields}
    answer = developer.post(NEW, **sent)
    assert (answer.status_code, list(errors_of(answer))) == (422, [field])


def test_an_alert_says_how_near_customers_are_and_when_they_come_to_it(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    meter, near = metered(developer, client, "nearing")
    far = client.v1.customers.create({"name": "Far"}).id
    use(client, "nearing", near, "750", "opus")
    use(client, "nearing", far, "10", "opus")
    use(client, "nearing", far, "5000", "haiku")
    path = created(
        developer, title="Near", meter=meter, gte="1000", filters="model=opus", kind=USAGE
    )
    assert f'hx-get="{path}/outlook"' in developer.get(path).text
    first, second = developer.get(f"{path}/outlook.json").json()["rows"]
    assert (first["customer"], first["value"], first["percent"]) == (near, "750", 75)
    assert (second["customer"], second["percent"]) == (far, 1)
    assert first["crossing_at"] is not None
    only = developer.get(f"{path}/outlook.json?customer={far}").json()["rows"]
    assert [one["customer"] for one in only] == [far]
    assert (
        "There is no customer cus_none." in developer.get(f"{path}/outlook?customer=cus_none").text
    )
    assert near in developer.get(f"{path}/outlook.csv").text


def test_alerts_on_money_are_made_in_the_major_unit(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({"name": "Spender"}).id
    for kind, says in (
        ("spend_threshold", "Spend reaches 1,234.50 USD"),
        ("credit_balance_threshold", "Credits fall to 1,234.50 USD"),
    ):
        path = created(developer, title=kind, kind=kind, amount="1,234.50", customer=customer)
        assert says in developer.get(path).text
        (row,) = developer.get(f"{path}/outlook.json").json()["rows"]
        assert (row["customer"], row["crossing_at"]) == (customer, None)
        developer.post(f"{path}/archive", on=path)


def test_credits_that_recover_stand_in_the_history_and_count_as_no_firing(
    developer: Visitor, client: stripe.StripeClient
) -> None:
    customer = client.v1.customers.create({"name": "Prepaying"}).id
    grant = granted(client, customer)
    path = created(
        developer,
        title="Low",
        kind="credit_balance_threshold",
        amount="5",
        customer=customer,
    )

    def history() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = developer.get(f"{path}.json").json()["history"]["rows"]
        return rows

    client.v1.billing.credit_grants.void_grant(grant)
    once(history)
    granted(client, customer)
    recovered, fired = once(lambda: history() if len(history()) == 2 else None)
    assert (fired["value"], fired["recovered"]) == ("0.00 USD", False)
    assert (recovered["value"], recovered["recovered"]) == ("10.00 USD", True)
    assert developer.get(f"{path}.json").json()["row"]["fired"] == 1
    assert 'data-status="recovered"' in developer.get(path).text
    developer.post(f"{path}/archive", on=path)


def granted(client: stripe.StripeClient, customer: str) -> str:
    """Grant ten dollars."""
    return client.v1.billing.credit_grants.create(
        {
            "customer": customer,
            "category": "paid",
            "amount": {"type": "monetary", "monetary": {"currency": "usd", "value": 1_000}},
            "applicability_config": {"scope": {"price_type": "metered"}},
        }
    ).id


def test_a_viewer_changes_no_alert(admin: Visitor, viewer: Visitor) -> None:
    meter = made_meter(admin, "only_seen")
    path = created(admin, title="Seen", meter=meter, gte="5")
    assert viewer.get(path).status_code == 200
    assert viewer.get(NEW).status_code == 403
    token = viewer.token(path)
    for change in (NEW, f"{path}/archive", f"{path}/deactivate", f"{path}/activate"):
        assert viewer.http.post(change, data={"csrf_token": token}).status_code == 403
    assert admin.get(f"{path}.json").json()["row"]["status"] == "active"
