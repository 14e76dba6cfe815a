"""Headers, twins, parts of pages, files, and addresses that lead nowhere."""

import re

import pytest

from tests.dashboard.test_changes import make
from tests.dashboard.visitor import Visitor

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


@pytest.mark.parametrize(
    "path", ["/test", "/test/meters", "/test/nothing", "/sign-in", "/live.json"]
)
def test_every_answer_has_the_headers_that_keep_it_safe(admin: Visitor, path: str) -> None:
    headers = admin.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_no_page_has_what_the_policy_forbids(admin: Visitor) -> None:
    path = make(admin, "strict", dimensions="region")
    for page in (
        "/test",
        "/test/meters",
        "/test/meters/new",
        path,
        "/test/search?q=%3Cscript%3E",
        "/x",
    ):
        text = admin.get(page).text
        assert re.findall(r"<script(?! src=)|<style|\sstyle=|\son\w+=|javascript:", text) == []


def test_files_are_cached_for_ever_under_an_address_of_their_content(admin: Visitor) -> None:
    names = re.findall(r'(?:href|src)="(/static/\w{12}/[^"]+)"', admin.get("/test").text)
    assert {name.rpartition("/")[2] for name in names} >= {
        "dashboard.css",
        "htmx.min.js",
        "uPlot.iife.min.js",
        "chart.js",
        "keys.js",
        "icon.svg",
    }
    total = 0
    for name in set(names):
        answer = admin.get(name)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        total += len(answer.content) * name.endswith(".js")
    assert total < 200_000
    assert admin.get(re.sub(r"\w{12}", "0" * 12, names[0])).status_code == 404
    assert admin.get("/static/../page.py").status_code == 404


def test_a_page_is_also_json_and_csv(admin: Visitor) -> None:
    make(admin, "twins")
    twin = admin.get("/test/meters.json?q=twins").json()
    asked = admin.get("/test/meters?q=twins", accept="application/json").json()
    assert twin == asked
    (row,) = twin["meters"]["rows"]
    assert row["meter"]["event_name"] == "twins"
    table = admin.get("/test/meters.csv?q=twins")
    assert table.headers["content-disposition"] == 'attachment; filename="meters.csv"'
    head, line = table.text.splitlines()
    assert head.startswith("id,display_name,event_name,formula,status")
    assert line.split(",")[1:5] == ["Calls", "twins", "sum", "active"]


def test_a_block_of_a_page_comes_by_itself(admin: Visitor) -> None:
    part = admin.get("/test/meters", hx_request="true", hx_target="list").text
    assert part.strip().startswith('<section id="list"')
    assert "<html" not in part
    whole = admin.get("/test/meters", hx_request="true", hx_target="main").text
    assert "<html" not in whole or whole.startswith("<!doctype html>")


def test_lists_filter_sort_and_page_in_the_address(admin: Visitor) -> None:
    for number in range(27):
        make(admin, f"paged_{number:02d}")
    first = admin.get("/test/meters.json?q=paged_&sort=event_name").json()
    assert [one["meter"]["event_name"] for one in first["meters"]["rows"]] == [
        f"paged_{number:02d}" for number in range(25)
    ]
    assert first["next"] == "?q=paged_&sort=event_name&page=2"
    last = admin.get("/test/meters.json?q=paged_&sort=event_name&page=9").json()["meters"]
    assert [one["meter"]["event_name"] for one in last["rows"]] == ["paged_25", "paged_26"]
    assert admin.get("/test/meters.json?status=inactive&q=paged_").json()["meters"]["found"] == 0
    strange = admin.get("/test/meters?page=x&sort=%00&status=%3Cscript%3E")
    assert (strange.status_code, "<script>" in strange.text) == (200, False)


def test_environments_are_apart(admin: Visitor) -> None:
    make(admin, "of_test")
    assert admin.get("/test/meters.json?q=of_test").json()["meters"]["found"] == 1
    assert admin.get("/live/meters.json?q=of_test").json()["meters"]["found"] == 0
    assert 'data-environment="live"' in admin.get("/live/meters").text
    assert admin.get("/sandbox-9/meters").status_code == 404


def test_an_address_that_leads_nowhere_says_so(admin: Visitor) -> None:
    for path in ("/test/nothing", "/test/meters/mtr_test_unknown", "/test/meters/a/b"):
        answer = admin.get(path)
        assert (answer.status_code, "<h1>Not found</h1>" in answer.text) == (404, True)


def test_the_root_greets_programs_and_leads_people_in(admin: Visitor) -> None:
    assert admin.get("/").headers["location"] == "/test"
    assert admin.get("/", accept="*/*").json()["object"] == "taximeter"
    assert admin.get("/healthz").json() == {"status": "ok"}
    assert admin.get("/v1/billing/meters").json()["error"]["type"] == "invalid_request_error"


def test_a_theme_is_kept(admin: Visitor) -> None:
    answer = admin.post("/theme", on="/test", theme="dark", next="/test/meters")
    assert answer.headers["location"] == "/test/meters"
    assert 'data-theme="dark"' in admin.get("/test/meters").text
    admin.post("/theme", on="/test", theme="auto")


def test_search_finds_by_id_and_by_name(admin: Visitor) -> None:
    path = make(admin, "sought", display_name="Needle & thread")
    for text in ("needle", path.rpartition("/")[2]):
        (one,) = admin.get(f"/test/search.json?q={text}").json()["results"]
        assert one["url"] == path
    assert "Needle &amp; thread" in admin.get("/test/search?q=needle").text
