"""Where the rows of the log are read from: SQL in place of the names of its tables."""

from collections.abc import Sequence

import msgspec


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a statement for each table of the log."""

    events: str = "events"
    cancellations: str = "cancellations"
    rejections: str = "rejections"
    duplicates: str = "duplicates"

    def into(self, statement: str, **words: str) -> str:
        """Put the sources, and other words, into a statement where it names them in braces."""
        return statement.format(**msgspec.structs.asdict(self), **words)


ONE_FILE = Sources()


def with_tails(catalog: str, tails: Sequence[tuple[int, str]]) -> Sources:
    """Read the main file and the tails that are not in it yet.

    Whether a tail is in the main file is asked of the main file within the same statement: while a
    tail is moved its rows are seen in one place or the other, never in both and never in none.
    """

    def united(table: str) -> str:
        parts = [f"SELECT * FROM {catalog}.{table}"]
        parts += [
            f"SELECT * FROM {name}.{table} WHERE (SELECT tail FROM {catalog}.moved) < {number}"
            for number, name in tails
        ]
        return f"({' UNION ALL '.join(parts)})"

    return Sources(**{name: united(name) for name in Sources.__struct_fields__})
