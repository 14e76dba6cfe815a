"""The list of commands, of which each is imported when it is run."""

import subprocess
import sys

import click
from click.testing import CliRunner

from taximeter.cli import main
from taximeter.cli.on_demand import Later

CONTEXT = click.Context(main)


def test_the_list_says_of_each_command_what_its_own_help_says_first() -> None:
    said = {name: one.summary for name, one in main.commands.items() if isinstance(one, Later)}
    assert said == {
        name: found.get_short_help_str(limit=1_000)
        for name in main.list_commands(CONTEXT)
        if (found := main.get_command(CONTEXT, name)) is not None
    }


def test_a_command_has_the_name_that_it_is_listed_under() -> None:
    for name in main.list_commands(CONTEXT):
        command = main.get_command(CONTEXT, name)
        assert command is not None
        assert command.name == name


def test_the_list_shows_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"], terminal_width=100).output
    assert [one for one in main.list_commands(CONTEXT) if f"\n  {one} " not in shown] == []


def test_a_misspelt_command_is_told_which_was_meant() -> None:
    refused = CliRunner().invoke(main, ["serv"])
    assert refused.exit_code == 2
    assert "serve" in refused.output


def imported_by(program: str) -> set[str]:
    """Every module that a program imports."""
    program = f"{program}\nimport sys; print(*sys.modules, file=sys.stderr)"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ended.stderr.split())


def test_the_list_is_printed_without_importing_what_commands_need() -> None:
    imported = imported_by("from taximeter.cli import main; main(['-h'], standalone_mode=False)")
    assert {"duckdb", "numpy", "sqlalchemy", "httpx2"} & imported == set()


def test_a_server_is_imported_without_what_only_other_commands_need() -> None:
    imported = imported_by("import taximeter.cli.serve")
    assert {"httpx2", "rich.progress"} & imported == set()
