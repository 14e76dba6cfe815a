"""Where the rows of the log are read from: SQL in place of the names of its tables."""

from collections.abc import Sequence

import msgspec


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in a statement for each table of the log, and for its parts.

    What lies below the watermark is `moved`, and rolled up in `picks` and in sums: those that are
    laid down are in `sums` by hour and the same again in `day_sums` by day, the others in
    `fresh_sums` by hour. What lies above the watermark is only in tails.
    """

    events: str
    cancellations: str
    rejections: str
    duplicates: str
    moved_events: str
    moved_cancellations: str
    tail_events: str
    tail_cancellations: str
    sums: str
    day_sums: str
    fresh_sums: str
    picks: str
    moved_seq: str

    def before(self, moment_us: int) -> "Sources":
        """Leave out what was received at a moment or later, all of which must lie in tails."""
        return self._earlier(f"received_at < make_timestamp({moment_us})")

    def until(self, seq: int) -> "Sources":
        """Leave out what tails hold after a row."""
        return self._earlier(f"seq <= {seq}")

    def _earlier(self, condition: str) -> "Sources":
        def earlier(table: str) -> str:
            return f"(SELECT * FROM {table} WHERE {condition})"

        events, cancellations = earlier(self.tail_events), earlier(self.tail_cancellations)
        return msgspec.structs.replace(
            self,
            events=f"(SELECT * FROM {self.moved_events} UNION ALL {events})",
            cancellations=f"(SELECT * FROM {self.moved_cancellations} UNION ALL {cancellations})",
            tail_events=events,
            tail_cancellations=cancellations,
        )

    def into(self, statement: str, **words: str) -> str:
        """Put the sources, and other words, into a statement where it names them in braces."""
        return statement.format(**msgspec.structs.asdict(self), **words)


def with_tails(catalog: str, tails: Sequence[tuple[int, str]]) -> Sources:
    """Read the main file and the tails that are not in it yet.

    What of a tail is in the main file is asked of the main file within the same statement: while
    rows are moved they are seen in one place or the other, never in both and never in none.
    """
    moved = f"(SELECT seq FROM {catalog}.moved)"
    last_tail = f"(SELECT tail FROM {catalog}.moved)"

    def in_main(table: str) -> str:
        return f"{catalog}.{table}"

    def in_tails(table: str) -> str:
        parts = [f"SELECT * FROM {name}.{table} WHERE seq > {moved}" for _, name in tails]
        return " UNION ALL ".join(parts) or f"SELECT * FROM {catalog}.{table} WHERE false"

    def beside(table: str) -> str:
        parts = [
            f"SELECT * FROM {name}.{table} WHERE {last_tail} < {number}" for number, name in tails
        ]
        return f"({' UNION ALL '.join([f'SELECT * FROM {catalog}.{table}', *parts])})"

    def whole(table: str) -> str:
        return f"(SELECT * FROM {catalog}.{table} UNION ALL {in_tails(table)})"

    return Sources(
        events=whole("events"),
        cancellations=whole("cancellations"),
        rejections=beside("rejections"),
        duplicates=beside("duplicates"),
        moved_events=in_main("events"),
        moved_cancellations=in_main("cancellations"),
        tail_events=f"({in_tails('events')})",
        tail_cancellations=f"({in_tails('cancellations')})",
        sums=in_main("sums"),
        day_sums=in_main("day_sums"),
        fresh_sums=in_main("fresh_sums"),
        moved_seq=moved,
        picks=f"(FROM {in_main('picks')} UNION ALL FROM {in_main('fresh_picks')})",
    )
