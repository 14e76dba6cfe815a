"""A module holds one idea. Past 300 lines it must say why it holds more; 500 is the end."""

from tests.tree.files import SOURCE, name_of, python_files

LINES_MAX = 500
LINES_WITHOUT_REASON_MAX = 300

# Path to the reason why its second idea has no room of its own.
REASONS: dict[str, str] = {}


def _lines() -> dict[str, int]:
    return {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(SOURCE)
    }


def test_no_module_is_longer_than_the_limit() -> None:
    assert {name: lines for name, lines in _lines().items() if lines > LINES_MAX} == {}


def test_a_long_module_says_why() -> None:
    long = {name for name, lines in _lines().items() if lines > LINES_WITHOUT_REASON_MAX}
    assert long == set(REASONS), "each long module needs a reason, each reason a long module"
