"""The command line."""

import click

from taximeter import __version__
from taximeter.cli.on_demand import Later, OnDemand


@click.group(cls=OnDemand, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="taximeter")
def main() -> None:
    """Usage metering and usage-based billing that you run yourself."""


for command in (
    Later("serve", "Serve the API until Ctrl-C or SIGTERM.", module="taximeter.cli.serve"),
    Later("demo", "Serve a month of example usage until Ctrl-C.", module="taximeter.cli.demo"),
    Later(
        "usage",
        "Show what customers have used, exactly, and draw it.",
        module="taximeter.cli.usage.command",
    ),
    Later(
        "simulate",
        "Price past usage under two sets of prices, and show who would have paid what.",
        module="taximeter.cli.simulate.command",
    ),
    Later(
        "explain",
        "Explain an INVOICE, or one LINE of it, down to the events that it bills.",
        module="taximeter.cli.explain.command",
    ),
    Later(
        "import",
        "Record usage from files, straight into a stopped server's directory.",
        module="taximeter.cli.imports.command",
        attribute="import_",
    ),
    Later(
        "keys",
        "Make, list and revoke the keys that open the API.",
        module="taximeter.cli.keys",
    ),
    Later(
        "users",
        "Make, list and remove the accounts that open the dashboard.",
        module="taximeter.cli.users",
    ),
    Later(
        "doctor",
        "Check that a stopped server's directory holds what it promises.",
        module="taximeter.cli.doctor",
    ),
):
    main.add_command(command)
