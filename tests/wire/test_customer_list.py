"""Customers listed through the official SDK."""

from pathlib import Path

from tests.serving import Server


def test_customers_are_listed_with_and_without_bounds_on_their_creation(tmp_path: Path) -> None:
    with Server(tmp_path / "data") as server:
        customers = server.client().v1.customers
        made = customers.create({"name": "Only"})
        found = [
            [one.id for one in customers.list().data],
            [one.id for one in customers.list({"created": {"gte": made.created}}).data],
            [one.id for one in customers.list({"created": {"gt": made.created}}).data],
            [one.id for one in customers.list({"created": {"lt": made.created + 1}}).data],
            [one.id for one in customers.list({"created": made.created}).data],
        ]
    assert found == [[made.id], [made.id], [], [made.id], [made.id]]
