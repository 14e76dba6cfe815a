"""Uploaded files: counted once, with what was rejected given back."""

import time
from pathlib import Path

import pytest

from tests.dashboard.test_changes import make
from tests.dashboard.test_events import customer, listed
from tests.dashboard.uploading import FORM, ended, imported, outcome, send
from tests.dashboard.visitor import Visitor, errors_of
from tests.serving import Server

HEAD = "identifier,timestamp,event_name,payload_stripe_customer_id,payload_value\n"


def rows(name: str, who: str, count: int, *, named: bool = True) -> str:
    now = int(time.time())
    return "".join(
        f"{f'{name}_{number}' if named else ''},{now},{name},{who},{number}\n"
        for number in range(count)
    )


def test_good_rows_count_and_bad_ones_come_back_to_be_corrected(
    developer: Visitor, server: Server
) -> None:
    meter = make(developer, "mixed")
    who = customer(server, "Mixed")
    bad = f"bad_1,{int(time.time())},mixed,{who},a lot\nbad_2,yesterday,mixed,{who},5\n"
    content = (HEAD + rows("mixed", who, 10) + bad).encode()
    data = imported(developer, content, name="mixed.csv")
    assert outcome(data) == ("done", 10, 0, 2)
    assert [(one["line"], one["code"]) for one in data["rejected"]] == [
        ("12", "meter_event_invalid_value"),
        ("13", "invalid_timestamp"),
    ]
    assert developer.get(f"{meter}.json").json()["chart"]["total"] == "45"
    path = f"{FORM}/{data['upload']['id']}"
    page = developer.get(path).text
    assert "Download all 2" in page
    file = developer.get(f"{path}/rejected")
    assert file.headers["content-disposition"] == 'attachment; filename="mixed.csv.rejected.csv"'
    assert file.text.splitlines()[0].startswith("line,error_code,error_message,identifier")
    corrected = file.text.replace("a lot", "100").replace("yesterday", str(int(time.time())))
    again = imported(developer, corrected.encode(), name="corrected.csv")
    assert outcome(again) == ("done", 2, 0, 0)
    assert outcome(imported(developer, content, name="other name.csv")) == ("done", 0, 10, 2)
    assert developer.get(f"{meter}.json").json()["chart"]["total"] == "150"
    assert listed(developer, "identifier=bad_1") == ["bad_1"]


def test_rows_without_identifiers_are_known_by_their_place_in_the_file(
    developer: Visitor, server: Server
) -> None:
    make(developer, "nameless")
    who = customer(server, "Nameless")
    content = (HEAD + rows("nameless", who, 3, named=False)).encode()
    assert outcome(imported(developer, content, name="daily.csv")) == ("done", 3, 0, 0)
    assert outcome(imported(developer, content, name="daily.csv")) == ("done", 0, 3, 0)
    changed = content + rows("nameless", who, 1, named=False).encode()
    refused = imported(developer, changed, name="daily.csv")
    assert outcome(refused) == ("refused", 0, 0, 0)
    assert "tick “Count all rows”" in refused["message"]
    new = imported(developer, changed, name="daily.csv", as_new="true")
    assert outcome(new) == ("done", 4, 0, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"when,who\n1,2\n", "column 'when' is not known"),
        (b"timestamp,payload_value\n1,2\n", "fill in the event name beside the file"),
        (b"PK\x03\x04", "zip archive"),
        (b"\xff\xfe\x00", "UTF-16"),
        (b"\x1f\x8b\x08\x00damaged", "damaged"),
        (b"\x89PNG\r\n\x1a\n\x00", "header"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(developer: Visitor, content: bytes, said: str) -> None:
    data = imported(developer, content, name="odd")
    assert outcome(data) == ("refused", 0, 0, 0)
    assert said in data["message"]
    assert developer.get(f"{FORM}/{data['upload']['id']}").status_code == 200


def test_rows_may_leave_the_event_name_to_the_form(developer: Visitor, server: Server) -> None:
    make(developer, "left_to_form")
    who = customer(server, "Left")
    lines = f'{{"timestamp": {int(time.time())}, "payload": {{"stripe_customer_id": "{who}", '
    lines += '"value": "2"}}\n{"timestamp": "x", "payload": {}}\n'
    data = imported(developer, lines.encode(), name="usage.jsonl", event_name="left_to_form")
    assert outcome(data) == ("done", 1, 0, 1)
    assert [one["code"] for one in data["rejected"]] == ["invalid_timestamp"]


def test_nothing_is_kept_of_what_may_not_be_sent(
    closed_server: Server, admin: Visitor, viewer: Visitor, stranger: Visitor
) -> None:
    token = admin.token(FORM)
    assert send(stranger, b"a", token=token).status_code == 401
    assert send(viewer, b"a", token=viewer.token("/test/events")).status_code == 403
    assert send(admin, b"a", token="0" * 64).status_code == 403
    empty = send(admin, b"")
    assert (empty.status_code, errors_of(empty)) == (
        422,
        {"file": "Choose a file that is not empty."},
    )
    form = {"csrf_token": token}
    nowhere = admin.http.post("/test/meters/new", data=form, files={"file": ("a", b"a", "x/y")})
    assert nowhere.status_code == 404
    odd = {"content-type": "multipart/form-data; boundary=b"}
    for body in (b"", b"--b\r\n\r\n\r\n", b"--c\r\n\r\n", b"x" * 100_000, b"--b--\r\n"):
        assert admin.http.post(FORM, content=body, headers=odd).status_code in {400, 403}
    folder = closed_server.data / "uploads"
    assert not folder.exists() or list(folder.glob("*")) == []


def test_a_file_cut_short_is_not_imported(admin: Visitor) -> None:
    head = b'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
    file = b'\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="f.csv"\r\n\r\nhalf'
    answer = admin.http.post(
        FORM,
        content=head + admin.token(FORM).encode() + file,
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert errors_of(answer) == {"file": "The file did not arrive whole. Send it again."}


def test_a_file_that_is_too_large_is_refused_and_the_oldest_uploads_forgotten(
    tmp_path: Path,
) -> None:
    limits = {"TAXIMETER_UPLOAD_BYTES_MAX": "200000", "TAXIMETER_UPLOADS_KEPT_MAX": "2"}
    with Server(tmp_path / "data", environ=limits) as server, Visitor(server) as visitor:
        assert send(visitor, b"x" * 500_000).status_code == 413
        assert send(visitor, b"x" * 250_000).status_code == 413
        for number in range(4):
            imported(visitor, b"odd", name=f"odd {number}")
        kept = visitor.get(f"{FORM}.json").json()["uploads"]
        assert [one["name"] for one in kept] == ["odd 3", "odd 2"]
        assert sorted({one.suffix for one in (server.data / "uploads").iterdir()}) == [".json"]


def test_what_a_stop_interrupts_is_taken_up_at_the_next_start(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server, Visitor(server) as visitor:
        make(visitor, "stopped")
        who = customer(server, "Stopped")
        content = HEAD + rows("stopped", who, 150_000)
        answer = send(visitor, content.encode(), name="long.csv")
        path = answer.headers["location"]
    with Server(tmp_path / "data") as server, Visitor(server) as visitor:
        status, recorded, known, rejected = outcome(ended(visitor, path))
        assert (status, recorded + known, rejected) == ("done", 150_000, 0)
        totals = visitor.get("/test/meters.json?q=stopped").json()["meters"]["rows"]
        assert totals[0]["events_today"] == 150_000
