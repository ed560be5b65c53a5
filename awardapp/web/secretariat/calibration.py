"""The secretariat sees what calibration makes of the scores, once the committee's chair has opened them."""

from __future__ import annotations

from typing import Any

from awardapp.domain.people import Role
from awardapp.web.access import requires
from awardapp.web.calibration import agreement, files, members, questions
from awardapp.web.calibration.room import Room
from awardapp.web.secretariat.blueprint import bp

_HERE = Room("secretariat")


@bp.get("/calibration")
@requires(Role.SECRETARIAT)
def calibration() -> Any:
    """Raw beside calibrated for every file; before the opening, what is about to be opened."""
    return files.page(_HERE)


@bp.get("/calibration/members")
@requires(Role.SECRETARIAT)
def calibration_members() -> str:
    """Every member's severity, spread and care."""
    return members.page(_HERE)


@bp.get("/calibration/members/<pseudonym>")
@requires(Role.SECRETARIAT)
def calibration_member(pseudonym: str) -> str:
    """One member with intervals, the own distribution and every peer."""
    return members.member_page(_HERE, pseudonym)


@bp.get("/calibration/agreement")
@requires(Role.SECRETARIAT)
def calibration_agreement() -> str:
    """How far the members agree, and how the readings hang together."""
    return agreement.page(_HERE)


@bp.get("/calibration/questions")
@requires(Role.SECRETARIAT)
def calibration_questions() -> Any:
    """Questions that the readings raise, with what was written about each."""
    return questions.page(_HERE)


@bp.post("/calibration/questions")
@requires(Role.SECRETARIAT)
def answer_question() -> Any:
    """Write about one of the questions."""
    return questions.answer(_HERE)
