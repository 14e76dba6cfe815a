"""What a check found: how much it looked at, and where the log is not as promised."""

import msgspec

EXAMPLES_MAX = 5


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of one check; `examples` are the first few of its `differences`."""

    check: str
    promise: str
    checked: int
    differences: int
    examples: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Say whether nothing differs."""
        return self.differences == 0


class Inquiry:
    """A check on its way: counts what it looks at, keeps the first few differences."""

    def __init__(self, check: str, promise: str) -> None:
        """Name the check, and what it holds the log to."""
        self._check = check
        self._promise = promise
        self.checked = 0
        self._differences = 0
        self._examples: list[str] = []

    def differs(self, example: str) -> None:
        """Note a difference."""
        self._differences += 1
        if len(self._examples) < EXAMPLES_MAX:
            self._examples.append(example)

    def finding(self) -> Finding:
        """Return the outcome so far."""
        return Finding(
            check=self._check,
            promise=self._promise,
            checked=self.checked,
            differences=self._differences,
            examples=tuple(self._examples),
        )
