"""The socket that the server listens on."""

import socket

from taximeter.cli.server import bind


def test_answers_are_not_held_back_to_be_joined_with_later_ones() -> None:
    with bind("127.0.0.1", 0) as listener:
        # Known to be TCP, a connection sends at once: asyncio sets TCP_NODELAY on no other.
        assert listener.proto == socket.IPPROTO_TCP
