"""Special awards: given beside the five, each by whoever its rule names, sealed until announced."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, Decision, SpecialAward, Submission, User
from awardapp.queries import announcements as announcement_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row


def given(award: SpecialAward) -> list[Decision]:
    """The sealed decisions on a special award, in the order in which they were made."""
    return list(
        db.session.scalars(
            select(Decision)
            .where(
                Decision.cycle_id == award.cycle_id,
                Decision.stage == Stage.SPECIAL,
                Decision.award_key == award.key,
            )
            .order_by(Decision.id)
        )
    )


def candidates(cycle: Cycle) -> list[Submission]:
    """Who can receive a special award: the published shortlist."""
    return announcement_queries.shortlisted(cycle)


def _open(cycle: Cycle, award: SpecialAward) -> None:
    if award.cycle_id != cycle.id:
        raise RuleViolation(N_("This award does not belong to the cycle."))
    if award.decided_by == "rule":
        raise IllegalTransition(N_("This award follows from a rule; it is given with the winners' announcement."))
    if not CyclePhase.SHORTLIST_PUBLIC.position <= cycle.phase.position < CyclePhase.ARCHIVED.position:
        raise IllegalTransition(N_("Special awards are given after the shortlist is public."))
    announced = db.session.execute(
        select(Announcement.id).where(
            Announcement.cycle_id == cycle.id,
            Announcement.award_key == award.key,
            Announcement.status != "draft",
        )
    ).first()
    if announced is not None:
        raise IllegalTransition(
            N_("This award is sealed in an announcement. Open the announcement again to change it.")
        )


def why_closed(cycle: Cycle, award: SpecialAward) -> str:
    """The message id of why this award can be neither given nor taken back now; "" when it can."""
    try:
        _open(cycle, award)
    except RuleViolation as error:
        return error.msgid
    return ""


def give(
    *,
    actor: User,
    cycle: Cycle,
    award: SpecialAward,
    submission: Submission,
    reason_en: str,
    reason_zh: str,
    now: datetime,
) -> Decision:
    """Record who receives a special award and why (the certified count, the media's vote, the jury's wish).

    Raises NotPermitted, IllegalTransition, RuleViolation when all places are taken or the reason is missing.
    """
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(award)  # of two people who give its last place one comes too late
    _open(cycle, award)
    if submission.id not in {s.id for s in candidates(cycle)}:
        raise RuleViolation(N_("Special awards go to shortlisted cities."), field="submission")
    if not reason_en.strip() or not reason_zh.strip():
        raise RuleViolation(N_("Give the reason in both languages."), field="reason_en")
    present = given(award)
    if any(d.submission_id == submission.id for d in present):
        raise RuleViolation(N_("This city has this award already."), field="submission")
    if len(present) >= award.places:
        raise RuleViolation(N_("All places of this award are taken."), field="submission")
    decision = Decision(
        cycle_id=cycle.id,
        stage=Stage.SPECIAL,
        award_key=award.key,
        submission_id=submission.id,
        outcome=Outcome.SPECIAL,
        reason_en=reason_en.strip(),
        reason_zh=reason_zh.strip(),
        decided_by=actor.id,
        decided_at=now,
    )
    db.session.add(decision)
    db.session.flush()
    audit.record(
        actor=actor,
        action="award.give",
        object=f"submission:{submission.id}",
        cycle_id=cycle.id,
        now=now,
        details={"award": award.key},
    )
    return decision


def take_back(
    *, actor: User, cycle: Cycle, award: SpecialAward, decision: Decision, reason: str, now: datetime
) -> None:
    """Undo a special award before it is sealed in an announcement, with a reason. Raises NotPermitted, RuleViolation."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    _open(cycle, award)
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    db.session.delete(decision)
    db.session.flush()
    audit.record(
        actor=actor,
        action="award.take_back",
        object=f"submission:{decision.submission_id}",
        cycle_id=cycle.id,
        reason=reason.strip(),
        now=now,
        details={"award": award.key},
    )


def record_look(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """Note that somebody opened the special awards given but not announced yet. Raises NotPermitted."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    audit.record(actor=actor, action="award.look", object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now)
