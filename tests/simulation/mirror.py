"""Somebody who knows the objects from their events alone, and one who asks for each: they agree."""

from typing import Any

from tests.simulation.client import Call, Client

KEY = "sk_test_mirror"
PAGE = 100
Object = dict[str, Any]

# What a draft, or a finalized invoice, shows of its customer, credits and subscription, and what a
# subscription shows of its prices; they change without an event of the one that shows them.
AROUND = {
    "invoice": {
        "amount_due",
        "amount_remaining",
        "custom_fields",
        "customer_address",
        "customer_email",
        "customer_name",
        "customer_phone",
        "customer_shipping",
        "customer_tax_exempt",
        "footer",
        "lines",
        "parent",
        "starting_balance",
        "total",
        "total_excluding_tax",
        "total_pretax_credit_amounts",
    },
    "subscription": {"items"},
}
WITHOUT_UPDATED = {"invoiceitem", "test_helpers.test_clock"}


def own(one: Object) -> Object:
    """An object without what it shows of others."""
    return {name: value for name, value in one.items() if name not in AROUND.get(one["object"], ())}


def undone(now: Any, previous: Any) -> Any:
    """Apply `previous_attributes` backwards; null in metadata is a key that was not there."""
    result = dict(now)
    for name, was in previous.items():
        if isinstance(was, dict) and isinstance(now.get(name), dict):
            result[name] = undone(now[name], was)
        else:
            result[name] = was
    if "metadata" in previous:
        result["metadata"] = {
            key: one for key, one in result["metadata"].items() if one is not None
        }
    return result


class Mirror:
    """All objects by id, as their events tell them, with what is asked for beside it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.told: dict[str, Object] = {}
        self.answered: dict[str, Object] = {}
        self.paths: dict[str, str] = {}
        self.gone: set[str] = set()
        self._last: str | None = None

    def get(self, path: str, **params: Any) -> Any:
        """Ask for something."""
        answer = self._client.call(Call(method="GET", path=path, key=KEY, params=params))
        assert answer.status == 200, answer
        return answer.body

    def new_events(self) -> list[Object]:
        """The events since the last time, the oldest first, with the thin twin of each."""
        found: list[Object] = []
        while True:
            params = {"limit": str(PAGE)}
            if self._last is not None:
                params["ending_before"] = self._last
            page = self.get("/v1/events", **params)
            found += page["data"][::-1]
            if found:
                self._last = found[-1]["id"]
            if self._last is None or not page["has_more"]:
                return found

    def follow(self, *, at_once: bool) -> list[Object]:
        """Fold in what was told since, and compare it with what is answered now.

        `at_once` says that all of it was one transaction: then what was before is compared too.
        """
        # The invoice of a preview is kept nowhere, and has no id.
        events = [one for one in self.new_events() if "id" in one["data"]["object"]]
        first: dict[str, Object] = {}
        for event in events:
            self._fold(event)
            first.setdefault(event["data"]["object"]["id"], event)
        before, self.answered = self.answered, {id: self._ask(id) for id in self.told}
        for id, now in self.answered.items():
            was = before.get(id)
            if id not in first:
                unchanged = was == now or now["object"] in WITHOUT_UPDATED
                assert unchanged or (was is not None and own(was) == own(now)), (was, now)
                continue
            told = self.told[id]
            assert told == now if at_once else own(told) == own(now), (told, now)
            previous = first[id]["data"].get("previous_attributes")
            if at_once and previous is not None:
                assert was != now, now
                assert undone(first[id]["data"]["object"], previous) == was, (previous, was)
        return events

    def _fold(self, event: Object) -> None:
        told, type = event["data"]["object"], event["type"]
        id, stem = told["id"], type.rpartition(".")[2]
        assert id not in self.gone, event
        if stem == "created":
            assert id not in self.told, event
            self.paths[id] = self._path(event)
        elif stem == "updated":
            previous = event["data"]["previous_attributes"]
            assert previous, event
            assert own(undone(told, previous)) == own(self.told[id]), (event, self.told[id])
        self.told[id] = told
        if stem == "deleted" and told["object"] != "subscription":
            self._drop({id})
        if type == "test_helpers.test_clock.deleted":
            self._drop({one for one, it in self.told.items() if it.get("test_clock") == id})

    def _drop(self, ids: set[str]) -> None:
        """Forget what is gone: by itself, or with all else on its test clock."""
        self.told = {id: one for id, one in self.told.items() if id not in ids}
        self.gone |= ids

    def _path(self, event: Object) -> str:
        """Where the object of an event is read: its twin says so."""
        twins = self.get("/v2/core/events", object_id=event["data"]["object"]["id"])["data"]
        (twin,) = (one for one in twins if one["snapshot_event"] == event["id"])
        assert twin["type"] == f"v1.{event['type']}"
        path: str = twin["related_object"]["url"]
        return path

    def _ask(self, id: str) -> Object:
        found: Object = self.get(self.paths[id])
        return found
