"""A file is named for what it holds, and so is never a drawer for what fits nowhere."""

from tests.tree.files import ROOT, python_files

BANNED = {"base", "common", "core", "helper", "helpers", "manager", "misc", "util", "utils"}


def test_no_module_or_package_has_a_name_that_says_nothing() -> None:
    modules = [
        path.relative_to(ROOT).with_suffix("")
        for folder in ("src", "tests", "benchmarks")
        if (ROOT / folder).is_dir()
        for path in python_files(ROOT / folder)
    ]
    assert [str(module) for module in modules if not BANNED.isdisjoint(module.parts)] == []
