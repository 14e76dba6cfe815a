"""One connection to a server, as plain as can be: a request is written, its answer is read."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

import msgspec

from taximeter.api.http import API_VERSION
from tests.serving import TEST_KEY


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: str) -> Self:
        host, port = urlsplit(address).netloc.split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def get(self, path: str) -> Answer:
        return await self._exchange(f"GET {path}", b"", {})

    async def post(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form).encode()
        return await self._exchange(f"POST {path}", body, {**kind, **(headers or {})})

    async def post_json(self, path: str, body: bytes, *, key: str = TEST_KEY) -> Answer:
        kind = {"Content-Type": "application/json", "Stripe-Version": API_VERSION}
        return await self._exchange(f"POST {path}", body, kind, key)

    async def _exchange(
        self, line: str, body: bytes, headers: Mapping[str, str], key: str = TEST_KEY
    ) -> Answer:
        head = [f"{line} HTTP/1.1", "Host: test", f"Authorization: Bearer {key}"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        head += [f"Content-Length: {len(body)}", "", ""]
        self._writer.write("\r\n".join(head).encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = dict(one.lower().split(": ", 1) for one in answer[1:] if one)
        content = await self._reader.readexactly(int(pairs["content-length"]))
        return Answer(int(answer[0].split()[1]), pairs, msgspec.json.decode(content))

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
