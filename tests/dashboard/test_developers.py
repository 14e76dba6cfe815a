"""Keys, the request log, the events of the API, and the settings in force."""

import re
from pathlib import Path

import pytest
import stripe

from tests.dashboard.test_changes import make
from tests.dashboard.visitor import Visitor
from tests.serving import TEST_KEY, Server
from tests.wire.plain import request

FORM = "/test/developers"


def new_key(visitor: Visitor, name: str, form: str = FORM) -> str:
    sent = {"csrf_token": visitor.token(form), "name": name}
    answer = visitor.http.post(f"{form}/keys", data=sent)
    found = re.search(r'value="(sk_\w+)"', answer.text)
    assert found is not None, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert found[1] not in str(answer.headers)
    return found[1]


def test_a_key_is_shown_once_opens_its_environment_and_can_be_revoked(
    closed_server: Server, admin: Visitor
) -> None:
    secret = new_key(admin, "the invoicing job")
    client = closed_server.client(secret)
    assert client.v1.customers.list({"limit": 1}).has_more in {True, False}
    page = admin.get(FORM)
    assert "the invoicing job" in page.text
    assert secret not in page.text
    assert f"…{secret[-4:]}" in page.text
    assert "the invoicing job" not in admin.get("/live/developers").text
    (key,) = [one for one in admin.get(f"{FORM}.json").json()["keys"] if one["hint"] == secret[-4:]]
    elsewhere = admin.post(f"/live/developers/keys/{key['id']}/revoke", on=FORM)
    assert elsewhere.status_code == 404
    assert admin.post(f"{FORM}/keys/{key['id']}/revoke", on=FORM).status_code == 303
    assert admin.post(f"{FORM}/keys/{key['id']}/revoke", on=FORM).status_code == 404
    assert request(closed_server.address, "GET", "/v1/customers", key=secret).status == 401


def test_a_live_key_is_made_in_live_mode(closed_server: Server, admin: Visitor) -> None:
    secret = new_key(admin, "live", "/live/developers")
    assert secret.startswith("sk_live_")
    assert closed_server.client(secret).v1.customers.create().livemode is True


def test_a_viewer_makes_no_keys_and_revokes_none(admin: Visitor, viewer: Visitor) -> None:
    new_key(admin, "kept")
    (key, *_) = admin.get(f"{FORM}.json").json()["keys"]
    token = viewer.token(FORM)
    for path in (f"{FORM}/keys", f"{FORM}/keys/{key['id']}/revoke"):
        assert viewer.http.post(path, data={"csrf_token": token}).status_code == 403
    assert admin.get(f"{FORM}.json").json()["keys"][0]["revoked_at"] is None


def test_requests_are_logged_without_what_was_sent(developer: Visitor, server: Server) -> None:
    secret = "never-to-be-kept"
    client = server.client()
    client.v1.customers.create({"email": f"{secret}@x.y", "metadata": {"a": secret}})
    make(developer, "logged")
    who = client.v1.customers.create({"name": "Logged"}).id
    event = {"event_name": "logged", "payload": {"stripe_customer_id": who, "value": "1"}}
    client.v1.billing.meter_events.create(event)  # type: ignore[arg-type]  # as the SDK takes it
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.customers.retrieve("cus_not_there")
    request(
        server.address,
        "POST",
        "/v2/billing/meter_event_adjustments",
        body=f'{{"cancel": {{"identifier": "{secret}"}}, "more": [{{"b": "{secret}"}}]}}',
        key=TEST_KEY,
        headers={"Stripe-Version": "2026-10-28.endive", "Content-Type": "application/json"},
    )
    found = developer.get("/test/developers/requests.json").json()
    assert secret not in str(found)
    assert TEST_KEY not in str(found)
    rows = [one["request"] for one in found["requests"]["rows"]]
    by_path = {one["path"]: one for one in reversed(rows)}
    made = next(one for one in rows if "email" in (one["names"] or []))
    assert (made["method"], made["status"], made["names"]) == (
        "POST",
        200,
        ["email", "metadata[a]"],
    )
    assert made["key"] == TEST_KEY[-4:]
    assert by_path["/v1/billing/meter_events"]["names"] is None
    missing = by_path["/v1/customers/cus_not_there"]
    assert (missing["status"], missing["error"]["code"]) == (404, "resource_missing")
    v2 = by_path["/v2/billing/meter_event_adjustments"]
    assert v2["status"] == 400
    assert v2["names"] == ["cancel[identifier]", "more[][b]"]
    failed = developer.get("/test/developers/requests.json?outcome=failed&q=cus_not_there").json()
    assert failed["requests"]["found"] == 1
    page = developer.get(f"/test/developers/requests/{missing['id']}")
    assert "No such customer" in page.text
    assert "cus_not_there" in developer.get("/test/developers/requests.csv").text
    assert "cus_not_there" not in developer.get("/live/developers/requests").text
    assert developer.get("/test/developers/requests/req_none").status_code == 404


def test_a_request_with_a_wrong_key_is_logged_without_it(
    server: Server, developer: Visitor
) -> None:
    wrong = TEST_KEY.replace("test", "live")
    request(server.address, "GET", "/v1/invoices/with_a_wrong_key", key=wrong)
    found = developer.get("/live/developers/requests.json?q=with_a_wrong_key").json()
    (row,) = found["requests"]["rows"]
    assert (row["request"]["status"], row["request"]["key"]) == (401, None)
    assert wrong not in str(found)


def test_the_request_log_keeps_no_more_than_it_may(tmp_path: Path) -> None:
    for most in (2, 0):
        limits = {"TAXIMETER_REQUEST_LOG_ENTRIES_MAX": str(most)}
        with Server(tmp_path / str(most), environ=limits) as server, Visitor(server) as visitor:
            for _ in range(5):
                server.client().v1.customers.list()
            data = visitor.get("/test/developers/requests.json").json()
            assert data["requests"]["found"] == most
            assert visitor.get("/test/developers/requests").status_code == 200


def test_settings_say_what_is_in_force_and_hide_addresses(tmp_path: Path) -> None:
    environ = {
        "TAXIMETER_GRACE_PERIOD_RULES": "cycle=24,cycle+metered=72",
        "TAXIMETER_CANCEL_WINDOW_HOURS": "unlimited",
    }
    with Server(tmp_path / "data", environ=environ) as server, Visitor(server) as visitor:
        page = visitor.get("/test/developers/settings").text
        data = visitor.get("/test/developers/settings.json").json()
    said = {one["variable"]: (one["value"], one["is_default"]) for one in data["explained"]}
    assert said["TAXIMETER_GRACE_PERIOD_RULES"][0].split("; ") == [
        "invoices of a subscription cycle: 24 hours",
        "invoices of a subscription cycle with a metered price: 72 hours",
    ]
    assert said["TAXIMETER_CANCEL_WINDOW_HOURS"] == ("unlimited", False)
    assert said["TAXIMETER_GRACE_PERIOD_HOURS"] == ("1 hour", True)
    assert "TAXIMETER_CANCEL_WINDOW_HOURS" in page
