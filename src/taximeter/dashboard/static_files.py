"""Files that never change under their address: the hash of the content stands in it."""

import hashlib
from pathlib import Path

import msgspec

from taximeter.dashboard.access.headers import CACHED_FOR_EVER
from taximeter.dashboard.answer import Answer
from taximeter.errors import UnknownUrl

PREFIX = "/static/"
_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class _File(msgspec.Struct, frozen=True):
    content: bytes
    content_type: str


class StaticFiles:
    """All of them, read once."""

    def __init__(self) -> None:
        """Read the folder; what has no type of its own (licences) is not served."""
        self._by_url: dict[str, _File] = {}
        self._urls: dict[str, str] = {}
        for path in sorted(_FOLDER.rglob("*")):
            if path.suffix not in _TYPES:
                continue
            name = path.relative_to(_FOLDER).as_posix()
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:12]
            url = f"{PREFIX}{digest}/{name}"
            self._urls[name] = url
            self._by_url[url] = _File(content, _TYPES[path.suffix])

    def url(self, name: str) -> str:
        """Return the address of a file, such as `dashboard.css`."""
        return self._urls[name]

    def answer(self, url: str) -> Answer:
        """Return a file. Raises UnknownUrl, also for the address of an earlier content."""
        file = self._by_url.get(url)
        if file is None:
            raise UnknownUrl(f"There is no file at {url}.")
        return Answer(body=file.content, content_type=file.content_type, headers=(CACHED_FOR_EVER,))
