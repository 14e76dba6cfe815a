"""Numbers, money and moments for people, and cells for spreadsheets."""

from decimal import Decimal

import pytest

from taximeter.dashboard import format as written
from taximeter.dashboard.table import Table, csv_bytes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234567.50"), "1,234,567.5"),
        (Decimal("-1234.000000000000001"), "-1,234.000000000000001"),
        (Decimal("-0.5"), "-0.5"),
        (Decimal("1E+30"), "1" + ",000" * 10),
        (0, "0"),
        (None, "\u2013"),
    ],
)
def test_a_quantity_has_all_its_digits(value: Decimal | int | None, text: str) -> None:
    assert written.quantity(value) == text


def test_money_has_its_currency() -> None:
    assert [written.amount(123_450, "usd"), written.amount(-5, "jpy")] == ["1,234.50 USD", "-5 JPY"]


def test_moments_have_their_zone() -> None:
    assert written.moment(0, "Asia/Kolkata") == "1970-01-01 05:30:00 Asia/Kolkata"
    assert written.ago(0, 7_200) == "2 hours ago"
    assert written.ago(10, 0) == "just now"


def test_no_cell_is_a_formula_and_numbers_stay_numbers() -> None:
    table = Table(name="t", columns=("a",), rows=[("=1+1",), ("-5.25",), ("@x",), ('a "b", c',)])
    assert csv_bytes(table).decode().splitlines() == ["a", "'=1+1", "-5.25", "'@x", '"a ""b"", c"']
