"""What can be taken away of an announcement: its JSON, the press kit, the picture for sharing."""

from __future__ import annotations

from flask import Response, abort, jsonify, request, url_for

from awardapp import storage
from awardapp.i18n import gettext as _
from awardapp.models import PublicationFileKind, WorkStatus
from awardapp.services import press_kits, publication_content, publication_files
from awardapp.web import caching
from awardapp.web.access import public
from awardapp.web.downloads import file_response
from awardapp.web.public import publication_page as page
from awardapp.web.public.blueprint import bp


@bp.get("/announcements/<cycle_slug>/<kind>.json")
@bp.get("/announcements/<cycle_slug>/<kind>/<award_key>.json")
@public
def announcement_json(cycle_slug: str, kind: str, award_key: str = "") -> Response:
    """The announcement as data in both languages; its fields are told on the open-data page."""
    found = page.published(cycle_slug, kind, award_key)
    content = publication_content.of(found)
    return jsonify(page.as_data(content, publication_files.files_of(found, content)))


@bp.get("/announcements/<cycle_slug>/<kind>/press-kit.zip")
@bp.get("/announcements/<cycle_slug>/<kind>/<award_key>/press-kit.zip")
@public
def press_kit(cycle_slug: str, kind: str, award_key: str = "") -> Response:
    """The press kit of what is public now; unknown while it is not made."""
    found = page.published(cycle_slug, kind, award_key)
    content = publication_content.of(found)
    row = page.made(publication_files.files_of(found, content), PublicationFileKind.PRESS_KIT)
    if row is None or row.storage_key is None:
        abort(404)
    name = f"{press_kits.folder(content)}.zip"
    try:
        return file_response(row.storage_key, name, "application/zip", row.size, sha256=row.sha256)
    except FileNotFoundError:
        abort(404)


@bp.get("/announcements/<cycle_slug>/<kind>/press-kit-state.json")
@bp.get("/announcements/<cycle_slug>/<kind>/<award_key>/press-kit-state.json")
@public
def press_kit_state(cycle_slug: str, kind: str, award_key: str = "") -> Response:
    """How far the press kit is, in the shape that progress.js follows."""
    found = page.published(cycle_slug, kind, award_key)
    content = publication_content.of(found)
    files = publication_files.files_of(found, content)
    row = files.get(PublicationFileKind.PRESS_KIT)
    status = row.status if row is not None else WorkStatus.QUEUED
    words = {
        WorkStatus.QUEUED: _("Waiting for its turn"),
        WorkStatus.LEASED: _("Being prepared now"),
        WorkStatus.DONE: _("Ready to download"),
        WorkStatus.DEAD: _("The press kit could not be prepared."),
    }[status]
    finished = status in (WorkStatus.DONE, WorkStatus.DEAD)
    return jsonify(
        done={WorkStatus.LEASED: 1, WorkStatus.DONE: 2}.get(status, 0),
        total=2,
        words=words,
        finished=finished,
        next=url_for("public.announcement", **page.parts(content)) if finished else None,
    )


@bp.get("/announcements/<cycle_slug>/<kind>/picture-<any(en, zh):language>.png")
@bp.get("/announcements/<cycle_slug>/<kind>/<award_key>/picture-<any(en, zh):language>.png")
@public
def sharing_picture(cycle_slug: str, kind: str, language: str, award_key: str = "") -> Response:
    """The picture that stands for the announcement where its address is shared."""
    found = page.published(cycle_slug, kind, award_key)
    files = publication_files.files_of(found, publication_content.of(found))
    row = page.made(files, publication_files.PICTURE_OF[language])
    if row is None or row.storage_key is None:
        abort(404)
    try:
        data = b"".join(storage.read(row.storage_key))
    except FileNotFoundError:
        abort(404)
    caching.changed(found.published_at)
    response = Response(data, mimetype="image/png")
    # A messenger's or a search engine's page shows it: the only file of ours that is meant for other sites.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response.make_conditional(request)  # type: ignore[return-value]  # the same object comes back
