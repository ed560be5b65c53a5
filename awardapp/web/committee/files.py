"""Attachments of a file that a member may read."""

from __future__ import annotations

from typing import Any

from flask import abort

from awardapp.domain.people import Role
from awardapp.domain.submissions import SubmissionStatus
from awardapp.models import SubmissionVersion
from awardapp.queries import assessments as assessment_queries
from awardapp.web import judges, previews
from awardapp.web.access import requires
from awardapp.web.committee import proposal, review_page, room
from awardapp.web.committee.blueprint import bp


def _version(ref: str) -> SubmissionVersion:
    """The version of a file assigned to the member, or, for the chair, of any file that is decided on; else 404."""
    member = room.member()
    if member.conflicts_declared_at is None:
        abort(404)
    own = assessment_queries.reading(member, ref)
    if own is not None:
        if review_page.is_barred(member, own) or own.submission.status is not SubmissionStatus.VALID:
            abort(404)
        return own.version
    if not room.is_chair():
        abort(404)
    submission, version = proposal.decidable(ref)
    if submission.id in room.barred([submission]):
        abort(404)
    return version


@bp.get("/submissions/<ref>/files/<sha256>")
@requires(Role.COMMITTEE)
def file(ref: str, sha256: str) -> Any:
    """Download an attachment of a file the member may read."""
    return judges.attachment(_version(ref), sha256)


@bp.get(f"/submissions/<ref>/files/<sha256>{previews.ROUTE}")
@requires(Role.COMMITTEE)
def preview(ref: str, sha256: str, page: int, size: str) -> Any:
    """A picture of such an attachment."""
    return judges.picture(_version(ref), sha256, page, size)
