"""What people send by mistake: refused as a file with a sentence, or row by row with a reason."""

from pathlib import Path

import pytest

from tests.imports.world import ADA, NOW, World
from tests.serving import Server

HEADER = "identifier,timestamp,event_name,payload_stripe_customer_id,payload_value\n"
GOOD = f"good,{NOW},tokens,{ADA},1\n"
LATER = f"later,{NOW},tokens,{ADA},2\n"
LINE = (
    f'{{"timestamp":{NOW},"event_name":"tokens","payload":{{"stripe_customer_id":"{ADA}",'
    f'"value":"1"}}}}'
)
UTF_16 = HEADER.encode("utf-16")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", "timestamp,event_name\n1,2\n", "no column whose name begins with payload_"),
        ("a.csv", HEADER.replace("timestamp", "time"), "its column 'time' is not known"),
        ("a.csv", HEADER.replace("timestamp,", ""), "it has no column 'timestamp'"),
        ("a.csv", HEADER.replace("event_name,", ""), "name it with --event-name"),
        ("a.csv", HEADER.replace("identifier", "timestamp"), "'timestamp' stands twice"),
        ("a.csv", GOOD, "its column 'good' is not known"),
        ("a.csv", '"identifier\n', "no CSV header"),
        ("a.csv", b"\xff\xff,timestamp\n", "its header is not UTF-8"),
        ("a.csv", UTF_16, "it is UTF-16; save it as UTF-8"),
        ("a.csv", b"PK\x03\x04rest", "it is a zip archive; unpack it first"),
        ("a.csv.gz", b"\x1f\x8brest", "packed with gzip and damaged"),
        ("a.json", "[" + LINE, "the array does not end"),
        ("a.json", "[" + LINE + "] []", "something follows the end of the array"),
        ("a.json", "[" + LINE + "}", "a bracket is closed that was not opened"),
        ("a.json", '[{"a": "' + "x" * 5_000_000, "a quote or bracket is left open"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(
    name: str, content: str | bytes, sentence: str, world: World
) -> None:
    done = world.run(world.file(name, content))
    assert (done.exit_code, sentence in done.output) == (1, True), done.output
    assert done.output.count("cannot be imported: ") == 1
    assert world.totals() == {}


def test_a_format_that_is_asked_for_in_vain_is_refused(world: World) -> None:
    done = world.run(world.file("a", LINE), "--format", "json")
    assert (done.exit_code, "it is no JSON array" in done.stderr) == (1, True)


def test_a_directory_and_a_missing_file_are_refused(world: World) -> None:
    for file in (str(world.folder), str(world.folder / "none.csv")):
        done = world.run(file)
        assert (done.exit_code, f"{file} cannot be imported" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [["-", "-"], ["a.csv", "b.csv", "--rejected", "r.csv"], ["a.csv", "--event-name", " "], []],
)
def test_what_does_not_go_together_is_a_usage_error(arguments: list[str], world: World) -> None:
    assert world.run(*arguments).exit_code == 2


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a,b", "invalid_row"),
        (GOOD.strip() + ",too,many", "invalid_row"),
        (f'"open,{NOW},tokens,{ADA},1', "invalid_row"),
        (f'x,{NOW},tokens,"{ADA}"y,1', "invalid_row"),
        (f"\xff\xff,{NOW},tokens,{ADA},1", "invalid_row"),
        (f"x\0,{NOW},tokens,{ADA},1", "invalid_row"),
        (f"x,{NOW},,{ADA},1", "invalid_row"),
        (f"x,{NOW},{'n' * 101},{ADA},1", "invalid_row"),
        (f"{'i' * 101},{NOW},tokens,{ADA},1", "invalid_row"),
        (f"x,,tokens,{ADA},1", "invalid_timestamp"),
        (f"x,2026-11-23T10:00:00,tokens,{ADA},1", "invalid_timestamp"),
        (f"x,2026-02-30,tokens,{ADA},1", "invalid_timestamp"),
        (f"x,{NOW}000,tokens,{ADA},1", "invalid_timestamp"),
        (f"x,1,tokens,{ADA},1", "timestamp_too_far_in_past"),
        (f"x,{NOW + 9999},tokens,{ADA},1", "timestamp_in_future"),
        (f"x,{NOW},tokens,,1", "meter_event_no_customer_defined"),
        (f"x,{NOW},tokens,{ADA},", "meter_event_value_not_found"),
        (f"x,{NOW},tokens,{ADA},NaN", "meter_event_invalid_value"),
        (f"x,{NOW},tokens,nobody,1", "meter_event_customer_not_found"),
        (f"x,{NOW},unheard,{ADA},1", "no_meter"),
        (f"x,{NOW},tokens,{ADA},{'1' * 200_000}", "meter_event_payload_too_large"),
        (f'x,{NOW},tokens,{ADA},"{"1" * 200_000}"', "meter_event_payload_too_large"),
        (f"x,{NOW},tokens,{ADA},{'1' * 5_000_000}", "row_too_long"),
    ],
    ids=range(23),
)
def test_a_bad_csv_row_is_rejected_alone(row: str, code: str, world: World) -> None:
    content = (HEADER + GOOD).encode() + row.encode("latin-1") + b"\n" + LATER.encode()
    done = world.run(world.file("a.csv", content))
    assert f"1 {code}, first in line 3: " in done.stdout, done.stdout
    assert (done.exit_code, "2 recorded, 0 duplicate, 1 rejected" in done.stdout) == (1, True)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("{", "invalid_row"),
        ("7", "invalid_row"),
        ("[]", "invalid_row"),
        ("{} {}", "invalid_row"),
        ("{}", "invalid_row"),
        ('{"payload":{}}', "invalid_row"),
        (LINE.replace('"1"', "true"), "invalid_row"),
        (LINE.replace('"1"', "[1]"), "invalid_row"),
        (LINE.replace('"1"', "{}"), "invalid_row"),
        (LINE.replace('"1"', "9" * 5_000), "invalid_row"),
        (LINE.replace('"1"', "[" * 100_000 + "]" * 100_000), "invalid_row"),
        (LINE.replace('"1"', '"\\u0000"'), "invalid_row"),
        (LINE.replace('"1"', '"\\ud800"'), "invalid_row"),
        (LINE.replace('"1"', '"\xff"'), "invalid_row"),
        (LINE.replace('"tokens"', "5"), "invalid_row"),
        (LINE.replace('"tokens"', '"tokens","identifer":"x"'), "invalid_row"),
        (LINE.replace('"tokens"', '"tokens","identifier":""'), "invalid_row"),
        (LINE.replace(str(NOW), "[]"), "invalid_row"),
        (LINE.replace(str(NOW), "null"), "invalid_timestamp"),
        (LINE.replace(str(NOW), "1e400"), "invalid_timestamp"),
        (LINE.replace(str(NOW), "123456789012345678901"), "invalid_timestamp"),
        (LINE.replace(str(NOW), '"soon"'), "invalid_timestamp"),
        (LINE.replace('"1"', "null"), "meter_event_value_not_found"),
        (LINE.replace('"1"', "1234567890.1234567"), "meter_event_value_too_many_digits"),
        ("x" * 5_000_000, "row_too_long"),
    ],
    ids=range(25),
)
def test_a_bad_json_line_is_rejected_alone(row: str, code: str, world: World) -> None:
    content = f"{LINE}\n\n".encode() + row.encode("latin-1") + f"\n{LINE}\n".encode()
    done = world.run(world.file("a.jsonl", content))
    assert f"1 {code}, first in line 3: " in done.stdout, done.stdout
    assert (done.exit_code, "2 recorded, 0 duplicate, 1 rejected" in done.stdout) == (1, True)


def test_a_bad_element_of_an_array_is_rejected_alone(world: World) -> None:
    content = f'[{LINE},\n7,\n{{"a":[{{}},{{}}]}},\n"]}}\\"",\n{LINE}\n]'
    done = world.run(world.file("a.json", content))
    assert "3 invalid_row, first in line 2: " in done.stdout, done.stdout
    assert (done.exit_code, "2 recorded, 0 duplicate, 3 rejected" in done.stdout) == (1, True)


def test_a_directory_that_is_served_is_refused_with_what_to_do(world: World) -> None:
    file = world.file("a.csv", HEADER + GOOD)
    with Server(world.data):
        done = world.run(file)
    assert done.exit_code == 1
    assert "stop the server, import, and start it again" in done.stderr
    assert world.counts(file) == (1, 0, 0)


def test_a_data_directory_that_is_not_there_is_not_made(world: World, tmp_path: Path) -> None:
    file = world.file("a.csv", HEADER + GOOD)
    world.data = tmp_path / "elsewhere"
    done = world.run(file)
    assert (done.exit_code, "There is no data in" in done.stderr) == (1, True)
    assert not world.data.exists()
