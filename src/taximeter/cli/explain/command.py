"""`taximeter explain`."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import click
import msgspec

from taximeter.cli.explain.table import print_explanation, print_invoice
from taximeter.cli.options import server_options
from taximeter.cli.terminal import output
from taximeter.cli.usage.api import ServerApi, needed_key
from taximeter.cli.usage.source import UsageFailed

_PAGE = 100


@click.command()
@click.argument("invoice")
@click.argument("line", required=False)
@server_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON; quantities are exact.")
def explain(invoice: str, line: str | None, url: str, api_key: str | None, as_json: bool) -> None:
    """Explain an INVOICE, or one LINE of it, down to the events that it bills.

    The quantity of each line is read from the log once more, as of the moment at which it was
    billed, and priced once more; the answer says whether both come out as they were billed.
    """
    try:
        with closing(ServerApi(url, needed_key(api_key))) as api:
            found = api.get(f"/v1/invoices/{invoice}", {})
            explained = [
                (one, _explanation(api, invoice, one))
                for one in _lines(api, invoice)
                if line in {None, one["id"]}
            ]
    except UsageFailed as failure:
        raise click.ClickException(str(failure)) from None
    if line is not None and not explained:
        raise click.ClickException(
            f"Invoice {invoice} has no line {line}. Leave the line out to see all of them."
        )
    if as_json:
        plain = [made or one for one, made in explained]
        click.echo(msgspec.json.format(msgspec.json.encode(plain)).decode())
        return
    console = output()
    print_invoice(found, console)
    for one, made in explained:
        print_explanation(one, made, console)


def _lines(api: ServerApi, invoice: str) -> Iterator[dict[str, Any]]:
    """Return every line of an invoice, page by page."""
    asked = {"limit": str(_PAGE)}
    while True:
        page = api.get(f"/v1/invoices/{invoice}/lines", asked)
        yield from page["data"]
        if not page["has_more"]:
            return
        asked["starting_after"] = page["data"][-1]["id"]


def _explanation(api: ServerApi, invoice: str, line: dict[str, Any]) -> dict[str, Any] | None:
    """Return how a line came about, or None for one that bills no usage."""
    if line["usage"] is None:
        return None
    return api.get(f"/v1/invoices/{invoice}/lines/{line['id']}/explain", {})
