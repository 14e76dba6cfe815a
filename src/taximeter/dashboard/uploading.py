"""Receiving a file: its sender is checked before any of it is kept, and it is never held whole."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import anyio.to_thread
import msgspec

from taximeter.api.bodies import Disconnected, Receive
from taximeter.api.services import Services
from taximeter.dashboard.access.forgery import check_token
from taximeter.dashboard.access.gate import Gate
from taximeter.dashboard.answer import Answer
from taximeter.dashboard.multipart import Multipart
from taximeter.dashboard.serving import Serving
from taximeter.dashboard.visit import Visit
from taximeter.errors import BodyTooLarge, NotAuthenticated, RequestTimeout, StorageFailed
from taximeter.imports.receiving import Received, Receiving
from taximeter.imports.rejected import NotWritten

_PIECE_BYTES = 262_144
_MORE_THAN_THE_FILE = 131_072
"""What a form may have beside its file."""


class Uploading:
    """Answers the form that sends a file."""

    def __init__(self, services: Services, *, gate: Gate, serving: Serving) -> None:
        """Use one server's parts."""
        self._services = services
        self._gate = gate
        self._serving = serving

    async def answer(self, visit: Visit, receive: Receive) -> Answer:
        """Receive the file and have it imported; raises whatever of `errors` there is to say."""
        run = anyio.to_thread.run_sync
        browser = await run(self._gate.browser, visit)
        if browser.user is None:
            raise NotAuthenticated("Sign in first: your session has ended.")
        self._serving.check_takes_file(visit, browser.user)
        self._check_size(visit)
        parts = Multipart(visit.header(b"content-type"))
        receiving: Receiving | None = None
        try:
            async for piece in _pieces(receive, self._services.settings.request_seconds_max):
                parts.feed(piece)
                if parts.file_name is None:
                    continue
                if receiving is None:
                    check_token(msgspec.structs.replace(visit, form=parts.fields))
                    receiving = await run(self._services.uploads.receive)
                await run(receiving.write, parts.take())
            file = None
            if receiving is not None and parts.file_name is not None:
                file = Received(name=parts.file_name, receiving=receiving, is_whole=parts.is_whole)
            visit = msgspec.structs.replace(visit, form=parts.fields, file=file)
            check_token(visit)
            return await run(partial(self._serving.answer, visit, browser, browser.user))
        except NotWritten as failure:
            raise StorageFailed(f"Nothing was imported: {failure}.") from None
        finally:
            if receiving is not None:
                await run(receiving.end)

    def _check_size(self, visit: Visit) -> None:
        declared = visit.header(b"content-length") or "0"
        size_max = self._services.settings.upload_bytes_max
        if not declared.isdigit() or int(declared) > size_max + _MORE_THAN_THE_FILE:
            raise BodyTooLarge(
                f"The file is larger than {size_max:,} bytes. Divide it, import it with "
                "'taximeter import', or raise TAXIMETER_UPLOAD_BYTES_MAX."
            )


async def _pieces(receive: Receive, seconds_max: int) -> AsyncIterator[bytes]:
    """Yield the body in pieces that are worth writing. Raises Disconnected, RequestTimeout."""
    begun = asyncio.get_running_loop().time()
    gathered = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        gathered += message.get("body", b"")
        more = message.get("more_body", False)
        if len(gathered) >= _PIECE_BYTES or not more:
            yield bytes(gathered)
            gathered.clear()
        if asyncio.get_running_loop().time() - begun > seconds_max:
            raise RequestTimeout(
                f"The file did not arrive within {seconds_max} seconds. Nothing was imported; "
                "send it again, or divide it."
            )
