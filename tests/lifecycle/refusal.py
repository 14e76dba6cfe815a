"""Runs `taximeter serve` where it must refuse to start."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

REFUSAL_SECONDS_MAX = 60


def refusal(
    data: Path,
    *options: str,
    environ: Mapping[str, str] | None = None,
    through: Sequence[str] = (),
) -> str:
    """The sentence that was said before exit code 1; anything beside it fails here.

    `through` is a command that starts the server's.
    """
    port = () if "--port" in options else ("--port", "0")
    command = [sys.executable, "-m", "taximeter", "serve", "--data", str(data), *port, *options]
    run = subprocess.run(
        [*through, *command],
        env={**os.environ, **(environ or {})},
        capture_output=True,
        check=False,
        text=True,
        timeout=REFUSAL_SECONDS_MAX,
    )
    assert (run.returncode, run.stdout) == (1, ""), run.stderr
    assert re.fullmatch(r"Error: [^\n]+\.\n", run.stderr), run.stderr
    return run.stderr.removeprefix("Error: ").rstrip("\n")
