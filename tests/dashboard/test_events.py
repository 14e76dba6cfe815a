"""Events: recorded by hand, found by what they carry, told whole, cancelled."""

from typing import Any

from tests.dashboard.test_changes import make
from tests.dashboard.visitor import Visitor, errors_of
from tests.serving import Server

FORM = "/test/events/record"


def customer(server: Server, name: str) -> str:
    return server.client().v1.customers.create({"name": name}).id


def record(visitor: Visitor, **fields: str) -> str:
    answer = visitor.post(FORM, **fields)
    assert answer.status_code == 303, errors_of(answer)
    return answer.headers["location"]


def listed(visitor: Visitor, query: str) -> list[str]:
    found = visitor.get(f"/test/events.json?{query}").json()
    assert found["problem"] == {}
    return [row["event"]["identifier"] for row in found["events"]["rows"]]


def test_an_event_is_recorded_by_hand_found_and_cancelled(
    developer: Visitor, server: Server
) -> None:
    meter = make(developer, "by_hand", dimensions="region")
    who = customer(server, "By hand")
    path = record(
        developer,
        event_name="by_hand",
        customer=who,
        value="1234.5",
        identifier="one/of a kind.json",
        more="region = eu\nnote=a=b",
    )
    story = developer.get(f"{path}.json").json()
    assert story["payload"] == {
        "region": "eu",
        "note": "a=b",
        "stripe_customer_id": who,
        "value": "1234.5",
    }
    assert [one["total"] for one in story["counted_in"]] == ["1234.5", "1234.5"]
    page = developer.get(path).text
    assert "1,234.5" in page
    assert "No invoice of this customer has it" in page
    for query in (
        "identifier=one/of%20a%20kind.json",
        f"customer={who}",
        "event_name=by_hand",
        "event_name=by_hand&key=region&value=eu",
        "event_name=by_hand&key=note&value=a%3Db",
        "event_name=by_hand&start=2020-01-01&end=2100-01-01T00:00",
        "event_name=by_hand&status=counted",
    ):
        assert listed(developer, query) == ["one/of a kind.json"], query
    for query in (
        "identifier=one",
        "event_name=by_hand&key=region&value=us",
        "event_name=by_hand&end=2020-01-01",
        "event_name=by_hand&status=canceled",
        "identifier=one/of%20a%20kind.json&customer=cus_other",
    ):
        assert listed(developer, query) == [], query
    found = developer.get("/test/search.json?q=one/of%20a%20kind.json").json()["results"]
    assert [(one["kind"], one["url"]) for one in found] == [("Event", path)]
    done = developer.post(f"{path}/cancel", on=path)
    assert done.headers["location"] == path
    told = developer.get(f"{path}.json").json()
    assert [one["total"] for one in told["counted_in"]] == [None, None]
    assert told["canceled"] is not None
    assert "Cancel the event" not in developer.get(path).text
    assert listed(developer, "event_name=by_hand&status=canceled") == ["one/of a kind.json"]
    assert developer.get(f"{meter}.json").json()["chart"]["total"] is None


def test_what_cannot_be_recorded_is_said_beside_its_field(
    developer: Visitor, server: Server
) -> None:
    make(developer, "said", dimensions="region")
    who = customer(server, "Said")
    good = {"event_name": "said", "customer": who, "value": "1", "more": "region=eu"}
    for field, text, message in (
        ("event_name", "nothing", "No active meter found"),
        ("customer", "cus_nobody", "No such customer"),
        ("value", "a lot", "Invalid value"),
        ("value", "", "Value key value not found"),
        ("timestamp", "yesterday", "This is no moment"),
        ("timestamp", "2020-01-01", "more than 35 days"),
        ("more", "region", "Line 1 is not of the form key=value."),
        ("more", "", "Dimension keys not found"),
        ("identifier", "x" * 101, "100"),
    ):
        answer = developer.post(FORM, **{**good, field: text})
        assert answer.status_code == 422
        errors = errors_of(answer)
        assert list(errors) == [field]
        assert message in errors[field]
    assert listed(developer, "event_name=said") == []
    record(developer, **good, identifier="once")
    assert (
        "already exists" in errors_of(developer.post(FORM, **good, identifier="once"))["identifier"]
    )


def test_a_list_is_walked_both_ways_in_both_orders(developer: Visitor, server: Server) -> None:
    make(developer, "walked")
    who = customer(server, "Walked")
    names = [f"walked_{number:02d}" for number in range(60)]
    for name in names:
        server.client().v1.billing.meter_events.create(
            {
                "event_name": "walked",
                "identifier": name,
                "payload": {"stripe_customer_id": who, "value": "1"},
            }
        )
    for sort, ordered in (("received", names), ("-received", names[::-1])):
        query = f"?event_name=walked&sort={sort}"
        seen: list[str] = []
        pages: list[list[str]] = []
        page: dict[str, Any] = {}
        while query:
            page = developer.get(f"/test/events.json{query}").json()["events"]
            pages.append([row["event"]["identifier"] for row in page["rows"]])
            seen, query = seen + pages[-1], page["next"]
        assert (seen, [len(one) for one in pages]) == (ordered, [25, 25, 10])
        back: list[list[str]] = []
        query = page["previous"]
        while query:
            page = developer.get(f"/test/events.json{query}").json()["events"]
            back.append([row["event"]["identifier"] for row in page["rows"]])
            query = page["previous"]
        assert back == pages[-2::-1]
    csv = developer.get("/test/events.csv?event_name=walked&rows=100").text.splitlines()
    assert (len(csv), csv[1].split(",")[0]) == (61, "walked_59")


def test_an_event_that_a_later_one_replaces_says_so(developer: Visitor, server: Server) -> None:
    make(developer, "replaced", ingestion="day")
    who = customer(server, "Replaced")
    fields = {"event_name": "replaced", "customer": who}
    first = record(developer, **fields, value="1")
    last = record(developer, **fields, value="2")
    assert f'href="{last}"' in developer.get(first).text
    assert developer.get(f"{last}.json").json()["replaced_by"] is None
    developer.post(f"{last}/cancel", on=last)
    assert developer.get(f"{first}.json").json()["replaced_by"] is None


def test_a_mistyped_search_says_what_is_wrong(developer: Visitor) -> None:
    page = developer.get("/test/events.json?start=soon").json()
    assert list(page["problem"]) == ["start"]
    backwards = developer.get("/test/events.json?start=2026-02-01&end=2026-01-01").json()
    assert list(backwards["problem"]) == ["end"]
    assert developer.get("/test/events?after=nothing").status_code == 200
    for id in ("mtrev_test_000000000999999", "mtrev_test_1", "mtrev_1", "x", "mtrev_test_٣"):
        assert developer.get(f"/test/events/{id}").status_code == 404


def test_events_of_one_environment_are_not_in_another(developer: Visitor, server: Server) -> None:
    make(developer, "apart")
    who = customer(server, "Apart")
    path = record(developer, event_name="apart", customer=who, value="1")
    assert developer.get(path.replace("/test/", "/live/")).status_code == 404
    assert developer.get("/live/events.json?event_name=apart").json()["events"]["rows"] == []
    assert "Create a meter" in developer.get("/live/events/record").text
