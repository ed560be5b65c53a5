"""Writing the committee's report: who may, each input saved by itself, and the members whom the chair names for a case.

Every save states the digest of the text it was made from; where another one is stored by now nothing is overwritten. Whatever
was stored once is kept (`ReportChange`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from awardapp.domain import report as rules
from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.answers import digest
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.domain.report import CASE_INPUTS, GOALS, WHOLE_INPUTS, Access, CaseTexts, ReportChanged
from awardapp.extensions import db
from awardapp.models import (
    CommitteeReport,
    Cycle,
    Decision,
    Membership,
    Rapporteur,
    ReportCase,
    ReportChange,
    Submission,
    User,
)
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.queries import reports as queries
from awardapp.queries import suspicions as suspicion_queries
from awardapp.services import assignment_conflicts, audit, selections


def access_of(actor: User, cycle: Cycle, decisions: Sequence[Decision] | None = None) -> Access:
    """The person before this cycle's report; before there is a proposal nobody has anything to do with it.

    `decisions`: the shortlisted ones, where they are at hand already.
    """
    standing = people_queries.standing(actor, cycle)
    is_secretariat, is_chair = standing.has(Role.SECRETARIAT), standing.chairs(Role.COMMITTEE)
    if not (is_secretariat or standing.has(Role.COMMITTEE)) or selections.selection_of(cycle, Stage.COMMITTEE) is None:
        return Access(False, False, False, frozenset(), frozenset(), cycle.phase)
    member = people_queries.membership(actor, cycle, Role.COMMITTEE)
    if member is None:
        return Access(False, is_secretariat, False, frozenset(), frozenset(), cycle.phase)
    if decisions is None:
        decisions = queries.decisions(cycle, Outcome.SHORTLISTED)
    own = queries.named_for(member)
    barred = barred_from(member, [decision.submission for decision in decisions])
    return Access(is_chair, is_secretariat, True, own - barred, barred, cycle.phase)


def barred_from(member: Membership, submissions: Sequence[Submission]) -> frozenset[int]:
    """The submissions a member may not open: a tie, recused, or all of them without a declaration."""
    if member.conflicts_declared_at is None:
        return frozenset(submission.id for submission in submissions)
    return frozenset(assessment_queries.conflicts(member, submissions)) | queries.recused_from(member)


def record_look(*, actor: User, cycle: Cycle, what: str, now: datetime) -> None:
    """Note that somebody opened the sealed report, or the part `what` of it. Raises NotPermitted."""
    require(access_of(actor, cycle).may_enter)
    audit.record(
        actor=actor,
        action="report.look",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"what": what},
    )


def texts_of(case: ReportCase | None, decision: Decision, content: Mapping[str, Any]) -> CaseTexts:
    """What the report says of a case; the reasons start from the decision's, the goals from the file's."""
    file_goals = tuple(int(goal) for goal in content.get("answers", {}).get("sdgs") or ())
    if case is None:
        return CaseTexts("", "", decision.reason_en, decision.reason_zh, file_goals)
    return CaseTexts(
        case.summary_en,
        case.summary_zh,
        decision.reason_en if case.reasons_en is None else case.reasons_en,
        decision.reason_zh if case.reasons_zh is None else case.reasons_zh,
        file_goals if case.sdgs is None else tuple(case.sdgs),
    )


def save_case(
    *,
    actor: User,
    cycle: Cycle,
    ref: str,
    values: Mapping[str, str],
    bases: Mapping[str, str],
    now: datetime,
) -> CaseTexts:
    """Save inputs of a case, all or none of them; `bases` are the digests of what the page had shown.

    Raises NotPermitted, ReportChanged naming the inputs in which something else is stored by now, RuleViolation.
    """
    decision = queries.shortlisted(cycle, ref)
    if decision is None or not access_of(actor, cycle).may_write_case(decision.submission_id):
        raise NotPermitted(N_("You are not permitted to do this."))
    submission = decision.submission
    _begin(ReportCase, {"cycle_id": cycle.id, "submission_id": submission.id, "summary_en": "", "summary_zh": ""}, now)
    case = queries.case(submission.id, lock=True)
    if case is None:
        raise IllegalTransition(N_("The report cannot be written now."))
    present = texts_of(case, decision, queries.versions([submission]).get(submission.id, {}))
    changed = _changed({name: present.value(name) for name in CASE_INPUTS}, values, bases)
    for name, text in changed.items():
        setattr(case, name, rules.goals_of(text) if name == GOALS else text)
    _keep(changed, actor=actor, cycle=cycle, submission_id=submission.id, now=now)
    if changed:
        case.changed_at = now
    db.session.flush()
    return texts_of(case, decision, {"answers": {"sdgs": present.goals}})


def save_whole(
    *, actor: User, cycle: Cycle, values: Mapping[str, str], bases: Mapping[str, str], now: datetime
) -> CommitteeReport:
    """Save opening and closing texts, as `save_case` those of a case. For the chair."""
    if not access_of(actor, cycle).may_write_whole:
        raise NotPermitted(N_("You are not permitted to do this."))
    _begin(CommitteeReport, {"cycle_id": cycle.id, **dict.fromkeys(WHOLE_INPUTS, "")}, now)
    report = queries.whole(cycle, lock=True)
    if report is None:
        raise IllegalTransition(N_("The report cannot be written now."))
    changed = _changed({name: getattr(report, name) for name in WHOLE_INPUTS}, values, bases)
    for name, text in changed.items():
        setattr(report, name, text)
    _keep(changed, actor=actor, cycle=cycle, submission_id=None, now=now)
    if changed:
        report.changed_at = now
    db.session.flush()
    return report


def _begin(model: type[ReportCase] | type[CommitteeReport], values: Mapping[str, Any], now: datetime) -> None:
    """Begin a row unless another window begins it in the same instant; then wait for that one."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(dialect.insert(model).values(**values, changed_at=now).on_conflict_do_nothing())


def _changed(present: Mapping[str, str], values: Mapping[str, str], bases: Mapping[str, str]) -> dict[str, str]:
    """The inputs that are to hold another text. Raises ReportChanged, RuleViolation for an unknown or too long one."""
    changed: dict[str, str] = {}
    for name, value in values.items():
        if name not in present:
            raise RuleViolation(N_("This is not a text of the report."))
        text = rules.goals_text(rules.goals_of(value)) if name == GOALS else rules.tidy(value)
        if digest(text) != digest(present[name]):
            changed[name] = text
    if elsewhere := [name for name in changed if bases.get(name, "") != digest(present[name])]:
        raise ReportChanged(elsewhere)
    return changed


def _keep(changed: Mapping[str, str], *, actor: User, cycle: Cycle, submission_id: int | None, now: datetime) -> None:
    for name, text in changed.items():
        db.session.add(
            ReportChange(cycle_id=cycle.id, submission_id=submission_id, name=name, text=text, by=actor.id, at=now)
        )


def may_be_named(cycle: Cycle, submission: Submission) -> list[Membership]:
    """The members whom the chair can name for a case, by name: declared, without a tie, none that is still to be decided.

    Where the rules hide the cities from members, only the chair until the shortlist is locked: the report names them.
    """
    hides_names = cycle.rules.hide_names_from_committee and cycle.phase is CyclePhase.COMMITTEE
    open_pairs = suspicion_queries.open_pairs(cycle)
    recused = queries.recused_of(submission.id)
    members = people_queries.members(cycle, Role.COMMITTEE)
    tied = {barred.member for barred in assignment_conflicts.conflicts(cycle, members, [submission])}
    return [
        member
        for member in members
        if member.conflicts_declared_at is not None
        and (member.is_chair or not hides_names)
        and member.id not in recused
        and (member.id, submission.id) not in open_pairs
        and member.pseudonym not in tied
    ]


def name_rapporteur(*, actor: User, cycle: Cycle, ref: str, member_id: int, now: datetime) -> Rapporteur:
    """The chair names a member to write on a case; naming the same one twice is naming once.

    Raises NotPermitted, RuleViolation for a member with a tie to the city, or who has not declared their conflicts.
    """
    decision = _of_chair(actor, cycle, ref)
    member = next((one for one in may_be_named(cycle, decision.submission) if one.id == member_id), None)
    if member is None:
        raise RuleViolation(
            N_("This member has a conflict of interest here, or has not declared theirs, and cannot be named."),
            field="member",
        )
    for row in queries.rapporteurs(cycle).get(decision.submission_id, ()):
        if row.membership_id == member.id:
            return row
    row = Rapporteur(
        cycle_id=cycle.id,
        submission_id=decision.submission_id,
        membership_id=member.id,
        named_by=actor.id,
        named_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _audit("name", actor, cycle, row, now)
    return row


def end_rapporteur(*, actor: User, cycle: Cycle, ref: str, member_id: int, now: datetime) -> None:
    """The chair takes a case back from a member; what was written stays. Raises NotPermitted."""
    decision = _of_chair(actor, cycle, ref)
    for row in queries.rapporteurs(cycle).get(decision.submission_id, ()):
        if row.membership_id == member_id:
            _audit("end", actor, cycle, row, now)
            db.session.delete(row)
    db.session.flush()


def _of_chair(actor: User, cycle: Cycle, ref: str) -> Decision:
    """The chair's decision on a shortlisted file; who has a tie with it may still say who writes of it."""
    access = access_of(actor, cycle)
    decision = queries.shortlisted(cycle, ref)
    if decision is None or not access.may_write_whole:
        raise NotPermitted(N_("You are not permitted to do this."))
    return decision


def _audit(verb: str, actor: User, cycle: Cycle, row: Rapporteur, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=f"report.{verb}_rapporteur",
        object=f"membership:{row.membership_id}",
        cycle_id=cycle.id,
        now=now,
        details={"submission": row.submission_id},
    )
