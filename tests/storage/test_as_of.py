"""A total as of a moment reads rollups exactly where all that they hold was received before it."""

from decimal import Decimal

import msgspec

from taximeter.storage.duckdb.database import UsageDatabase
from taximeter.storage.duckdb.log import DuckLog
from taximeter.storage.duckdb.reader import DuckReader
from taximeter.usage.reader import UsageQuery
from tests.storage.rows import HOUR_US, METER, logged

QUERY = UsageQuery(meter=METER, start_us=0, end_us=HOUR_US, customer="cus_1")


def total(database: UsageDatabase, as_of_us: int) -> Decimal:
    asked = msgspec.structs.replace(QUERY, as_of_us=as_of_us)
    return sum((one.value for one in DuckReader(database).totals(asked)), Decimal(0))


def test_rollups_answer_for_moments_after_the_last_row_that_they_hold(
    database: UsageDatabase,
) -> None:
    log = DuckLog(database)
    log.append([logged(1), logged(2)], [])
    database.settle()
    log.append([logged(3), logged(4)], [])
    # Rows that the log does not bear out, so that an answer shows where it was read.
    database.cursor().execute("UPDATE usage.fresh_sums SET whole = whole + 100")
    assert [total(database, moment) for moment in (1, 2, 3, 4, 5)] == [0, 1, 102, 103, 104]
