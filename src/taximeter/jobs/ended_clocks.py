"""Test clocks that nobody deleted in time go by themselves."""

from collections.abc import Callable, Sequence

from taximeter.due import Due
from taximeter.jobs.queue import Records


class EndedClocks:
    """Does due work of the kind `test_clock`."""

    def __init__(self, *, records: Records, customers_gone: Callable[[], None]) -> None:
        """Delete from the records; `customers_gone` is called once customers have gone."""
        self._records = records
        self._customers_gone = customers_gone

    def run(self, works: Sequence[Due]) -> None:
        """Delete the clocks with all that lives on them."""
        with self._records.writing() as unit:
            for work in works:
                unit.test_clocks.delete(work.environment, work.subject)
            unit.due.drop(works)
        self._customers_gone()
