"""Commands that are imported when one of them is run."""

import gc
import importlib

import click


class Later(click.Command):
    """Stands for a command that has not been imported: its name, its summary and where it is."""

    def __init__(self, name: str, summary: str, *, module: str, attribute: str = "") -> None:
        super().__init__(name)
        self.summary = summary
        self._module = module
        self._attribute = attribute or name

    def load(self) -> click.Command:
        """Import the command."""
        # What is imported stays: looking through it for garbage takes a tenth of the time.
        gc.disable()
        try:
            command = getattr(importlib.import_module(self._module), self._attribute)
        finally:
            gc.enable()
        assert isinstance(command, click.Command)
        return command


class OnDemand(click.Group):
    """A group that imports a command when it is asked for.

    A server starts without what draws bars and asks other servers, and the list of commands is
    printed without anything that they need.
    """

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, imported; None for a name that there is not."""
        found = super().get_command(ctx, cmd_name)
        return found.load() if isinstance(found, Later) else found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from their summaries."""
        later = sorted(
            (one.name or "", one.summary)
            for one in self.commands.values()
            if isinstance(one, Later)
        )
        with formatter.section("Commands"):
            formatter.write_dl(later)
