"""Who may change what, and that no other site can do it for them."""

import pytest

from tests.dashboard.visitor import Visitor, errors_of

METER = {"display_name": "Calls", "formula": "sum", "ingestion": "raw"}


def make(visitor: Visitor, event_name: str, **fields: str) -> str:
    answer = visitor.post("/test/meters/new", **{**METER, "event_name": event_name, **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_an_admin_makes_renames_deactivates_and_reactivates_a_meter(admin: Visitor) -> None:
    path = make(admin, "calls_one", dimensions="region\n\n model ")
    page = admin.get(path).text
    assert "Made the meter Calls." in page
    assert "Made the meter Calls." not in admin.get(path).text
    renamed = admin.post(f"{path}/rename", on=path, display_name="Phone calls")
    assert renamed.headers["location"] == path
    assert admin.post(f"{path}/deactivate", on=path).status_code == 303
    meter = admin.get(f"{path}.json").json()["meter"]
    assert (meter["display_name"], meter["status"]) == ("Phone calls", "inactive")
    assert meter["dimension_payload_keys"] == ["region", "model"]
    assert admin.post(f"{path}/reactivate", on=path).status_code == 303
    assert admin.get(f"{path}.json").json()["meter"]["status"] == "active"


def test_a_viewer_sees_everything_and_changes_nothing(admin: Visitor, viewer: Visitor) -> None:
    path = make(admin, "calls_two")
    page = viewer.get(path)
    assert (page.status_code, "Deactivate" in page.text) == (200, False)
    assert viewer.get("/test/meters/new").status_code == 403
    for change, fields in (
        ("/test/meters/new", {**METER, "event_name": "calls_three"}),
        (f"{path}/rename", {"display_name": "Mine"}),
        (f"{path}/deactivate", {}),
    ):
        assert viewer.post(change, on=path, **fields).status_code == 403
    assert admin.get(f"{path}.json").json()["meter"]["display_name"] == "Calls"


@pytest.mark.parametrize("sent", ["", "0" * 64])
def test_a_change_without_the_forms_token_is_refused(admin: Visitor, sent: str) -> None:
    form = {**METER, "event_name": "forged", **({"csrf_token": sent} if sent else {})}
    assert admin.http.post("/test/meters/new", data=form).status_code == 403
    assert admin.get("/test/meters.json?q=forged").json()["meters"]["found"] == 0


def test_a_change_from_another_site_is_refused_even_with_the_token(admin: Visitor) -> None:
    form = {**METER, "event_name": "forged", "csrf_token": admin.token("/test/meters/new")}
    answer = admin.http.post(
        "/test/meters/new", data=form, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert admin.get("/test/meters.json?q=forged").json()["meters"]["found"] == 0


def test_another_browsers_token_does_not_work(admin: Visitor, viewer: Visitor) -> None:
    form = {**METER, "event_name": "forged", "csrf_token": viewer.token("/test/meters")}
    assert admin.http.post("/test/meters/new", data=form).status_code == 403


def test_development_mode_wants_the_token_too(developer: Visitor) -> None:
    form = {**METER, "event_name": "forged_in_development"}
    assert developer.http.post("/test/meters/new", data=form).status_code == 403


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(
    admin: Visitor,
) -> None:
    make(admin, "taken")
    answer = admin.post(
        "/test/meters/new", **{**METER, "display_name": "<b>Bold</b>", "event_name": "taken"}
    )
    assert answer.status_code == 422
    assert "already exists" in errors_of(answer)["event_name"]
    assert 'value="&lt;b&gt;Bold&lt;/b&gt;"' in answer.text
    assert "<b>Bold" not in answer.text
    missing = admin.post("/test/meters/new", formula="median", customer_key="value")
    assert set(errors_of(missing)) == {"display_name", "event_name", "formula"}
    twice = admin.post("/test/meters/new", **{**METER, "event_name": "free", "dimensions": "a\na"})
    assert "listed twice" in errors_of(twice)["dimensions"]
