"""The application under Granian: `python -m benchmarks.http_app SERVER DATA`.

SERVER is `granian-st` or `granian-mt`; Granian's worker imports `app` from this module.
"""

import os
import socket
import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from taximeter.app.server import open_app
from taximeter.settings import Settings

_DATA = "TAXIMETER_BENCHMARK_DATA"
_open = ExitStack()


def __getattr__(name: str) -> Any:
    """Open the application when a server asks for it, and leave it open for the process's life."""
    if name != "app":
        raise AttributeError(name)
    data = Path(os.environ[_DATA])
    app = _open.enter_context(open_app(data, settings=Settings(), dev=True)).asgi
    globals()["app"] = app
    return app


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    # By name: the checks have to pass where Granian is not installed.
    granian, constants = import_module("granian.server"), import_module("granian.constants")
    server, data = sys.argv[1:]
    os.environ[_DATA] = data
    port = _free_port()
    print(f"http://127.0.0.1:{port}", flush=True)
    granian.Server(
        "benchmarks.http_app:app",
        address="127.0.0.1",
        port=port,
        interface=constants.Interfaces.ASGINL,
        workers=1,
        runtime_mode=constants.RuntimeModes(server.removeprefix("granian-")),
        loop=constants.Loops.uvloop,
        http=constants.HTTPModes.http1,
        backlog=2_048,
        log_enabled=False,
        workers_kill_timeout=10,
    ).serve()


if __name__ == "__main__":
    main()
