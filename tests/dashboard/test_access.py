"""Signing in and out, by password and by link, and what keeps others out."""

import re
import subprocess
import sys
from pathlib import Path

from tests.dashboard.visitor import LINK, PASSWORD, Visitor, link_for, signed_in
from tests.serving import Server


def test_nothing_is_shown_to_a_stranger(stranger: Visitor) -> None:
    answer = stranger.get("/test/meters?status=active")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/sign-in?next=%2Ftest%2Fmeters%3Fstatus%3Dactive",
    )
    assert stranger.get("/test/meters.json").status_code == 401
    assert stranger.get("/test/meters.csv").status_code == 401


def test_a_link_lets_choose_a_password_and_works_once(
    closed_server: Server, stranger: Visitor
) -> None:
    path = link_for(closed_server, "grace", "viewer")
    assert "grace" in stranger.get(path).text
    short = stranger.post(path, password="short", again="short")
    assert (short.status_code, "at least 12 characters" in short.text) == (422, True)
    other = stranger.post(path, password=PASSWORD, again=PASSWORD + "!")
    assert (other.status_code, "not the same" in other.text) == (422, True)
    done = stranger.post(path, password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert stranger.get("/test/meters").status_code == 200
    with Visitor(closed_server) as another:
        assert another.get(path).status_code == 404


def test_a_password_opens_and_signing_out_closes(closed_server: Server, stranger: Visitor) -> None:
    signed_in(closed_server, "hedy", "viewer").close()
    wrong = stranger.post("/sign-in", name="hedy", password="not the password")
    assert (wrong.status_code, "is wrong" in wrong.text) == (422, True)
    unknown = stranger.post("/sign-in", name="nobody", password=PASSWORD)
    assert "is wrong" in unknown.text
    page = "/sign-in?next=/test/meters%3Fpage%3D1"
    right = stranger.post(
        "/sign-in", on=page, name="hedy", password=PASSWORD, next="/test/meters?page=1"
    )
    assert (right.status_code, right.headers["location"]) == (303, "/test/meters?page=1")
    assert stranger.get("/test/meters").status_code == 200
    assert stranger.post("/sign-out", on="/test/meters").status_code == 303
    assert stranger.get("/test/meters").status_code == 303


def test_nobody_is_led_away_after_signing_in(closed_server: Server, stranger: Visitor) -> None:
    signed_in(closed_server, "mallory", "viewer").close()
    for away in ("https://example.com", "//example.com", "/\\example.com"):
        answer = stranger.post("/sign-in", name="mallory", password=PASSWORD, next=away)
        assert answer.headers["location"] == "/"
        stranger.http.cookies.clear()


def test_a_session_cookie_is_kept_from_scripts_and_other_sites(
    closed_server: Server, stranger: Visitor
) -> None:
    path = link_for(closed_server, "kept", "viewer")
    fields = {"csrf_token": stranger.token(path), "password": PASSWORD, "again": PASSWORD}
    answer = stranger.http.post(path, data=fields, headers={"x-forwarded-proto": "https"})
    cookies = [one for one in answer.headers.get_list("set-cookie") if "session" in one]
    assert len(cookies) == 1
    assert cookies[0].split("; ")[1:] == [
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=604800",
        "Secure",
    ]


def test_passwords_cannot_be_tried_without_end(tmp_path: Path) -> None:
    with Server(
        tmp_path / "data", dev=False, environ={"TAXIMETER_SIGN_IN_ATTEMPTS_MAX": "2"}
    ) as server:
        signed_in(server, "ada", "admin").close()
        with Visitor(server) as visitor:
            answers = [visitor.post("/sign-in", name="ada", password="x" * 12) for _ in range(3)]
            assert [one.status_code for one in answers] == [422, 422, 429]
            right = visitor.post("/sign-in", name="ada", password=PASSWORD)
            assert (right.status_code, "Too many attempts" in right.text) == (429, True)


def test_a_first_start_prints_a_link_and_a_start_after_it_none(tmp_path: Path) -> None:
    for has_password in (False, True):
        process = subprocess.Popen(
            [sys.executable, "-m", "taximeter", "serve", "--data", str(tmp_path), "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        address = re.search(r"http://[\d.:]+\d", line)
        assert address is not None
        if not has_password:
            said = process.stdout.readline() + process.stdout.readline()
            assert "Nobody has a password yet" in said
            server = Server(tmp_path)
            server.address = address[0]
            path = said.split(address[0])[1].strip()
            assert path.startswith(LINK)
            with Visitor(server) as visitor:
                assert visitor.post(path, password=PASSWORD, again=PASSWORD).status_code == 303
                assert visitor.get("/test/meters/new").status_code == 200
        process.terminate()
        rest = process.stdout.read()
        assert process.wait(60) == 0
        assert rest == "Stopped; everything acknowledged is on disk.\n"
        process.stdout.close()


def test_development_mode_opens_under_the_names_of_its_own_machine_only(
    developer: Visitor,
) -> None:
    assert developer.get("/test/meters").status_code == 200
    assert developer.get("/test/meters", host="localhost:4242").status_code == 200
    rebound = developer.get("/test/meters", host="evil.example")
    assert (rebound.status_code, "own machine only" in rebound.text) == (403, True)


def test_a_link_replaces_a_forgotten_password_and_ends_other_sessions(
    closed_server: Server, stranger: Visitor
) -> None:
    with signed_in(closed_server, "forgetful", "viewer") as earlier:
        command = [sys.executable, "-m", "taximeter", "users", "link", "forgetful"]
        command += ["--data", str(closed_server.data), "--url", closed_server.address]
        made = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
        )
        path = made.stdout.strip().removeprefix(closed_server.address)
        renewed = "another password entirely"
        assert stranger.post(path, password=renewed, again=renewed).status_code == 303
        assert stranger.get("/test").status_code == 200
        assert earlier.get("/test").status_code == 303
        earlier.http.cookies.clear()
        old = earlier.post("/sign-in", name="forgetful", password=PASSWORD)
        new = earlier.post("/sign-in", name="forgetful", password=renewed)
        assert (old.status_code, new.status_code) == (422, 303)


def test_a_removed_account_is_signed_out(closed_server: Server) -> None:
    with signed_in(closed_server, "leaver", "admin") as visitor:
        assert visitor.get("/test").status_code == 200
        command = [sys.executable, "-m", "taximeter", "users"]
        data = ["--data", str(closed_server.data)]
        listed = subprocess.run(
            [*command, "list", *data], capture_output=True, text=True, check=True
        )
        assert "leaver" in listed.stdout
        subprocess.run([*command, "remove", "leaver", *data], capture_output=True, check=True)
        assert visitor.get("/test").status_code == 303
