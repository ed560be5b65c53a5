"""Special awards: given beside the five, each by whoever its rule names, sealed until announced.

Here those that people decide; what follows from a count is in services/count_awards.py, what a body outside decided in
services/partner_decisions.py, and changing an award's rule in services/special_awards.py.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.special_awards import AnnouncedFrom, Candidates, DecidedBy, why_not_yet
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Announcement,
    City,
    Cycle,
    Decision,
    Publication,
    PublishedOutcome,
    SpecialAward,
    Submission,
    User,
)
from awardapp.queries import announcements as announcement_queries
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, deciders, selections, wall
from awardapp.services.locks import lock_row

_CHAIRS = {DecidedBy.JURY: Role.JUROR, DecidedBy.COMMITTEE: Role.COMMITTEE}


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


def eligible(cycle: Cycle, among: str) -> list[Submission]:
    """Everybody of a list of candidates (domain.special_awards.Candidates), by city name; of the shortlist the public one."""
    if among == Candidates.SHORTLISTED:
        return announcement_queries.shortlisted(cycle)
    wanted = select(Submission).join(City, City.id == Submission.city_id).options(joinedload(Submission.city))
    if among == Candidates.VALID:
        wanted = wanted.where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    else:
        wanted = (
            wanted.join(PublishedOutcome, PublishedOutcome.submission_id == Submission.id)
            .join(Publication, Publication.id == PublishedOutcome.publication_id)
            .where(
                Publication.cycle_id == cycle.id,
                PublishedOutcome.outcome.in_((Outcome.SHORTLISTED, Outcome.DESERVING)),
            )
        )
    return list(db.session.scalars(wanted.order_by(City.name_en, Submission.id)))


def candidates(cycle: Cycle, award: SpecialAward | None = None) -> list[Submission]:
    """Who can receive a special award by its rule; without an award the published shortlist.

    As long as it cannot be given yet nobody is left out: who is not among them would tell who wins.
    """
    if award is None:
        return eligible(cycle, Candidates.SHORTLISTED)
    found = eligible(cycle, award.candidates)
    if award.independent or award.decided_by == DecidedBy.RULE:
        return found
    if why_not_yet(award.decided_by, independent=award.independent, phase=cycle.phase):
        return found
    won = {d.submission_id for d in selections.decided(cycle, Stage.JURY)}
    return [s for s in found if s.id not in won]


def by_rule(cycle: Cycle, winners: Collection[int]) -> list[tuple[SpecialAward, list[Submission]]]:
    """What goes by itself with the winners' announcement (the Medal of Honor): each such award and who receives it.

    `winners`: ids of the submissions that win, who receive none of these.
    """
    return [
        (award, [s for s in eligible(cycle, award.candidates) if s.id not in winners])
        for award in cycle.special_awards
        if award.decided_by == DecidedBy.RULE
    ]


def check_unsealed(cycle: Cycle, award: SpecialAward) -> None:
    """Refuse while the award stands in an announcement that is sealed or published. Raises IllegalTransition."""
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


def check_open(cycle: Cycle, award: SpecialAward) -> None:
    """Refuse unless the award can be given or taken back now, by whomever. Raises RuleViolation, IllegalTransition."""
    if award.cycle_id != cycle.id:
        raise RuleViolation(N_("This award does not belong to the cycle."))
    if award.decided_by == DecidedBy.RULE:
        raise IllegalTransition(N_("This award follows from a rule; it is given with the winners' announcement."))
    not_yet = why_not_yet(award.decided_by, independent=award.independent, phase=cycle.phase)
    if not_yet:
        raise IllegalTransition(not_yet)
    check_unsealed(cycle, award)


def why_closed(cycle: Cycle, award: SpecialAward) -> str:
    """The message id of why this award can be neither given nor taken back now; "" when it can."""
    try:
        check_open(cycle, award)
    except RuleViolation as error:
        return error.msgid
    return ""


def may_record(actor: User, cycle: Cycle, decided_by: str) -> bool:
    """Whether this person records awards decided so: the body's chair, the jury's deputy too, else the secretariat."""
    standing = people_queries.standing(actor, cycle)
    if decided_by == DecidedBy.JURY:
        return deciders.is_decider(actor, cycle)
    chairs = _CHAIRS.get(DecidedBy(decided_by))
    return standing.chairs(chairs) if chairs is not None else can_run_cycle(standing)


def _check_person(actor: User, cycle: Cycle, award: SpecialAward, submission: Submission) -> None:
    """Who decides must be named by the rule, outside of every tie to the city, and on the right side of the wall."""
    require(may_record(actor, cycle, award.decided_by))
    role = _CHAIRS.get(DecidedBy(award.decided_by))
    if role is None:
        if award.decided_by != DecidedBy.SECRETARIAT:
            wall.pass_through(actor, cycle)
        return
    member = people_queries.membership(actor, cycle, role)
    if member is None or member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    if assessment_queries.conflict(member, submission) is not None:
        raise NotPermitted(
            N_("You have a conflict of interest with this city: another chair or the deputy must record this award.")
        )
    if award.decided_by == DecidedBy.JURY:  # the deputy, only for a city the chair has a tie with
        require(deciders.office(actor, cycle, submission) is not None)


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
    """Record who receives an award that the jury, the committee or the secretariat decides, and why.

    Raises NotPermitted (also for a chair with a tie to the city), IllegalTransition, RuleViolation when all places are taken
    or a reason is missing.
    """
    lock_row(award)  # of two people who give its last place one comes too late
    _check_person(actor, cycle, award, submission)
    check_open(cycle, award)
    if award.decided_by not in (DecidedBy.SECRETARIAT, *_CHAIRS):
        raise IllegalTransition(N_("This award is not given by hand: it follows from what its rule names."))
    return decide(
        actor=actor, cycle=cycle, award=award, submission=submission, reason_en=reason_en, reason_zh=reason_zh, now=now
    )


def decide(
    *,
    actor: User,
    cycle: Cycle,
    award: SpecialAward,
    submission: Submission,
    reason_en: str,
    reason_zh: str,
    now: datetime,
    places: int | None = None,
) -> Decision:
    """Store who receives an award after its ground was checked by whoever calls. `places`: other than the rule's (a tie).

    Raises RuleViolation for a city that is no candidate, that has the award, when no place is left, without a reason.
    """
    if submission.id not in {s.id for s in candidates(cycle, award)}:
        raise RuleViolation(N_("By its rule this award does not go to this city."), field="submission")
    if not reason_en.strip() or not reason_zh.strip():
        raise RuleViolation(N_("Give the reason in both languages."), field="reason_en")
    present = given(award)
    if any(d.submission_id == submission.id for d in present):
        raise RuleViolation(N_("This city has this award already."), field="submission")
    most = places or award.places
    if most is not None and len(present) >= most:
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
        details={"award": award.key, "decided_by": award.decided_by},
    )
    return decision


def take_back(
    *, actor: User, cycle: Cycle, award: SpecialAward, decision: Decision, reason: str, now: datetime
) -> None:
    """Undo a special award before it is sealed in an announcement, with a reason. Raises NotPermitted, RuleViolation."""
    lock_row(award)
    _check_person(actor, cycle, award, decision.submission)
    check_open(cycle, award)
    if not reason.strip():
        raise RuleViolation(N_("Give a reason."), field="reason")
    _take_back(actor, cycle, award, decision, reason=reason.strip(), now=now)


def void(*, actor: User, cycle: Cycle, award: SpecialAward, now: datetime) -> int:
    """Take back everything given by an award whose ground has changed; the caller has checked that nothing is sealed.

    Returns how many were taken back.
    """
    present = given(award)
    for decision in present:
        _take_back(actor, cycle, award, decision, reason="The figures it followed from were corrected.", now=now)
    return len(present)


def _take_back(
    actor: User, cycle: Cycle, award: SpecialAward, decision: Decision, *, reason: str, now: datetime
) -> None:
    db.session.delete(decision)
    db.session.flush()
    audit.record(
        actor=actor,
        action="award.take_back",
        object=f"submission:{decision.submission_id}",
        cycle_id=cycle.id,
        reason=reason,
        now=now,
        details={"award": award.key},
    )


def why_not_announced(cycle: Cycle, award: SpecialAward, *, instant: datetime, with_winners: bool) -> str:
    """The message id of why an award may not become public at `instant`; "" when it may.

    `with_winners`: the winners are public by then, or become so in the same moment.
    """
    if award.announced_from == AnnouncedFrom.WINNERS and not with_winners:
        return N_("By its rule this award is announced together with the winners or after them.")
    if award.announced_from == AnnouncedFrom.CEREMONY:
        if cycle.ceremony_on is None:
            return N_("By its rule this award is announced at the ceremony, whose date is not set.")
        if instant.astimezone(ZoneInfo(cycle.time_zone)).date() < cycle.ceremony_on:
            return N_("By its rule this award is announced on the day of the ceremony or after it.")
    return ""


def record_look(*, actor: User, cycle: Cycle, now: datetime) -> None:
    """Note that somebody opened special awards given but not announced yet. Raises NotPermitted."""
    require(any(may_record(actor, cycle, one) for one in (DecidedBy.SECRETARIAT, *_CHAIRS)))
    audit.record(actor=actor, action="award.look", object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now)
