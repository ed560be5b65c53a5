"""What a judge, member of the committee or juror, may see of a file handed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, abort

from awardapp import storage
from awardapp.models import SubmissionVersion
from awardapp.web import previews
from awardapp.web.downloads import disposition, file_response


def without_contact(content: Mapping[str, Any]) -> dict[str, Any]:
    """A version's content as a judge reads it: without the city's contact person and address."""
    return {**content, "contact": {}}


def _file(version: SubmissionVersion, sha256: str) -> Mapping[str, Any]:
    files: list[Mapping[str, Any]] = version.content.get("files", [])
    for file in files:
        if file["sha256"] == sha256:
            return file
    abort(404)


def attachment(version: SubmissionVersion, sha256: str) -> Response:
    """A file of the version handed in, as a download; 404 for any other digest."""
    file = _file(version, sha256)
    return file_response(storage.blob_key(sha256), file["filename"], file["media_type"], file["size"], sha256=sha256)


def picture(version: SubmissionVersion, sha256: str, page: int, size: str) -> Response:
    """A picture of a file of the version handed in; 404 for any other digest, and while there is no picture."""
    _file(version, sha256)
    return previews.response(sha256, page, size)


def record_response(record: str, filename: str) -> Response:
    """A selection's record, byte for byte as it was sealed, as a download."""
    response = Response(record.encode(), mimetype="application/json")
    response.headers["Content-Disposition"] = disposition(filename)
    return response
