"""Awards that a body outside decides in writing: recorded with its document by one person, given by the word of another."""

from __future__ import annotations

from datetime import date, datetime

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.selection.canonical import dumps, sha256
from awardapp.domain.special_awards import DecidedBy
from awardapp.extensions import db
from awardapp.models import Cycle, Decision, PartnerDecision, SpecialAward, Submission, User
from awardapp.services import audit, awards, wall
from awardapp.services.documents import Document
from awardapp.services.locks import lock_row


def record(
    *,
    actor: User,
    cycle: Cycle,
    award: SpecialAward,
    submission: Submission,
    partner_en: str,
    partner_zh: str,
    decided_on: date,
    reason_en: str,
    reason_zh: str,
    document: Document,
    now: datetime,
) -> PartnerDecision:
    """Record what a body outside decided. Nothing is given before a second person has compared it with the document.

    It may be recorded while the jury is open, behind the wall. Raises NotPermitted, WallStands, IllegalTransition,
    RuleViolation naming the field.
    """
    wall.pass_through(actor, cycle)
    lock_row(award)
    if award.cycle_id != cycle.id or award.decided_by != DecidedBy.PARTNER:
        raise IllegalTransition(N_("No body outside decides this award."))
    if not CyclePhase.SHORTLIST_PUBLIC.position <= cycle.phase.position < CyclePhase.ARCHIVED.position:
        raise IllegalTransition(N_("Special awards are given after the shortlist is public."))
    awards.check_unsealed(cycle, award)
    if submission.id not in {s.id for s in awards.eligible(cycle, award.candidates)}:
        raise RuleViolation(N_("By its rule this award does not go to this city."), field="submission")
    if decided_on > now.date():
        raise RuleViolation(N_("This date lies in the future."), field="decided_on")
    texts = {"partner_en": partner_en, "partner_zh": partner_zh, "reason_en": reason_en, "reason_zh": reason_zh}
    for name, text in texts.items():
        if not text.strip():
            raise RuleViolation(N_("Please fill this in."), field=name)
    decision = PartnerDecision(
        cycle_id=cycle.id,
        award_key=award.key,
        submission_id=submission.id,
        decided_on=decided_on,
        document_sha256=document.sha256,
        document_name=document.name,
        recorded_by=actor.id,
        recorded_at=now,
        **{name: text.strip() for name, text in texts.items()},
    )
    decision.sha256 = digest(decision)
    db.session.add(decision)
    db.session.flush()
    _record(decision, "partner_decision.record", actor=actor, now=now)
    return decision


def digest(decision: PartnerDecision) -> str:
    """SHA-256 of what was recorded: what the second person is shown, and nothing else, is what is given."""
    names = ("award_key", "submission_id", "partner_en", "partner_zh", "reason_en", "reason_zh", "document_sha256")
    return sha256(dumps({**{n: getattr(decision, n) for n in names}, "decided_on": decision.decided_on.isoformat()}))


def _waiting(actor: User, decision: PartnerDecision, award: SpecialAward) -> Cycle:
    cycle = decision.cycle
    wall.pass_through(actor, cycle)
    lock_row(award)
    lock_row(decision)
    if decision.is_confirmed is not None:
        raise IllegalTransition(N_("Somebody has decided on this already."))
    return cycle


def confirm(
    *, actor: User, decision: PartnerDecision, award: SpecialAward, shown_sha256: str, now: datetime
) -> Decision:
    """The second person's word that the document says this: the award is given.

    Raises NotPermitted (also for the person who recorded it), WallStands, IllegalTransition while the jury is open,
    StaleVersion, RuleViolation when no place is left.
    """
    cycle = _waiting(actor, decision, award)
    awards.check_open(cycle, award)
    if decision.recorded_by == actor.id:
        raise NotPermitted(
            N_("You recorded this: another person of the secretariat must compare it with the document.")
        )
    if shown_sha256 != decision.sha256 or digest(decision) != decision.sha256:
        raise StaleVersion(N_("This is not what was recorded. Open the page anew."))
    given = awards.decide(
        actor=actor, cycle=cycle, award=award, submission=decision.submission, reason_en=decision.reason_en,
        reason_zh=decision.reason_zh, now=now,
    )  # fmt: skip
    _end(decision, actor, is_confirmed=True, now=now)
    return given


def send_back(*, actor: User, decision: PartnerDecision, award: SpecialAward, now: datetime) -> None:
    """Refuse what was recorded, or take one's own back: nothing is given. Raises NotPermitted, IllegalTransition."""
    _waiting(actor, decision, award)
    _end(decision, actor, is_confirmed=False, now=now)


def _end(decision: PartnerDecision, actor: User, *, is_confirmed: bool, now: datetime) -> None:
    decision.is_confirmed, decision.ended_by, decision.ended_at = is_confirmed, actor.id, now
    db.session.flush()
    _record(
        decision, "partner_decision.confirm" if is_confirmed else "partner_decision.send_back", actor=actor, now=now
    )


def _record(decision: PartnerDecision, action: str, *, actor: User, now: datetime) -> None:
    """Into the log without the city: a juror of the secretariat reads the log too."""
    audit.record(
        actor=actor, action=action, object=f"partner_decision:{decision.id}", cycle_id=decision.cycle_id, now=now,
        details={"award": decision.award_key},
    )  # fmt: skip
