"""What a row without an identifier is known by: its number, in a file that begins so."""

from decimal import Decimal

from tests.imports.world import ADA, NOW, World

HEADER = "timestamp,event_name,payload_stripe_customer_id,payload_value\n"
ROW = f"{NOW},tokens,{ADA},1\n"


def test_equal_rows_of_a_file_all_count(world: World) -> None:
    assert world.counts(world.file("a.csv", HEADER + ROW * 3)) == (3, 0, 0)


def test_files_of_different_content_are_different_even_where_their_rows_are_equal(
    world: World,
) -> None:
    files = [world.file("a.csv", HEADER + ROW), world.file("b.csv", HEADER + ROW * 2)]
    assert world.counts(*files) == (3, 0, 0)


def test_a_changed_file_without_identifiers_is_refused_unless_all_is_to_count(
    world: World,
) -> None:
    file = world.file("a.csv", HEADER + ROW)
    world.run(file)
    world.file("a.csv", HEADER + ROW * 2)
    done = world.run(file)
    assert (done.exit_code, "would count twice" in done.stdout) == (1, True)
    assert world.totals() == {("tokens", ADA): Decimal(1)}
    assert world.counts(file, "--as-new") == (2, 0, 0)
    assert world.counts(file) == (0, 2, 0)


def test_a_changed_file_with_identifiers_counts_what_is_new(world: World) -> None:
    header, row = "identifier," + HEADER, f"{{}},{ROW}"
    file = world.file("a.csv", header + row.format("a"))
    world.run(file)
    world.file("a.csv", header + row.format("b") + row.format("a"))
    assert world.counts(file) == (1, 1, 0)


def test_rows_are_appended_to_a_large_file_and_only_they_count(world: World) -> None:
    rows = ROW * 40_000
    file = world.file("a.csv", HEADER + rows)
    assert world.counts(file) == (40_000, 0, 0)
    world.file("a.csv", HEADER + rows + ROW * 5)
    assert world.counts(file) == (5, 40_000, 0)


def test_environments_know_nothing_of_each_others_rows(world: World) -> None:
    file = world.file("a.csv", HEADER + ROW)
    assert world.counts(file) == (1, 0, 0)
    other = world.counts(file, "--live", "--rejected", str(world.folder / "live.csv"))
    assert other == (0, 0, 1), "live has no meter"
