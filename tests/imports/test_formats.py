"""Each of Stripe's formats is read, in the shapes that people's tools give it."""

import gzip
from decimal import Decimal

import pytest

from taximeter.kit import decimals
from tests.imports.world import ADA, BOB, NOW, World

EXPECTED = {("tokens", ADA): Decimal("6.1"), ("tokens", BOB): Decimal("0.000000000000001")}

JSON_LINES = f"""\
{{"identifier":"a","timestamp":{NOW},"event_name":"tokens","payload":{{"stripe_customer_id":"{ADA}","value":"5"}}}}
{{"timestamp":"{NOW}","event_name":"tokens","payload":{{"value":1.10,"stripe_customer_id":"{ADA}"}},"identifier":7}}
{{"timestamp":{NOW}.0,"event_name":"tokens","payload":{{"value":1e-15,"stripe_customer_id":"{BOB}","note":null}}}}
"""
ARRAY = "[" + ",\n ".join(JSON_LINES.splitlines()) + "]"
CSV = f"""\
identifier,timestamp,event_name,payload_stripe_customer_id,payload_value,payload_note
a,{NOW},tokens,{ADA},5,
b,{NOW},tokens,{ADA},1.10,"of two
lines, ""quoted"" and with comma"
,{NOW},tokens,{BOB},1e-15,
"""
MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("usage.jsonl", JSON_LINES.encode()),
        ("no suffix", JSON_LINES.encode()),
        ("blank.jsonl", JSON_LINES.replace("\n", "\r\n\r\n").encode()),
        ("no-end.ndjson", MARK + JSON_LINES.rstrip().encode()),
        ("usage.json", ARRAY.encode()),
        ("spread.json", MARK + b"\n\n" + ARRAY.replace(",", " ,\n").encode()),
        ("usage.csv", CSV.encode()),
        ("windows", MARK + CSV.replace("\n", "\r\n").encode()),
        ("semicolons.csv", CSV.replace(",", ";").encode()),
        ("tabs.tsv", CSV.replace(",", "\t").encode()),
        ("usage.csv.gz", gzip.compress(CSV.encode())),
        ("packed", gzip.compress(ARRAY.encode())),
    ],
)
def test_a_format_is_found_out_and_totals_are_exact(
    name: str, content: bytes, world: World
) -> None:
    file = world.file(name, content)
    done = world.run(file)
    assert (done.exit_code, done.stdout, done.stderr) == (
        0,
        f"{file}: 3 rows: 3 recorded, 0 duplicate, 0 rejected.\n",
        "",
    )
    assert world.totals() == EXPECTED
    assert world.counts(file) == (0, 3, 0)
    assert world.totals() == EXPECTED


@pytest.mark.parametrize("content", [JSON_LINES, ARRAY, CSV], ids=["jsonl", "json", "csv"])
def test_standard_input_is_read_and_read_again_counts_nothing(content: str, world: World) -> None:
    assert world.counts("-", stdin=content.encode()) == (3, 0, 0)
    assert world.counts("-", stdin=content.encode()) == (0, 3, 0)
    assert world.totals() == EXPECTED


def test_a_file_and_its_packed_copy_and_the_same_on_standard_input_are_one(world: World) -> None:
    assert world.counts(world.file("usage.csv", CSV)) == (3, 0, 0)
    assert world.counts(world.file("copy.csv.gz", gzip.compress(CSV.encode()))) == (0, 3, 0)
    assert world.counts("-", stdin=CSV.encode()) == (0, 3, 0)


def test_the_format_that_is_asked_for_overrides_the_name(world: World) -> None:
    assert world.counts(world.file("usage.csv", JSON_LINES), "--format", "jsonl") == (3, 0, 0)


def test_rows_without_an_event_name_have_the_one_that_is_given(world: World) -> None:
    csv = f"timestamp,payload_stripe_customer_id,payload_value\n{NOW},{ADA},2\n"
    lines = f'{{"timestamp":{NOW},"payload":{{"stripe_customer_id":"{ADA}","value":3}}}}\n'
    files = [world.file("a.csv", csv), world.file("b.jsonl", lines)]
    assert world.counts(*files, "--event-name", "tokens") == (2, 0, 0)
    assert world.totals() == {("tokens", ADA): Decimal(5)}


def test_digits_are_kept_as_they_are_written(world: World) -> None:
    values = ["123456789012345", "0.100000000000001", "-0.3", "1.50", "1E3"]
    rows = [
        f'{{"timestamp":{NOW},"event_name":"tokens","payload":{{"stripe_customer_id":"{ADA}",'
        f'"value":{value}}}}}'
        for value in values
    ]
    assert world.counts(world.file("a.jsonl", "\n".join(rows))) == (5, 0, 0)
    assert world.totals() == {("tokens", ADA): decimals.total(map(Decimal, values))}


def test_an_array_without_elements_and_files_without_rows_are_no_error(world: World) -> None:
    header = "timestamp,event_name,payload_stripe_customer_id,payload_value\n"
    for name, content in [("a.json", " [ \n] "), ("b", ""), ("c.csv", header), ("d.csv", "\n")]:
        assert world.run(world.file(name, content)).exit_code == 0, name
        assert world.counts(str(world.folder / name)) == (0, 0, 0)


def test_several_files_are_reported_one_by_one_and_together(world: World) -> None:
    files = [world.file("a.csv", CSV), world.file("b.jsonl", JSON_LINES)]
    lines = world.run(*files).stdout.splitlines()
    assert lines == [
        f"{files[0]}: 3 rows: 3 recorded, 0 duplicate, 0 rejected.",
        f"{files[1]}: 3 rows: 2 recorded, 1 duplicate, 0 rejected.",
        "Together: 6 rows: 5 recorded, 1 duplicate, 0 rejected.",
    ]


def test_a_sandbox_has_its_own_usage(world: World) -> None:
    file = world.file("usage.csv", CSV)
    unknown = world.run(file, "--sandbox", "spring")
    assert (unknown.exit_code, "There is no sandbox 'spring'" in unknown.stderr) == (1, True)
    assert world.counts(file, "--live") == (0, 0, 3)
    assert world.totals() == {}
