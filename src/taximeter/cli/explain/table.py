"""An explanation as text: the quantity day by day, and the amount step by step."""

from typing import Any

from rich.console import Console
from rich.text import Text

from taximeter.cli.terminal import date, plain_table
from taximeter.kit import money


def print_invoice(invoice: dict[str, Any], console: Console) -> None:
    """Print what the invoice is, and what it comes to."""
    amount = money.spelled(invoice["total"], invoice["currency"])
    heading = (
        f"Invoice {invoice['number'] or invoice['id']}, {invoice['status']}, "
        f"{date(invoice['period_start'])} to {date(invoice['period_end'])} UTC: "
        f"{amount} {invoice['currency']}"
    )
    console.print(Text(heading, style="bold"), soft_wrap=True)


def print_explanation(
    line: dict[str, Any], explanation: dict[str, Any] | None, console: Console
) -> None:
    """Print a line, and, where it bills usage, where that came from and how it was priced."""
    amount = money.spelled(line["amount"], line["currency"])
    heading = f"\n{line['id']}  {line['description']}: {amount} {line['currency']}"
    console.print(Text(heading, style="bold"), soft_wrap=True)
    if explanation is None:
        console.print(
            f"{line['quantity_decimal']} units, set in advance: no usage is counted.",
            soft_wrap=True,
        )
        return
    _print_quantity(explanation, console)
    _print_amount(explanation, console)
    for address in explanation["events"]:
        console.print(Text(f"Events: {address}"), soft_wrap=True)
    verdict = (
        Text("The log bears out quantity and amount, to the last digit.", style="green")
        if explanation["recomputed"]
        else Text(
            "The log does NOT bear out this line. Run 'taximeter doctor' on a copy of the data "
            "directory.",
            style="bold red",
        )
    )
    console.print(verdict, soft_wrap=True)


def _print_quantity(explanation: dict[str, Any], console: Console) -> None:
    meter, quantity = explanation["meter"], explanation["quantity"]
    filters = " and ".join(
        f"{key} is {' or '.join(values)}" for key, values in quantity["dimension_filters"].items()
    )
    what = f"{meter['formula']} of {meter['event_name']} ({meter['id']})"
    if filters:
        what += f", where {filters}"
    console.print(
        Text(
            f"Quantity: {what}, from {quantity['start']} to {quantity['end']}, as of "
            f"{quantity['as_of']}: {quantity['billed']} billed, {quantity['recomputed']} "
            "recomputed"
        ),
        soft_wrap=True,
    )
    if quantity["billed_before"] != "0":
        console.print(
            Text(f"Billed before of this period: {quantity['billed_before']}"), soft_wrap=True
        )
    table = plain_table()
    table.add_column("Day")
    table.add_column("Value", justify="right", no_wrap=True)
    for day in quantity["days"]:
        table.add_row(date(day["start"]), day["value"])
    if quantity["days"]:
        console.print(table)


def _print_amount(explanation: dict[str, Any], console: Console) -> None:
    amount, price = explanation["amount"], explanation["price"]
    scheme = price["tiers_mode"] or price["billing_scheme"]
    console.print(Text(f"Price: {price['id']}, {scheme}, in minor units"), soft_wrap=True)
    table = plain_table()
    table.add_column("Step")
    table.add_column("Tier")
    for name in ("Quantity", "Unit amount", "Exact", "Amount"):
        table.add_column(name, justify="right", no_wrap=True)
    steps = [("all usage", one) for one in amount["all"]]
    steps += [("billed before", one) for one in amount["before"]]
    if amount["line"] is not None:
        steps.append(("this line", amount["line"]))
    for name, step in steps:
        tier = "" if step["tier"] is None else f"{step['tier']} (to {step['up_to'] or '∞'})"
        kind = " flat" if step["kind"] == "flat" else ""
        table.add_row(
            name,
            tier + kind,
            step["quantity"],
            step["unit_amount"],
            step["exact"],
            str(step["amount"]),
        )
    console.print(table)
