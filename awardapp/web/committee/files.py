"""Attachments of a file that a member may read."""

from __future__ import annotations

from typing import Any

from flask import abort

from awardapp.domain.people import Role
from awardapp.queries import assessments as assessment_queries
from awardapp.web import judges
from awardapp.web.access import requires
from awardapp.web.committee import proposal, reading, room
from awardapp.web.committee.blueprint import bp


@bp.get("/submissions/<ref>/files/<sha256>")
@requires(Role.COMMITTEE)
def file(ref: str, sha256: str) -> Any:
    """Download an attachment of a file assigned to the member, or, for the chair, of any file that is decided on."""
    member = room.member()
    if member.conflicts_declared_at is None:
        abort(404)
    own = assessment_queries.reading(member, ref)
    if own is not None:
        if reading.is_barred(member, own):
            abort(404)
        return judges.attachment(own.version, sha256)
    if not room.is_chair():
        abort(404)
    submission, version = proposal.decidable(ref)
    if assessment_queries.conflict(member, submission) is not None:
        abort(404)
    return judges.attachment(version, sha256)
