"""Pictures of files for every room that shows files. Whether somebody may see one is the calling view's question.

A picture's address is its file's address followed by /preview/<page>/<size>, in every room (tests/web/test_previews.py), so
templates need to know the address of the file alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, request

from awardapp import filekinds, storage
from awardapp.models import Preview, WorkStatus
from awardapp.queries import previews as queries

# What a view's route ends with, after the file's own.
ROUTE = "/preview/<int:page>/<any(small, large):size>"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the page it is of, and its size on screen in pixels, small and large."""

    page: int
    width: int
    height: int
    small_width: int
    small_height: int


@dataclass(frozen=True, slots=True)
class Shown:
    """How a file can be shown: "ready" with pictures, "waiting" for the worker, "none" can be made of it."""

    state: str
    pictures: tuple[Picture, ...] = ()
    page_count: int | None = None

    @property
    def pages_left(self) -> int:
        """Pages of the document of which there is no picture."""
        return max(0, (self.page_count or 0) - len(self.pictures))


_NOTHING = Shown("none")


def shown(sha256s: Sequence[str]) -> Mapping[str, Shown]:
    """How each of these files can be shown, by digest. One query a request for the same files."""
    key = tuple(sorted(sha256s))
    known: dict[tuple[str, ...], Mapping[str, Shown]] = request.environ.setdefault("awardapp.previews", {})
    if key not in known:
        rows = queries.of_files(key)
        known[key] = {sha256: _shown(rows.get(sha256)) for sha256 in key}
    return known[key]


def with_pictures(files: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files of a version, each with how it can be shown under "preview"."""
    found = shown([file["sha256"] for file in files])
    return [{**file, "preview": found[file["sha256"]]} for file in files]


def _shown(preview: Preview | None) -> Shown:
    if preview is None or preview.status is WorkStatus.DEAD:
        return _NOTHING
    if preview.status is not WorkStatus.DONE:
        return Shown("waiting")
    if not preview.pages:
        return _NOTHING
    pictures = tuple(_picture(number, page) for number, page in enumerate(preview.pages, 1))
    return Shown("ready", pictures, preview.page_count)


def _picture(number: int, page: Mapping[str, int]) -> Picture:
    width, height = page["width"], page["height"]
    share = min(1.0, filekinds.SIZES["small"] / max(width, height))
    return Picture(number, width, height, max(1, round(width * share)), max(1, round(height * share)))


def response(sha256: str, page: int, size: str) -> Response:
    """One picture of a stored file, 404 while there is none. It is ours, made anew: it can be shown inside the site."""
    how = shown([sha256])[sha256]
    if not 1 <= page <= len(how.pictures):
        abort(404)
    try:
        data = b"".join(storage.read(storage.preview_key(sha256, page, size)))
    except FileNotFoundError:
        abort(404)
    answer = Response(data, mimetype="image/webp")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer
