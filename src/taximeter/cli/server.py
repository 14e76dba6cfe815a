"""Running the server: sockets, signals, a clean end."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path

import click
import uvicorn

from taximeter.app.server import App, open_app
from taximeter.cli.connection import Watch, watched_by
from taximeter.cli.files import make_room_for
from taximeter.settings import Settings

Started = Callable[[App, str], Awaitable[None]]
BACKLOG = 2_048


class _Server(uvicorn.Server):
    """A server that leaves signals to `run_server`, which exits 0 after a clean end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture nothing."""
        yield


def bind(host: str, port: int) -> socket.socket:
    """Take the port. Raises click.ClickException when it is taken.

    It listens at once: a port that is merely bound can still be lost to another process.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = error.strerror if isinstance(error, OSError) else "ports go from 0 to 65535"
        raise click.ClickException(
            f"Cannot listen on {host}:{port} ({reason}). Choose another with --port or "
            "--host, or stop the process that holds it."
        ) from None
    return listener


_TURN_SECONDS = 0.001
"""How long one thread keeps the interpreter from another; Python's own 5 ms make each step of a
commit wait that long for the event loop at full load (a tenth of the throughput)."""


def run_server(
    *, data: Path, host: str, port: int, settings: Settings, dev: bool, started: Started
) -> None:
    """Serve until SIGINT or SIGTERM, then drain, checkpoint and return.

    `started` is awaited with the server's address once requests are served. Raises
    StoreUnusable and SettingError.
    """
    sys.setswitchinterval(_TURN_SECONDS)
    with (
        bind(host, port) as listener,
        open_app(data, settings=settings, dev=dev) as app,
        asyncio.Runner(loop_factory=_new_loop) as runner,
    ):
        runner.run(_serve(app, listener, settings, started))


def _new_loop() -> asyncio.AbstractEventLoop:
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _serve(app: App, listener: socket.socket, settings: Settings, started: Started) -> None:
    watch = Watch(settings, connections_max=make_room_for(settings.connections_max))
    config = uvicorn.Config(
        app.asgi,
        http=watched_by(watch),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        date_header=True,
        backlog=BACKLOG,
        timeout_keep_alive=settings.idle_seconds_max,
        timeout_graceful_shutdown=settings.shutdown_seconds_max,
    )
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.005)
    if server.started:
        await started(app, _address(listener))
    watching = asyncio.create_task(watch.run(server.server_state.connections))
    try:
        await serving
    finally:
        watching.cancel()
