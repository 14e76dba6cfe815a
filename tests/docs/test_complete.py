"""What can be set, typed or requested is documented."""

import re
from collections.abc import Iterator

import click

from taximeter.api.routes import ENDPOINTS, HOT_PATHS
from taximeter.cli import main
from taximeter.settings import PREFIX, Settings
from tests.docs.markdown import page
from tests.tree.files import ROOT, repository_files


def commands(group: click.Group, prefix: str = "taximeter") -> Iterator[str]:
    """Every command, with the groups it stands in."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield f"{prefix} {name}"
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")


def test_every_setting_is_documented_with_its_default_and_no_other_is() -> None:
    rows = re.findall(r"^\| `(TAXIMETER_\w+)` \| (`?\w+`?) \|", page("docs/settings.md"), re.M)
    defaults = {
        PREFIX + name.upper(): "unset" if value is None else f"`{value}`"
        for name, value in zip(
            Settings.__struct_fields__, Settings.__struct_defaults__, strict=True
        )
    }
    assert dict(rows[: len(defaults)]) == defaults


def test_every_command_is_in_the_guide() -> None:
    guide = page("docs/guide.md")
    assert [command for command in commands(main) if command not in guide] == []


def test_every_command_says_what_it_and_each_option_does() -> None:
    silent = []
    for path in commands(main):
        context = click.Context(main)
        command: click.Command = main
        for name in path.split()[1:]:
            assert isinstance(command, click.Group)
            found = command.get_command(context, name)
            assert found is not None
            command = found
        options = [one for one in command.params if isinstance(one, click.Option)]
        silent += [f"{path} {one.name}" for one in options if not one.help]
        silent += [] if command.help else [path]
    assert silent == []


def test_every_endpoint_is_documented_and_no_other_is() -> None:
    served = {f"{one.method} {one.path.replace(':path', '')}" for one in ENDPOINTS}
    served |= {f"{method} {path}" for path, methods in HOT_PATHS.items() for method in methods}
    rows = re.findall(r"^\| `([A-Z]+ /\S*)` \|", page("docs/compatibility.md"), re.MULTILINE)
    assert set(rows) == served | {"GET /healthz", "GET /"}


def test_every_parameter_of_reading_usage_is_documented() -> None:
    documented = page("docs/compatibility.md") + page("docs/guide.md")
    parameters = {
        name
        for one in ENDPOINTS
        if one.method == "GET" and ("event" in one.path or "usage" in one.path)
        for name in one.params.__struct_fields__
    }
    assert {"as_of", "canceled", "dimension_filters", "starting_after"} <= parameters
    assert sorted(name for name in parameters if f"`{name}" not in documented) == []


def test_every_link_to_a_file_or_heading_leads_somewhere() -> None:
    broken = []
    for document in (path for path in repository_files() if path.suffix == ".md"):
        text = document.read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:|mailto:)([^)]+)\)", text):
            name, _, heading = target.partition("#")
            led_to = document.parent / name if name else document
            headings = (
                re.findall(r"^#+ (.+)$", led_to.read_text("utf-8"), re.M)
                if led_to.suffix == ".md" and led_to.is_file()
                else []
            )
            anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
            if not led_to.exists() or (heading and heading not in anchors):
                broken.append(f"{document.relative_to(ROOT)}: {target}")
    assert broken == []
