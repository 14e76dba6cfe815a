"""The files that were uploaded, and the form that sends one."""

from typing import Annotated

import msgspec

from taximeter.dashboard.fields import FieldErrors
from taximeter.dashboard.page import Change, Done, NoQuery, Page, View
from taximeter.dashboard.table import Table
from taximeter.imports.upload import Upload


class UploadForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent beside the file."""

    event_name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    as_new: bool = False


class UploadsData(msgspec.Struct, frozen=True, kw_only=True):
    """What was uploaded, newest first, and how large a file may be."""

    uploads: tuple[Upload, ...]
    bytes_max: int


def read_uploads(view: View, query: NoQuery) -> UploadsData:
    """Return the environment's uploads."""
    return UploadsData(
        uploads=tuple(view.services.uploads.of(view.environment.id)),
        bytes_max=view.services.settings.upload_bytes_max,
    )


def _upload(view: View, form: UploadForm) -> Done:
    """Have the file imported. Raises FieldErrors where none has come."""
    file = view.file
    if file is not None and not file.is_whole:
        raise FieldErrors({"file": "The file did not arrive whole. Send it again."})
    if file is None or not file.name or file.receiving.is_empty:
        raise FieldErrors({"file": "Choose a file that is not empty."})
    upload = view.services.uploads.add(
        file.receiving,
        environment=view.environment,
        name=file.name,
        by=view.user.name,
        event_name=form.event_name.strip() or None,
        as_new=form.as_new,
    )
    return Done(location=view.url(f"events/uploads/{upload.id}"))


def uploads_table(data: UploadsData) -> Table:
    """Return the list as a table."""
    return Table(
        name="uploads",
        columns=(
            "id",
            "file",
            "bytes",
            "created",
            "by",
            "status",
            "recorded",
            "duplicates",
            "rejected",
        ),
        rows=[
            (
                one.id,
                one.name,
                str(one.size),
                str(one.created),
                one.by,
                one.status,
                str(one.tally.recorded),
                str(one.tally.duplicates),
                str(one.tally.rejected),
            )
            for one in data.uploads
        ],
    )


PAGE = Page(
    path="events/uploads",
    area="events",
    query=NoQuery,
    read=read_uploads,
    template="uploads.html",
    title=lambda _: "Upload usage",
    table=uploads_table,
)

UPLOAD = Change(path="events/uploads", form=UploadForm, run=_upload, page=PAGE, takes_file=True)
