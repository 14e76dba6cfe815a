"""Every module, and everything public in it, says what it is."""

import ast
from collections.abc import Iterator

from tests.tree.files import SOURCE, name_of, parse, python_files

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def undocumented(tree: ast.Module) -> list[str]:
    """The dotted names of public definitions without a docstring; the module itself is ''."""
    missing = [] if ast.get_docstring(tree) else [""]
    return missing + [name for name, node in _public(tree, "") if not ast.get_docstring(node)]


def _public(parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in parent.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        if _repeats_another(node):
            continue
        yield prefix + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node, f"{prefix}{node.name}.")


def _repeats_another(node: Definition) -> bool:
    # An overload's text stands with its implementation, a setter's with its getter, and a method
    # that is marked as overriding one has the text of the method that it overrides.
    marks = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return not marks.isdisjoint({"overload", "override", "setter"})


def test_everything_public_in_the_package_has_a_docstring() -> None:
    found = {name_of(path): undocumented(parse(path)) for path in python_files(SOURCE)}
    assert {path: names for path, names in found.items() if names} == {}


def test_a_missing_docstring_is_found_at_every_level() -> None:
    planted = ast.parse(
        "class Meter:\n    def total(self): ...\n    def _private(self): ...\ndef sum_of(): ...\n"
    )
    assert undocumented(planted) == ["", "Meter", "Meter.total", "sum_of"]


def test_a_docstring_at_every_level_satisfies() -> None:
    planted = ast.parse(
        '"""A."""\nclass Meter:\n    """B."""\n    def total(self):\n        """C."""\n'
    )
    assert undocumented(planted) == []
