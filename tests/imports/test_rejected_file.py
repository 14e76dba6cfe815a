"""The file of rejected rows: to be corrected and imported, and nobody's work is overwritten."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.imports.world import ADA, NOW, World

HEADER = "timestamp,event_name,payload_stripe_customer_id,payload_value\n"
CSV = HEADER + f'{NOW},tokens,{ADA},1\n{NOW},tokens,{ADA},"2,5"\n{NOW},tokens,{ADA}\n'
LINES = "".join(
    f'{{"timestamp":{NOW},"event_name":"tokens","payload":{{"stripe_customer_id":"{ADA}",'
    f'"value":{value}}},"line":"9"}}\n'
    for value in ('"1"', '"2,5"', "1.10e0")
)


def test_csv_rows_keep_their_columns_behind_the_reasons(world: World) -> None:
    file = world.file("a.csv", CSV)
    assert world.counts(file) == (1, 0, 2)
    head, first, second = Path(f"{file}.rejected.csv").read_text("utf-8").splitlines()
    assert head == f"line,error_code,error_message,identifier,{HEADER.strip()}"
    assert first.startswith("3,meter_event_invalid_value,\"Invalid value for 'value': '2,5'; send")
    assert first.endswith(f'_1,{NOW},tokens,{ADA},"2,5"')
    assert second.startswith('4,invalid_row,"The row has 3 cells and the header 4. ')
    assert second.endswith(f"_2,{NOW},tokens,{ADA}")


def test_json_rows_keep_their_fields_behind_the_reasons(world: World) -> None:
    file = world.file("a.json", f"[{LINES.strip().replace(chr(10), ',')},7]")
    assert world.counts(file) == (2, 0, 2)
    lines = Path(f"{file}.rejected.jsonl").read_text("utf-8").splitlines()
    first, second = map(json.loads, lines)
    assert list(first)[:3] == ["line", "error_code", "error_message"]
    assert (first["line"], first["error_code"]) == ("1", "meter_event_invalid_value")
    assert first["payload"] == {"stripe_customer_id": ADA, "value": "2,5"}
    assert first["identifier"].endswith("_1")
    assert (second["error_code"], second["text"]) == ("invalid_row", "7")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [("a.csv", CSV, Decimal("3.5")), ("a.jsonl", LINES, Decimal("4.6"))],
)
def test_corrected_rows_count(name: str, content: str, expected: Decimal, world: World) -> None:
    file = world.file(name, content)
    world.run(file)
    rejected = f"{file}.rejected.{name[2:]}"
    corrected = Path(rejected).read_text("utf-8").replace('"2,5"', "2.5")
    corrected = "\n".join(line for line in corrected.splitlines() if "4,invalid_row" not in line)
    other = world.file(f"corrected.{name[2:]}", corrected)
    assert world.counts(other) == (1, 0, 0)
    assert world.totals() == {("tokens", ADA): expected}


def test_a_row_counts_once_whether_its_file_or_that_of_rejected_rows_comes_again(
    world: World,
) -> None:
    content = HEADER + f"{NOW},tokens,{ADA},1\n{NOW},other,{ADA},2\n"
    file = world.file("a.csv", content)
    rejected = Path(f"{file}.rejected.csv")
    assert (world.counts(file), rejected.exists()) == ((1, 0, 1), True)
    assert (world.counts(file), rejected.exists()) == ((0, 1, 1), True)
    row = rejected.read_text("utf-8").replace(",other,", ",tokens,")
    assert world.counts(world.file("b.csv", row)) == (1, 0, 0)
    assert world.totals() == {("tokens", ADA): Decimal(3)}


def test_a_file_that_somebody_changed_is_not_overwritten(world: World) -> None:
    file = world.file("a.csv", CSV)
    world.run(file)
    rejected = Path(f"{file}.rejected.csv")
    rejected.write_text("my corrections", encoding="utf-8")
    done = world.run(file)
    assert (done.exit_code, "exists already" in done.output) == (1, True)
    assert rejected.read_text("utf-8") == "my corrections"
    assert world.counts(file, "--rejected", str(world.folder / "other.csv")) == (0, 1, 2)


def test_rejected_rows_that_cannot_be_written_stop_the_import(world: World) -> None:
    file = world.file("a.csv", CSV)
    done = world.run(file, "--rejected", str(world.folder / "none" / "r.csv"))
    assert (done.exit_code, "name another file with --rejected" in done.output) == (1, True)
    assert world.counts(file) == (0, 1, 2)
