"""The chair opens the scores and sees what calibration makes of them."""

from __future__ import annotations

from typing import Any

from awardapp.domain.people import Role
from awardapp.web.access import requires
from awardapp.web.calibration import agreement, files, members, opening, questions
from awardapp.web.calibration.room import Room
from awardapp.web.committee import room
from awardapp.web.committee.blueprint import bp

_HERE = Room("committee")


@bp.get("/calibration")
@requires(Role.COMMITTEE)
def calibration() -> Any:
    """Raw beside calibrated for every file; before the opening, what is about to be opened. Chair only."""
    room.chair_only()
    return files.page(_HERE)


@bp.post("/calibration/open")
@requires(Role.COMMITTEE)
def open_scores() -> Any:
    """Open the scores, for good. Chair only."""
    room.chair_only()
    return opening.open_scores(_HERE)


@bp.get("/calibration/mine")
@requires(Role.COMMITTEE)
def own_calibration() -> str:
    """A member's own marks beside the others', once the shortlist is locked."""
    return members.own_page()


@bp.get("/calibration/members")
@requires(Role.COMMITTEE)
def calibration_members() -> str:
    """Every member's severity, spread and care. Chair only."""
    room.chair_only()
    return members.page(_HERE)


@bp.get("/calibration/members/<pseudonym>")
@requires(Role.COMMITTEE)
def calibration_member(pseudonym: str) -> str:
    """One member with intervals, the own distribution and every peer. Chair only."""
    room.chair_only()
    return members.member_page(_HERE, pseudonym)


@bp.get("/calibration/agreement")
@requires(Role.COMMITTEE)
def calibration_agreement() -> str:
    """How far the members agree, and how the readings hang together. Chair only."""
    room.chair_only()
    return agreement.page(_HERE)


@bp.get("/calibration/questions")
@requires(Role.COMMITTEE)
def calibration_questions() -> Any:
    """Questions that the readings raise, with what was written about each. Chair only."""
    room.chair_only()
    return questions.page(_HERE)


@bp.post("/calibration/questions")
@requires(Role.COMMITTEE)
def answer_question() -> Any:
    """Write about one of the questions. Chair only."""
    room.chair_only()
    return questions.answer(_HERE)
