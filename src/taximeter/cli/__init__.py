"""The command line."""

import click

from taximeter import __version__
from taximeter.cli.demo import demo
from taximeter.cli.doctor import doctor
from taximeter.cli.explain.command import explain
from taximeter.cli.imports.command import import_
from taximeter.cli.keys import keys
from taximeter.cli.serve import serve
from taximeter.cli.simulate.command import simulate
from taximeter.cli.usage.command import usage
from taximeter.cli.users import users


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="taximeter")
def main() -> None:
    """Usage metering and usage-based billing that you run yourself."""


for command in (serve, demo, usage, simulate, explain, import_, keys, users, doctor):
    main.add_command(command)
