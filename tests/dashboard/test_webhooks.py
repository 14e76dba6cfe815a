"""Destinations made, changed, pinged, and their deliveries looked at and resent."""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import stripe

from tests.dashboard.visitor import Visitor, errors_of
from tests.dashboard.waiting import once
from tests.serving import Server
from tests.webhooks.receiver import Receiver, answering

LIST = "/test/developers/webhooks"
NEW = f"{LIST}/new"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


def made(visitor: Visitor, url: str, **fields: str) -> tuple[str, str]:
    """Make a destination by the form; its id, and its secret."""
    answer = visitor.post(NEW, url=url, **fields)
    secret = re.search(r'id="secret"[^>]* value="(whsec_[^"]+)"', answer.text)
    id = re.search(rf'href="{LIST}/(\w+)">On to', answer.text)
    assert secret is not None, unescape(answer.text)
    assert id is not None
    return id[1], secret[1]


def log_of(visitor: Visitor, id: str, query: str = "") -> list[dict[str, Any]]:
    """The deliveries that a destination's page lists."""
    rows: list[dict[str, Any]] = visitor.get(f"{LIST}/{id}.json{query}").json()["deliveries"][
        "rows"
    ]
    return rows


def test_a_destination_is_made_pinged_and_its_signature_accepted(
    developer: Visitor, receiver: Receiver, server: Server
) -> None:
    id, secret = made(developer, receiver.url("/made"), name="The warehouse", event_payload="thin")
    here = f"{LIST}/{id}"
    assert developer.post(f"{here}/ping", on=here).status_code == 303
    came = receiver.wait_for(1, "/made")[0]
    event = server.client().parse_event_notification(
        came.body, came.headers["stripe-signature"], secret
    )
    assert event.type == "v2.core.event_destination.ping"
    (delivery,) = once(lambda: log_of(developer, id, "?status=succeeded"))
    assert (delivery["event"], delivery["response_status"]) == (event.id, 200)
    page = developer.get(here).text
    assert "delivering" in page
    for told in (page, developer.get(f"{here}.json").text, developer.get(f"{here}/edit.json").text):
        assert secret not in told
    path = f"{LIST}/deliveries/{delivery['id']}"
    for found, wanted in ((here, "the+ware"), (path, delivery["id"])):
        assert f'href="{found}"' in developer.get(f"/test/search?q={wanted}").text
    event_page = f"/test/developers/events/{event.id}"
    assert f'href="{event_page}"' in developer.get(f"/test/search?q={event.id}").text
    assert "The warehouse" in developer.get(LIST).text
    assert f"{LIST}/deliveries/{delivery['id']}" in developer.get(event_page).text
    assert event.id in developer.get(f"{here}.csv").text
    assert id not in developer.get("/live/developers/webhooks").text
    assert developer.get(f"/live/developers/webhooks/{id}").status_code == 404


def test_a_delivery_shows_why_it_failed_and_is_resent(
    developer: Visitor, receiver: Receiver
) -> None:
    receiver.behave("/down", answering(503, b"<b>closed</b>"))
    id, _ = made(developer, receiver.url("/down"), event_payload="thin")
    here = f"{LIST}/{id}"
    developer.post(f"{here}/ping", on=here)
    (row,) = once(lambda: [one for one in log_of(developer, id) if one["attempts"]])
    assert (row["status"], row["attempts"], row["response_status"]) == ("pending", 1, 503)
    assert row["next_attempt"] is not None
    path = f"{LIST}/deliveries/{row['id']}"
    assert "&lt;b&gt;closed&lt;/b&gt;" in developer.get(path).text
    assert "failing" in developer.get(LIST).text
    assert f'href="{here}"' in developer.get("/test").text
    receiver.behave("/down", answering(200))
    assert developer.post(f"{path}/resend", on=path).status_code == 303
    once(lambda: developer.get(f"{path}.json").json()["row"]["status"] == "succeeded")
    assert [one["number"] for one in developer.get(f"{path}.json").json()["attempts"]] == [2, 1]
    assert log_of(developer, id, "?status=failed") == []
    assert log_of(developer, id, "?type=invoice.paid") == []


def test_an_event_is_told_to_a_destination_that_was_made_after_it(
    developer: Visitor, receiver: Receiver
) -> None:
    first, _ = made(developer, receiver.url("/first"), event_payload="thin")
    developer.post(f"{LIST}/{first}/ping", on=f"{LIST}/{first}")
    event = receiver.wait_for(1, "/first")[0]
    later, _ = made(developer, receiver.url("/later"), event_payload="thin")
    path = f"/test/developers/events/{json.loads(event.body)['id']}"
    told = developer.post(f"{path}/tell", on=path, destination=later)
    assert told.headers["location"].startswith(f"{LIST}/deliveries/")
    assert receiver.wait_for(1, "/later")[0].body == event.body
    for id in (first, later):
        developer.post(f"{LIST}/{id}/delete", on=path)
    assert developer.post(f"{path}/tell", on=LIST, destination=later).status_code == 422


def test_a_ping_a_rolled_secret_and_a_switch(developer: Visitor, receiver: Receiver) -> None:
    id, secret = made(
        developer, receiver.url("/thin"), event_payload="thin", hears="chosen", types="v1.x.y"
    )
    here = f"{LIST}/{id}"
    rolled = developer.post(f"{here}/roll", on=here, expires_in="3600")
    new = re.search(r'value="(whsec_[^"]+)"', rolled.text)
    assert new is not None
    assert new[1] != secret
    assert developer.post(f"{here}/ping", on=here).status_code == 303
    came = receiver.wait_for(1, "/thin")[0]
    for one in (secret, new[1]):
        stripe.WebhookSignature.verify_header(
            came.body.decode(), came.headers["stripe-signature"], one
        )
    assert developer.post(f"{here}/disable", on=here).status_code == 303
    assert "disabled" in developer.get(here).text
    assert developer.post(f"{here}/ping", on=here).status_code == 422
    assert developer.post(f"{here}/enable", on=here).status_code == 303
    edited = developer.post(
        f"{here}/edit", url=receiver.url("/moved"), name="Moved", hears="all", types=""
    )
    assert edited.status_code == 303
    assert "Moved" in developer.get(here).text
    assert developer.post(f"{here}/delete", on=here).headers["location"] == LIST
    assert developer.get(here).status_code == 404


def test_a_form_that_cannot_be_taken_says_why_beside_its_fields(developer: Visitor) -> None:
    metadata = "http://169.254.169.254/latest"
    assert "url" in errors_of(developer.post(NEW, url=metadata, hears="all"))
    assert "url" in errors_of(developer.post(NEW, url="", hears="all"))
    url = "https://example.com/hook"
    for types in ("", "nonsense!", "v1.customer.created"):
        refused = developer.post(NEW, url=url, hears="chosen", types=types)
        assert (refused.status_code, list(errors_of(refused))) == (422, ["types"])
    assert url not in developer.get(LIST).text


def test_a_viewer_changes_no_destination(admin: Visitor, viewer: Visitor) -> None:
    id, _ = made(admin, "https://example.com/hook")
    here = f"{LIST}/{id}"
    assert viewer.get(here).status_code == 200
    assert viewer.get(NEW).status_code == 403
    token = viewer.token(here)
    for change in ("ping", "disable", "delete", "roll", "edit"):
        answer = viewer.http.post(f"{here}/{change}", data={"csrf_token": token})
        assert answer.status_code == 403
    assert admin.get(f"{here}.json").json()["row"]["status"] == "enabled"
