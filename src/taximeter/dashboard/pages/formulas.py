"""The words for what a meter does."""

from taximeter.kit.periods import Window
from taximeter.meters import FormulaName

FORMULAS: dict[FormulaName, tuple[str, str]] = {
    "sum": ("Sum", "Adds the values of all events."),
    "count": ("Count", "Counts the events; values are ignored."),
    "last": ("Last", "Takes the value of the latest event."),
    "max": ("Maximum", "Takes the greatest value."),
    "min": ("Minimum", "Takes the least value."),
    "avg": ("Average", "Divides the sum of the values by how many there are."),
    "unique_count": ("Unique count", "Counts the different texts under the value key."),
}

INGESTION: dict[Window | None, tuple[str, str]] = {
    None: ("Raw", "Every event counts."),
    "hour": ("Hourly", "Of each UTC hour only the event received last counts."),
    "day": ("Daily", "Of each UTC day only the event received last counts."),
}
