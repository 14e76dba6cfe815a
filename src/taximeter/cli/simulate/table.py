"""A simulation as a table: who would have paid what, and by how much that differs."""

from rich.console import Console
from rich.text import Text

from taximeter.cli.simulate.source import Outcome, Wish
from taximeter.cli.terminal import date, plain_table
from taximeter.kit import money


def print_outcome(outcome: Outcome, wish: Wish, console: Console) -> None:
    """Print a heading, the customers for whom most changes, the totals, and who gains and loses."""
    period = f"{date(wish.start)} to {date(wish.end - 1)} UTC"
    heading = f"Usage of {period} under other prices, in {outcome.currency}"
    console.print(Text(heading, style="bold"), soft_wrap=True)
    if not outcome.customers:
        console.print("No usage in this time.")
        return
    table = plain_table()
    for name in ("Customer", "ID"):
        table.add_column(name, overflow="fold")
    for name in ("Before", "After", "Difference", "Change"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in outcome.customers:
        table.add_row(
            outcome.names.get(one.customer, ""),
            one.customer,
            *_amounts(outcome.currency, one.before, one.after),
        )
    totals = _amounts(outcome.currency, outcome.before, outcome.after)
    label = f"All {outcome.count:,}" if outcome.count > 1 else "Total"
    table.add_row(*(Text(str(cell), style="bold") for cell in (label, "", *totals)))
    console.print(table)
    same = outcome.count - outcome.winners - outcome.losers
    console.print(
        f"{outcome.winners:,} would have paid less, {outcome.losers:,} more, {same:,} the same."
    )


def _amounts(currency: str, before: int, after: int) -> tuple[str | Text, ...]:
    difference = after - before
    signed = f"{'+' if difference > 0 else ''}{money.spelled(difference, currency)}"
    share = f"{difference / before:+.1%}" if before else ""
    style = "red" if difference > 0 else "green" if difference < 0 else ""
    return (
        money.spelled(before, currency),
        money.spelled(after, currency),
        Text(signed, style=style),
        share,
    )
