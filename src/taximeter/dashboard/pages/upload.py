"""One uploaded file: how far it is, what became of its rows, and which were rejected."""

import msgspec

from taximeter.dashboard.answer import CSV
from taximeter.dashboard.page import Download, File, NoQuery, Page, View
from taximeter.errors import NotFound
from taximeter.imports.rejected_rows import RejectedRow, first_rejected
from taximeter.imports.upload import Upload

ROWS_SHOWN_MAX = 100
_WORDS = {
    "or name it with --event-name": "or fill in the event name beside the file",
    "or give --as-new if all rows of this version are to count": "or tick “Count all rows” if "
    "all rows of this version are to count",
}
"""What the command line says, in the words of the form."""


class UploadData(msgspec.Struct, frozen=True, kw_only=True):
    """An upload, and the first of its rejected rows."""

    upload: Upload
    message: str | None
    rejected: tuple[RejectedRow, ...]

    @property
    def percent(self) -> int:
        """Return how much of the file has been read."""
        return 100 * self.upload.read_bytes // max(1, self.upload.size)


def read_upload(view: View, query: NoQuery) -> UploadData:
    """Read an upload's state. Raises NotFound."""
    upload = _upload(view)
    path = view.services.uploads.rejected_path(upload)
    return UploadData(
        upload=upload,
        message=_said(upload.message),
        rejected=() if path is None else tuple(first_rejected(path, rows_max=ROWS_SHOWN_MAX)),
    )


def _upload(view: View) -> Upload:
    id = view.path_params["id"]
    upload = view.services.uploads.get(view.environment.id, id)
    if upload is None:
        raise NotFound(f"No such upload: '{id}'. The oldest are forgotten.", param="id")
    return upload


def _said(message: str | None) -> str | None:
    if message is None:
        return None
    for theirs, ours in _WORDS.items():
        message = message.replace(theirs, ours)
    return f"{message[0].upper()}{message[1:]}{'' if message.endswith('.') else '.'}"


def _rejected(view: View) -> File:
    upload = _upload(view)
    path = view.services.uploads.rejected_path(upload)
    if path is None:
        raise NotFound(f"No row of upload '{upload.id}' was rejected.", param="id")
    ending = path.suffix
    return File(
        path=path,
        name=f"{upload.name}.rejected{ending}",
        content_type=CSV if ending == ".csv" else "application/jsonl",
    )


PAGE = Page(
    path="events/uploads/{id}",
    area="events",
    query=NoQuery,
    read=read_upload,
    template="upload.html",
    title=lambda data: f"Upload of {data.upload.name}",
)

REJECTED = Download(path="events/uploads/{id}/rejected", read=_rejected)
