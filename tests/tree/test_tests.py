"""A test asserts something, and waits for what it needs instead of for a time."""

import ast
from pathlib import Path

import pytest

from tests.tree.files import ROOT, functions, name_of, parse, python_files

TESTS = ROOT / "tests"

# Path to the reason why it may sleep: only where nothing can be waited for, as in a poll of another
# process that has no other sign of life.
SLEEPERS: dict[str, str] = {
    "tests/endurance/load.py": "it keeps to a rate of sending, and waits for nothing",
}

SLEEPS = {"time.sleep", "sleep", "asyncio.sleep", "anyio.sleep"}
CHECKS = ("assert_", "check_", "expect_")
STATE_MACHINE = "RuleBasedStateMachine"


def asserts(node: ast.AST) -> bool:
    """Whether there is an assertion in a function or class, or a call that is named as one."""
    return any(
        isinstance(child, ast.Assert) or (isinstance(child, ast.Call) and _is_check(child))
        for child in ast.walk(node)
    )


def _is_check(call: ast.Call) -> bool:
    called = ast.unparse(call.func)
    # Playwright's expectations wait, and fail where they do not come true: expect(x).to_be(y).
    waits = called.startswith("expect(")
    return (
        waits
        or called in {"pytest.raises", "pytest.warns"}
        or called.rpartition(".")[2].startswith(CHECKS)
    )


def sleeps(tree: ast.Module) -> list[int]:
    """The lines on which a module sleeps; a sleep of 0 only lets others run."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in SLEEPS
        and [ast.unparse(argument) for argument in node.args] != ["0"]
    ]


def _state_machines(tree: ast.Module) -> list[ast.ClassDef]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(parent).endswith(STATE_MACHINE) for parent in node.bases)
    ]


def _test_files() -> list[Path]:
    return [path for path in python_files(TESTS) if path.name.startswith("test_")]


def test_every_test_asserts() -> None:
    silent = [
        f"{name_of(path)}::{function.name}"
        for path in _test_files()
        for function in functions(parse(path))
        if function.name.startswith("test_") and not asserts(function)
    ]
    assert silent == []


def test_every_test_file_has_a_test() -> None:
    empty = []
    for path in _test_files():
        tree = parse(path)
        tests = [function for function in functions(tree) if function.name.startswith("test_")]
        if not any(map(asserts, [*tests, *_state_machines(tree)])):
            empty.append(name_of(path))
    assert empty == []


def test_no_test_sleeps_without_a_reason() -> None:
    found = {name_of(path) for path in python_files(TESTS) if sleeps(parse(path))}
    assert found == set(SLEEPERS), "each sleeper needs a reason, each reason a sleeper"


@pytest.mark.parametrize(
    "silent", ["def test_a():\n    total()\n", "def test_b():\n    with open('x'): pass\n"]
)
def test_a_planted_test_without_assertion_is_found(silent: str) -> None:
    assert not asserts(ast.parse(silent))


@pytest.mark.parametrize("call", ["time.sleep(1)", "asyncio.sleep(0.1)"])
def test_a_planted_sleep_is_found(call: str) -> None:
    assert sleeps(ast.parse(f"def test_a():\n    {call}\n")) == [2]
