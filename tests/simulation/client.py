"""The real application in this process: requests go in as ASGI, answers come out whole."""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import httpx2
import msgspec

from taximeter.api.edge import Asgi
from taximeter.api.http import API_VERSION
from taximeter.kit.forms import Tree, encode


class Answer(msgspec.Struct, frozen=True):
    """What came back; JSON numbers are read with all their digits."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> str | None:
        """The error's code, or None."""
        code: str | None = self.body.get("error", {}).get("code")
        return code

    @property
    def replayed(self) -> bool:
        """Whether the answer was given before."""
        return self.headers.get("idempotent-replayed") == "true"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request to be made; `content` is JSON, sent in place of parameters."""

    method: str
    path: str
    key: str
    params: Tree = {}
    idempotency_key: str | None = None
    content: bytes | None = None


class Client:
    """Calls the application over ASGI, one request at a time or several at once."""

    def __init__(self, app: Asgi) -> None:
        self._transport = httpx2.ASGITransport(app=app)
        self._runner = asyncio.Runner()

    def call(self, call: Call) -> Answer:
        """Make one request."""
        return self._runner.run(self._send(call))

    def together(self, calls: Sequence[Call]) -> list[Answer]:
        """Make several requests at the same time; the answers come in the order of the calls."""

        async def run() -> list[Answer]:
            return list(await asyncio.gather(*map(self._send, calls)))

        return self._runner.run(run())

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    async def _send(self, call: Call) -> Answer:
        spelled = encode(call.params)
        headers = {"authorization": f"Bearer {call.key}"}
        if call.idempotency_key is not None:
            headers["idempotency-key"] = call.idempotency_key
        url, content = f"http://taximeter{call.path}", None
        if call.path.startswith("/v2/"):
            headers["stripe-version"] = API_VERSION
        if call.content is not None:
            content = call.content
            headers |= {"content-type": "application/json", "stripe-version": API_VERSION}
        elif call.method == "POST":
            content = spelled.encode()
            headers["content-type"] = "application/x-www-form-urlencoded"
        elif spelled:
            url += f"?{spelled}"
        async with httpx2.AsyncClient(transport=self._transport) as client:
            response = await client.request(call.method, url, content=content, headers=headers)
        return Answer(
            status=response.status_code,
            body=_DECODER.decode(response.content),
            headers=dict(response.headers),
        )


_DECODER = msgspec.json.Decoder(float_hook=Decimal)
