"""Figures of votes and decisions of bodies outside. Only pages behind the wall read these (domain/wall.py)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from awardapp.extensions import db
from awardapp.models import Cycle, PartnerDecision, Submission, VoteCertification, VoteResult


def versions(cycle: Cycle, vote: str) -> Sequence[VoteResult]:
    """Every version of a count with who entered and who certified it, the newest first. One query."""
    return db.session.scalars(
        select(VoteResult)
        .options(
            joinedload(VoteResult.enterer),
            joinedload(VoteResult.certification).joinedload(VoteCertification.certifier),
        )
        .where(VoteResult.cycle_id == cycle.id, VoteResult.vote == vote)
        .order_by(VoteResult.number.desc())
    ).all()


def latest(cycle: Cycle, vote: str) -> VoteResult | None:
    """The newest version of a count: the only one that can be certified, and from which an award follows."""
    return db.session.scalars(
        select(VoteResult)
        .options(joinedload(VoteResult.certification))
        .where(VoteResult.cycle_id == cycle.id, VoteResult.vote == vote)
        .order_by(VoteResult.number.desc())
        .limit(1)
    ).first()


def states(cycle: Cycle) -> dict[str, tuple[int, bool]]:
    """Of each count that was entered its newest version's number and whether that is certified. No figure. One query."""
    newest = (
        select(VoteResult.vote, func.max(VoteResult.number).label("number"))
        .where(VoteResult.cycle_id == cycle.id)
        .group_by(VoteResult.vote)
        .subquery()
    )
    certified: ColumnElement[bool] = VoteCertification.result_id.is_not(None)
    rows = db.session.execute(
        select(VoteResult.vote, VoteResult.number, certified)
        .join(newest, (newest.c.vote == VoteResult.vote) & (newest.c.number == VoteResult.number))
        .outerjoin(VoteCertification, VoteCertification.result_id == VoteResult.id)
        .where(VoteResult.cycle_id == cycle.id)
    )
    return {vote: (number, bool(is_certified)) for vote, number, is_certified in rows}


def partner_decisions(cycle: Cycle, award_key: str) -> Sequence[PartnerDecision]:
    """What was recorded for an award that a body outside decides, the newest first. One query."""
    return db.session.scalars(
        select(PartnerDecision)
        .options(
            joinedload(PartnerDecision.submission).joinedload(Submission.city),
            joinedload(PartnerDecision.recorder),
            joinedload(PartnerDecision.ender),
        )
        .where(PartnerDecision.cycle_id == cycle.id, PartnerDecision.award_key == award_key)
        .order_by(PartnerDecision.id.desc())
    ).all()


def partner_states(cycle: Cycle) -> dict[str, int]:
    """How many decisions of bodies outside wait for a second person, by the award's key. One query."""
    rows = db.session.execute(
        select(PartnerDecision.award_key, func.count())
        .where(PartnerDecision.cycle_id == cycle.id, PartnerDecision.is_confirmed.is_(None))
        .group_by(PartnerDecision.award_key)
    )
    return {key: n for key, n in rows}
