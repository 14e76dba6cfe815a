"""Whatever is typed, sent or uploaded stays text: no page breaks, and nothing of it is markup."""

import re
import time
from html.parser import HTMLParser

import pytest

from tests.dashboard.test_changes import make
from tests.dashboard.test_events import customer, record
from tests.dashboard.uploading import imported
from tests.dashboard.visitor import Visitor
from tests.serving import Server

NASTY = (
    '"><script>ran()</script>',
    "'><img src=x onerror=ran()>",
    "{{7*7}}{% raise %}${7*7}",
    "</title></textarea></pre><svg onload=ran()>",
    '=HYPERLINK("javascript:ran()")',
    "javascript:ran()//",
    "\u202e\u0000\ud7ff\U0001d518\u200b",
    "a" * 90,
)


class Seen(HTMLParser):
    """What a browser would take for elements, handlers and addresses."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.bad.append(tag)
        if tag in {"img", "svg"} and not (given.get("src") or "").startswith("/static/"):
            self.bad.append(tag)
        for name, value in attrs:
            link = name in {"href", "src", "action", "hx-get"}
            if name.startswith("on") or name == "style":
                self.bad.append(name)
            elif link and not (value or "").startswith(("/", "?", "#")):
                self.bad.append(f"{name}={value}")


def check_page(visitor: Visitor, path: str, *, status: int = 200) -> str:
    answer = visitor.get(path)
    assert answer.status_code == status, path
    assert Seen(answer.text).bad == [], path
    assert "49" not in re.findall(r"(?<!\w)49(?!\w)", answer.text.split("<main")[-1])
    return answer.text


@pytest.mark.parametrize("nasty", NASTY)
def test_what_is_recorded_and_searched_for_stays_text(
    developer: Visitor, server: Server, nasty: str
) -> None:
    name = f"typed_{NASTY.index(nasty)}"
    make(developer, name, display_name=nasty[:80], dimensions="region")
    who = customer(server, nasty.replace("\x00", ""))
    path = record(
        developer,
        event_name=name,
        customer=who,
        value="1",
        identifier=nasty,
        more=f"region={nasty}\n{nasty.replace('=', '-')}=x",
    )
    check_page(developer, path)
    for field in ("identifier", "event_name", "customer", "start", "end", "key", "value", "after"):
        answer = developer.http.get("/test/events", params={field: nasty, "key": "region"})
        assert answer.status_code == 200
        assert Seen(answer.text).bad == []
    for query in ("q", "sort", "method", "outcome", "page"):
        answer = developer.http.get("/test/developers/requests", params={query: nasty})
        assert (answer.status_code, Seen(answer.text).bad) == (200, [])
    wrong = developer.post("/test/events/record", event_name=name, customer=nasty, value=nasty)
    assert (wrong.status_code, Seen(wrong.text).bad) == (422, [])
    check_page(developer, f"/test/events?event_name={name}")
    cells = developer.get(f"/test/events.csv?event_name={name}").text
    assert not re.search(r"(^|,)\"?[=+@-][A-Za-z(]", cells)


@pytest.mark.parametrize("nasty", NASTY)
def test_what_is_uploaded_stays_text(developer: Visitor, server: Server, nasty: str) -> None:
    quoted = nasty.replace('"', '""').replace("\x00", "")
    head = "identifier,timestamp,event_name,payload_stripe_customer_id,payload_value\n"
    rows = f'"{quoted}",{int(time.time())},"{quoted}","{quoted}","{quoted}"\n'
    file_name = nasty.replace("\x00", "")
    data = imported(developer, (head + rows).encode(), name=file_name)
    assert data["upload"]["status"] == "done"
    check_page(developer, f"/test/events/uploads/{data['upload']['id']}")
    check_page(developer, "/test/events/uploads")
    refused = imported(developer, f"timestamp,{quoted.split(',')[0]}\n1,2\n".encode(), name="x")
    assert refused["upload"]["status"] == "refused"
    check_page(developer, f"/test/events/uploads/{refused['upload']['id']}")
    download = f"/test/events/uploads/{data['upload']['id']}/rejected"
    assert "\n" not in developer.get(download).headers["content-disposition"]


@pytest.mark.parametrize("nasty", NASTY)
def test_names_of_keys_and_requests_stay_text(
    developer: Visitor, server: Server, nasty: str
) -> None:
    developer.post("/test/developers/keys", on="/test/developers", name=nasty)
    check_page(developer, "/test/developers")
    headers = {
        "authorization": "Bearer sk_test_BQokikJOvBiI2HlWgH4olfQ2",
        "idempotency-key": nasty.encode("ascii", "ignore").replace(b"\x00", b"").decode() or "x",
        "user-agent": "<script>ran()</script>",
    }
    developer.http.post("/v1/customers", data={nasty: "x"}, headers=headers)
    found = developer.get("/test/developers/requests.json?method=POST").json()
    latest = found["requests"]["rows"][0]["request"]
    check_page(developer, f"/test/developers/requests/{latest['id']}")
    check_page(developer, "/test/developers/requests")
