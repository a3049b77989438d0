"""Uploads over HTTP."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint
from werkzeug.datastructures import FileStorage

from fittrack import idempotency
from fittrack.activities.files import detect
from fittrack.activities.files.apple_head import HEAD_BYTES
from fittrack.activities.files.content import is_worth_packing, packed
from fittrack.activities.imports import rules, service
from fittrack.activities.imports.models import ImportDetail, ImportedFile, ImportSummary, Upload
from fittrack.activities.imports.schemas import (
    ImportedFilePageSchema,
    ImportFilesQuery,
    ImportSchema,
    ImportSummaryPageSchema,
)
from fittrack.auth import current_account_id, login_required
from fittrack.clock import utc_now
from fittrack.errors import Invalid, UnsupportedMediaType, field_error
from fittrack.pagination import Cursor, Page, PageQuery

files = Blueprint(
    "activity_files",
    __name__,
    url_prefix="/api/v1/activities/files",
    description="Activity files on their way in",
)
imports = Blueprint(
    "imports",
    __name__,
    url_prefix="/api/v1/imports",
    description="What became of uploaded files",
)
FORM = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "additionalProperties": False,
                "properties": {
                    "file": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": rules.MAX_UPLOAD_FILES,
                        "items": {"type": "string", "format": "binary"},
                        "description": (
                            "FIT, TCX or GPX, plain or gzip, up to 64 MiB each; zip archives of "
                            "them, whole exports of Strava, Garmin, Apple Health or FitTrack, and "
                            "Apple's export.xml, up to 2 GiB each"
                        ),
                    }
                },
            }
        }
    },
}
_BLOCK_BYTES = 1 << 20


@files.post("")
@login_required
@files.doc(requestBody=FORM)
@files.response(202, ImportSchema)
def receive_files() -> Response:
    """Bring in activity files; follow the import of the answer to see what became of each."""
    with ExitStack() as room:
        uploads = list(_uploads(room))
        response = idempotency.once(
            lambda reply: service.receive_files(
                account_id=current_account_id(), uploads=uploads, now=utc_now(), reply=reply
            ),
            schema=ImportSchema,
            status=202,
            fingerprint=_fingerprint(uploads),
        )
    import_id = (response.get_json() or {})["import_id"]
    response.headers["Location"] = f"{imports.url_prefix}/{import_id}"
    return response


@imports.get("")
@login_required
@imports.arguments(PageQuery, location="query")
@imports.response(200, ImportSummaryPageSchema)
def list_imports(query: dict[str, Any]) -> Page[ImportSummary]:
    """List my uploads, newest first."""
    return service.list_imports(
        account_id=current_account_id(),
        cursor=Cursor.parse(query["cursor"], scope="imports"),
        limit=query["limit"],
    )


@imports.get("/<uuid:import_id>")
@login_required
@imports.response(200, ImportSchema)
def get_import(import_id: UUID) -> ImportDetail:
    """Return one of my uploads with what became of each file."""
    return service.get_import(import_id=str(import_id), account_id=current_account_id())


@imports.get("/<uuid:import_id>/files")
@login_required
@imports.arguments(ImportFilesQuery, location="query")
@imports.response(200, ImportedFilePageSchema)
def list_import_files(query: dict[str, Any], import_id: UUID) -> Page[ImportedFile]:
    """List the files of one of my uploads in its order, also those found in archives."""
    return service.list_import_files(
        import_id=str(import_id),
        account_id=current_account_id(),
        state=query["state"],
        cursor=Cursor.parse(query["cursor"], scope="import_files"),
        limit=query["limit"],
    )


def _uploads(room: ExitStack) -> Iterator[Upload]:
    """Yield the files of the form; `room` closes those that are made anew.

    Raises: UnsupportedMediaType, Invalid, TooLarge.
    """
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Files are sent as multipart/form-data.")
    request.max_content_length = rules.MAX_UPLOAD_BYTES
    request.max_form_parts = rules.MAX_UPLOAD_FILES
    _check_form()
    for item in request.files.getlist("file"):
        yield _upload(item, room)


def _check_form() -> None:
    """Raises: Invalid where the form has other fields than `file`, or no file."""
    odd = sorted({*request.form, *request.files} - {"file"})
    if odd:
        raise Invalid(errors=[{"pointer": f"/{name}", "message": "Unknown field."} for name in odd])
    if "file" in request.form:
        raise field_error("/file", "Must be a file with a file name.")
    if not any(item.filename or _size(item) for item in request.files.getlist("file")):
        raise field_error("/file", "At least one file is needed, in a well-formed form.")


def _size(item: FileStorage) -> int:
    size = item.stream.seek(0, 2)
    item.stream.seek(0)
    return size


def _upload(item: FileStorage, room: ExitStack) -> Upload:
    """Return a file of the form; a large one is packed on its way into another temporary file."""
    name, size = rules.clean_file_name(item.filename), _size(item)
    head = item.stream.read(HEAD_BYTES)
    archive_kind = detect.archive_kind(head)
    digest = hashlib.sha256()
    blocks = _blocks(item, digest)
    if archive_kind or size > rules.MAX_FILE_BYTES or not is_worth_packing(head, size):
        for _ in blocks:
            pass
        return Upload(name, size, digest.hexdigest(), item.stream, archive_kind)
    content = room.enter_context(TemporaryFile())  # noqa: SIM115 - `room` closes it
    content.writelines(packed(blocks))
    item.close()
    return Upload(name, size, digest.hexdigest(), content, is_packed=True)


def _blocks(item: FileStorage, digest: hashlib._Hash) -> Iterator[bytes]:
    item.stream.seek(0)
    while block := item.stream.read(_BLOCK_BYTES):
        digest.update(block)
        yield block


def _fingerprint(uploads: Sequence[Upload]) -> bytes:
    """Return what makes this request another one than its like: names and contents in order."""
    return "\n".join(f"{upload.content_sha256} {upload.file_name}" for upload in uploads).encode()
