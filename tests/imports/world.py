"""A data directory to import into: one meter of each kind, two customers, and what it totals."""

import json
import shutil
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from taximeter.app.stores import open_stores
from taximeter.cli import main
from taximeter.customers import Customer, CustomerDetails
from taximeter.environments import TEST, find_environment
from taximeter.meters import FormulaName
from taximeter.settings import Settings
from tests.oracle.worked import a_meter

ADA, BOB = "cus_ada", "cus_bob"
METERS: dict[str, FormulaName] = {"tokens": "sum", "peak": "max", "calls": "count"}
NOW = int(time.time())


def make(data: Path) -> Path:
    """A directory that a server has left behind."""
    with open_stores(data, Settings()) as stores, stores.records.writing() as unit:
        environment = find_environment(store=unit.environments, name=TEST)
        assert environment is not None
        for name, formula in METERS.items():
            unit.meters.add(
                a_meter(
                    id=f"mtr_test_{name}",
                    environment=environment.id,
                    event_name=name,
                    formula=formula,
                )
            )
        for id in (ADA, BOB):
            unit.customers.add(
                Customer(id=id, environment=environment.id, created=NOW, details=CustomerDetails())
            )
    return data


class World:
    """A copy of such a directory, and a folder for files beside it."""

    def __init__(self, made: Path, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        shutil.copytree(made, self.data)

    def file(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def run(self, *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] = {}) -> Result:
        """`taximeter import`, in this process."""
        command = ["import", *arguments, "--data", str(self.data)]
        done = CliRunner().invoke(main, command, input=stdin, env=dict(environ))
        assert isinstance(done.exception, SystemExit | None), done.exc_info
        return done

    def counts(self, *arguments: str, stdin: bytes = b"") -> tuple[int, int, int]:
        """How many rows a file's import has recorded, found again, and rejected."""
        return counts(self.run(*arguments, stdin=stdin).stdout)

    def totals(self) -> dict[tuple[str, str], Decimal]:
        """Every customer's total of every meter that has usage."""
        found = {}
        for meter in METERS:
            asked = ["usage", "--data", str(self.data), "--json", "--days", "60", "--meter", meter]
            shown = CliRunner().invoke(main, asked)
            assert shown.exit_code == 0, shown.output
            for row in json.loads(shown.stdout)["rows"]:
                found[meter, row["customer"]] = Decimal(row["total"])
        return found


def counts(stdout: str) -> tuple[int, int, int]:
    """The figures of a report, of the last file or of all together."""
    line = [one for one in stdout.splitlines() if " recorded, " in one][-1]
    words = line.replace(",", "").split()
    recorded, duplicates, rejected = (
        int(words[words.index(word) - 1]) for word in ("recorded", "duplicate", "rejected.")
    )
    return recorded, duplicates, rejected


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row before it is spelled in a format."""

    event_name: str
    payload: dict[str, str]
    timestamp: str
    identifier: str | None = None


def a_row(**fields: object) -> Row:
    """A row that counts, but for the fields given."""
    plain: dict[str, object] = {
        "event_name": "tokens",
        "payload": {"stripe_customer_id": ADA, "value": "5"},
        "timestamp": str(NOW),
    }
    return Row(**{**plain, **fields})  # type: ignore[arg-type]  # examples name real fields
