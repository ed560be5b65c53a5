"""Accepting a file after the deadline: proposed by one person of the secretariat, accepted by another, used by a city's
delegates through personal links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from awardapp.domain import lateness
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.lateness import LateStatus
from awardapp.domain.permissions import can_check_validity, require
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, LateAcceptance, LateLink, Submission, User
from awardapp.queries import handing_in as queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, submissions
from awardapp.services.locks import lock_row
from awardapp.services.notifications import notify

_LONGEST_REASON = 2000


def propose(
    *,
    actor: User,
    cycle: Cycle,
    city: City,
    submission: Submission | None,
    until_at: datetime,
    reason: str,
    now: datetime,
) -> LateAcceptance:
    """Propose that a city may hand in after the deadline, until `until_at` (exclusive): this file of it, or one it has not
    begun (None). Nothing changes for the city until a second person accepts.

    Raises NotPermitted, IllegalTransition, RuleViolation naming the field.
    """
    require(can_check_validity(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    lateness.check_phase(cycle.phase)
    lateness.check_until(until_at, deadline_at=cycle.deadline_at, now=now)
    reason = reason.strip()
    if not reason:
        raise RuleViolation(N_("Say why: the reason is kept on the record."), field="reason")
    if len(reason) > _LONGEST_REASON:
        raise RuleViolation(N_("At most %(n)d characters."), field="reason", n=_LONGEST_REASON)
    if submission is not None:
        _check_can_come(submission, cycle, city)
    if not people_queries.delegates_of(city.id):
        raise RuleViolation(N_("Nobody acts for this city: there is nobody to write to."), field="city")
    if queries.live_acceptance(cycle_id=cycle.id, city_id=city.id, submission_id=submission.id if submission else None):
        raise RuleViolation(N_("There is already a late acceptance for this file. Take it back first."), field="city")
    acceptance = LateAcceptance(
        cycle_id=cycle.id,
        city_id=city.id,
        submission_id=submission.id if submission else None,
        until_at=until_at,
        reason=reason,
        status=LateStatus.PROPOSED,
        proposed_by=actor.id,
        proposed_at=now,
    )
    db.session.add(acceptance)
    db.session.flush()
    _record(acceptance, "late.propose", actor=actor, now=now, reason=reason)
    return acceptance


def _check_can_come(submission: Submission, cycle: Cycle, city: City) -> None:
    if submission.cycle_id != cycle.id or submission.city_id != city.id:
        raise RuleViolation(N_("This file is not of this city and cycle."), field="city")
    if submission.status not in (SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED):
        raise IllegalTransition(N_("Only a draft, or a file that was handed in and is not checked yet, can come late."))


def _record(
    acceptance: LateAcceptance, action: str, *, actor: User, now: datetime, reason: str | None = None, **more: Any
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object=f"late_acceptance:{acceptance.id}",
        cycle_id=acceptance.cycle_id,
        reason=reason,
        now=now,
        details={
            "city": acceptance.city_id,
            "submission": acceptance.submission_id,
            "until": acceptance.until_at.isoformat(),
            **more,
        },
    )


def _locked(actor: User, acceptance: LateAcceptance) -> LateAcceptance:
    """The acceptance for a person of the secretariat, its cycle and itself locked, in this order."""
    require(can_check_validity(people_queries.standing(actor, acceptance.cycle)))
    lock_row(acceptance.cycle)
    lock_row(acceptance)
    return acceptance


def accept(*, actor: User, acceptance: LateAcceptance, now: datetime) -> list[LateLink]:
    """The second person agrees: from now on the city can hand in, and each of its delegates gets a personal link.

    Raises NotPermitted (also for the person who proposed it), IllegalTransition, RuleViolation when its instant is over.
    """
    _locked(actor, acceptance)
    lateness.check_phase(acceptance.cycle.phase)
    lateness.check_decision(acceptance.status, proposed_by=acceptance.proposed_by, actor=actor.id)
    lateness.check_until(acceptance.until_at, deadline_at=acceptance.cycle.deadline_at, now=now)
    acceptance.status = LateStatus.ACCEPTED
    acceptance.decided_by = actor.id
    acceptance.decided_at = now
    _record(acceptance, "late.accept", actor=actor, now=now, proposed_by=acceptance.proposed_by)
    return [
        _issue(acceptance, person, until_at=acceptance.until_at, actor=actor, now=now)
        for person in people_queries.delegates_of(acceptance.city_id)
    ]


def decline(*, actor: User, acceptance: LateAcceptance, reason: str, now: datetime) -> None:
    """Say no to a proposal, or take one's own back. Raises NotPermitted, IllegalTransition."""
    _locked(actor, acceptance)
    if acceptance.status is not LateStatus.PROPOSED:
        raise IllegalTransition(N_("Somebody has decided on this already."))
    _close(acceptance, LateStatus.DECLINED, "late.decline", actor=actor, reason=reason, now=now)


def end(*, actor: User, acceptance: LateAcceptance, reason: str, now: datetime) -> int:
    """Take an accepted one back: every link stops working at once and its person is told. Returns how many there were.

    What was handed in under it stays handed in. Raises NotPermitted, IllegalTransition, RuleViolation without a reason.
    """
    _locked(actor, acceptance)
    if acceptance.status is not LateStatus.ACCEPTED:
        raise IllegalTransition(N_("This late acceptance is not in force."))
    if not reason.strip():
        raise RuleViolation(N_("Say why: the reason is kept on the record."), field="reason")
    live = [link for link in acceptance.links if link.revoked_at is None]
    for link in live:
        _revoke(link, actor=actor, now=now)
    _close(acceptance, LateStatus.ENDED, "late.end", actor=actor, reason=reason, now=now)
    return len(live)


def _close(
    acceptance: LateAcceptance, status: LateStatus, action: str, *, actor: User, reason: str, now: datetime
) -> None:
    acceptance.status = status
    acceptance.ended_by = actor.id
    acceptance.ended_at = now
    acceptance.end_reason = reason.strip()[:_LONGEST_REASON] or None
    _record(acceptance, action, actor=actor, now=now, reason=acceptance.end_reason)
    db.session.flush()


def issue_link(*, actor: User, acceptance: LateAcceptance, person: User, until_at: datetime, now: datetime) -> LateLink:
    """A personal link for one more delegate of the city, or again after one was taken back; its instant may be earlier
    than the acceptance's, never later. Raises NotPermitted, IllegalTransition, RuleViolation naming the field."""
    _locked(actor, acceptance)
    if acceptance.status is not LateStatus.ACCEPTED:
        raise IllegalTransition(N_("This late acceptance is not in force."))
    lateness.check_phase(acceptance.cycle.phase)
    if until_at <= now:
        raise RuleViolation(N_("The date must lie in the future."), field="until")
    if until_at > acceptance.until_at:
        raise RuleViolation(N_("Two people agreed to an earlier date than that."), field="until")
    if person.id not in {one.id for one in people_queries.delegates_of(acceptance.city_id)}:
        raise RuleViolation(N_("This person does not act for the city."), field="person")
    if any(link.user_id == person.id and link.revoked_at is None for link in acceptance.links):
        raise RuleViolation(N_("This person has a link already."), field="person")
    return _issue(acceptance, person, until_at=until_at, actor=actor, now=now)


def _issue(acceptance: LateAcceptance, person: User, *, until_at: datetime, actor: User, now: datetime) -> LateLink:
    link = LateLink(
        acceptance_id=acceptance.id, user_id=person.id, until_at=until_at, issued_by=actor.id, issued_at=now
    )
    db.session.add(link)
    db.session.flush()  # its letter carries its id
    db.session.expire(acceptance, ["links"])
    _record(acceptance, "late.issue_link", actor=actor, now=now, link=link.id, person=person.id)
    _tell(link, "late_link", person, now=now)
    return link


def _tell(link: LateLink, kind: str, person: User, *, now: datetime) -> None:
    acceptance = link.acceptance
    notify(
        kind,
        recipient=person,
        cause=f"late_link:{link.id}",
        now=now,
        cycle=acceptance.cycle,
        submission=acceptance.submission,
        context={"late_link_id": link.id, "until_at": link.until_at.isoformat(), "city_id": acceptance.city_id},
    )


def revoke_link(*, actor: User, link: LateLink, now: datetime) -> None:
    """One person's link stops working at once, and the person is told. Raises NotPermitted, IllegalTransition."""
    _locked(actor, link.acceptance)
    if link.revoked_at is not None:
        raise IllegalTransition(N_("This link was taken back already."))
    _revoke(link, actor=actor, now=now)
    _record(link.acceptance, "late.revoke_link", actor=actor, now=now, link=link.id, person=link.user_id)


def _revoke(link: LateLink, *, actor: User, now: datetime) -> None:
    link.revoked_by = actor.id
    link.revoked_at = now
    db.session.flush()
    if now < link.until_at:
        _tell(link, "late_link_ended", link.user, now=now)


def begin(*, actor: User, link: LateLink, now: datetime) -> Submission:
    """The file a late link is for; begun if the city had none. A second click leads to the same draft.

    Raises NotPermitted for anybody but the link's person, TooLate, RuleViolation.
    """
    acceptance = link.acceptance
    lock_row(acceptance)
    lock_row(link)
    if link.user_id != actor.id:
        raise NotPermitted(N_("You are not permitted to do this."))
    lateness.check_link(
        acceptance.status,
        phase=acceptance.cycle.phase,
        is_revoked=link.revoked_at is not None,
        until_at=link.until_at,
        now=now,
    )
    if acceptance.submission is None:
        acceptance.submission = submissions.start(
            actor=actor, cycle=acceptance.cycle, city=acceptance.city, now=now, late=link
        )
        db.session.flush()
    return acceptance.submission
