"""A TCP proxy that loses answers: what a caller behind a bad network meets."""

import socket
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class DroppingProxy:
    """Passes requests on, and cuts the line instead of handing back the first `drops` answers.

    The server has answered when the line is cut, so the request was carried out.
    """

    def __init__(self, address: str, *, drops: int) -> None:
        parts = urlsplit(address)
        self._upstream = (parts.hostname or "", parts.port or 80)
        self._drops = drops
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._accept, name="proxy")
        self.requests: list[bytes] = []
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, socket.create_connection(self._upstream) as server:
                self._exchange(client, server)

    def _exchange(self, client: socket.socket, server: socket.socket) -> None:
        """Carry one request and one answer over a connection, then close it."""
        request = _read_message(client)
        if not request:
            return
        self.requests.append(request)
        server.sendall(request)
        answer = _read_message(server)
        if self._drops > 0:
            self._drops -= 1
            return
        head, _, body = answer.partition(b"\r\n\r\n")
        client.sendall(head + b"\r\nconnection: close\r\n\r\n" + body)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


def _read_message(line: socket.socket) -> bytes:
    """Read one HTTP message with a Content-Length, or none at all."""
    message = b""
    while b"\r\n\r\n" not in message:
        chunk = line.recv(65_536)
        if not chunk:
            return b""
        message += chunk
    head, _, body = message.partition(b"\r\n\r\n")
    length = 0
    for header in head.split(b"\r\n")[1:]:
        name, _, value = header.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        chunk = line.recv(65_536)
        if not chunk:
            return b""
        body += chunk
    return head + b"\r\n\r\n" + body
