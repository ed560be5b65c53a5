"""Assignments and assessments, scoped to the person asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Executable, Row, String, and_, bindparam, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, load_only, selectinload

from awardapp.domain.assessments import ConflictKind, Tie, conflict_with
from awardapp.extensions import db
from awardapp.models import (
    Advice,
    Assessment,
    Assignment,
    City,
    ConflictOfInterest,
    Criterion,
    Cycle,
    Delegate,
    Membership,
    Score,
    Submission,
    SubmissionVersion,
    User,
)
from awardapp.queries import partners

DONE = ("submitted", "abstained", "recused")


# Statements that a member's pages ask each time are put together once: that costs as much as asking them.
IS_OWN = and_(
    Assessment.submission_id == Assignment.submission_id, Assessment.membership_id == Assignment.membership_id
)
_DECLARED = select(ConflictOfInterest.city_id, ConflictOfInterest.country, ConflictOfInterest.kind).where(
    ConflictOfInterest.membership_id == bindparam("member_id"), ConflictOfInterest.withdrawn_at.is_(None)
)
# Cities whose files the same person took up as an adviser of this cycle. Nobody declares it, so nobody can take it back.
_JUDGE, _ADVISER = aliased(Membership), aliased(Membership)
_ADVISED = (
    select(Submission.city_id, cast(null(), String), literal(ConflictKind.ADVICE.value))
    .select_from(_JUDGE)
    .join(_ADVISER, and_(_ADVISER.user_id == _JUDGE.user_id, _ADVISER.cycle_id == _JUDGE.cycle_id))
    .join(Advice, Advice.membership_id == _ADVISER.id)
    .join(Submission, Submission.id == Advice.submission_id)
    .where(_JUDGE.id == bindparam("member_id"))
)
# Cities for which the same person acts now; whoever acted earlier is asked about (see domain/suspicions.py).
_DELEGATE = aliased(Membership)
_ACTS_FOR = (
    select(Delegate.city_id, cast(null(), String), literal(ConflictKind.EMPLOYMENT.value))
    .select_from(_DELEGATE)
    .join(Delegate, Delegate.user_id == _DELEGATE.user_id)
    .where(_DELEGATE.id == bindparam("member_id"), Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None))
)
_TIES: Executable = union_all(_DECLARED, _ADVISED, _ACTS_FOR)
_TIES_AND_PARTNERS: Executable = union_all(_DECLARED, _ADVISED, _ACTS_FOR, partners.AS_TIES)


def ties_of(member: Membership) -> list[Tie]:
    """The member's conflicts of interest as the rules look at them: declared, from advising in this cycle, from acting for a
    city."""
    rows = db.session.execute(_TIES, {"member_id": member.id})
    return [Tie(city_id, country, ConflictKind(kind)) for city_id, country, kind in rows]


def ties_by_member(members: Sequence[Membership]) -> dict[int, list[Tie]]:
    """The same for several members at once, by id. One query."""
    ids = [member.id for member in members]
    declared = select(
        ConflictOfInterest.membership_id,
        ConflictOfInterest.city_id,
        ConflictOfInterest.country,
        ConflictOfInterest.kind,
    ).where(ConflictOfInterest.membership_id.in_(ids), ConflictOfInterest.withdrawn_at.is_(None))
    advised = (
        select(_JUDGE.id, Submission.city_id, cast(null(), String), literal(ConflictKind.ADVICE.value))
        .select_from(_JUDGE)
        .join(_ADVISER, and_(_ADVISER.user_id == _JUDGE.user_id, _ADVISER.cycle_id == _JUDGE.cycle_id))
        .join(Advice, Advice.membership_id == _ADVISER.id)
        .join(Submission, Submission.id == Advice.submission_id)
        .where(_JUDGE.id.in_(ids))
    )
    acts_for = (
        select(_DELEGATE.id, Delegate.city_id, cast(null(), String), literal(ConflictKind.EMPLOYMENT.value))
        .select_from(_DELEGATE)
        .join(Delegate, Delegate.user_id == _DELEGATE.user_id)
        .where(_DELEGATE.id.in_(ids), Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None))
    )
    found: dict[int, list[Tie]] = {one: [] for one in ids}
    statement: Executable = union_all(declared, advised, acts_for)
    for member_id, city_id, country, kind in db.session.execute(statement):
        found[member_id].append(Tie(city_id, country, ConflictKind(kind)))
    return found


def conflict(member: Membership, submission: Submission) -> ConflictKind | None:
    """Why this member or juror may not judge this submission, or None. One query."""
    rows = db.session.execute(_TIES_AND_PARTNERS, {"member_id": member.id, "submission_id": submission.id}).all()
    return conflict_with(
        city_id=submission.city_id,
        country=submission.city.country,
        own_country=member.user.country,
        ties=[Tie(city, country, ConflictKind(kind)) for city, country, kind in rows if kind != partners.PARTNER],
        bar_own_country=submission.cycle.rules.bar_own_country,
        partners=[(city, country) for city, country, kind in rows if kind == partners.PARTNER],
    )


def conflicts(member: Membership, submissions: Sequence[Submission]) -> dict[int, ConflictKind]:
    """The submissions this member or juror may not judge, by id, with the reason. Two queries."""
    ties = ties_of(member)
    joint = partners.places_of([submission.id for submission in submissions])
    rules = member.cycle.rules
    found = {
        submission.id: conflict_with(
            city_id=submission.city_id,
            country=submission.city.country,
            own_country=member.user.country,
            ties=ties,
            bar_own_country=rules.bar_own_country,
            partners=joint.get(submission.id, ()),
        )
        for submission in submissions
    }
    return {submission_id: kind for submission_id, kind in found.items() if kind is not None}


def assignment(member: Membership, ref: str) -> Assignment | None:
    """The member's released assignment of a submission; None for anything that is not theirs."""
    return db.session.execute(
        select(Assignment)
        .join(Submission)
        .options(
            joinedload(Assignment.submission).options(joinedload(Submission.city), defer(Submission.answers)),
        )
        .where(
            Submission.ref == ref,
            Assignment.membership_id == member.id,
            Assignment.released_at.is_not(None),
        )
    ).scalar_one_or_none()


_LOCKED = (
    select(Assessment)
    .options(selectinload(Assessment.scores))
    .where(Assessment.submission_id == bindparam("submission_id"), Assessment.membership_id == bindparam("member_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def assessment(member: Membership, submission: Submission) -> Assessment | None:
    """The member's assessment of a submission, read anew with its scores and locked until the transaction ends."""
    values = {"submission_id": submission.id, "member_id": member.id}
    return db.session.execute(_LOCKED, values).scalar_one_or_none()


@dataclass(frozen=True, slots=True)
class Reading:
    """A file given to a member to read: the version handed in last, and the member's own assessment if one is begun."""

    assignment: Assignment
    version: SubmissionVersion
    assessment: Assessment | None

    @property
    def submission(self) -> Submission:
        return self.assignment.submission


_READING = (
    select(Assignment, SubmissionVersion, Assessment)
    .join(Submission, Submission.id == Assignment.submission_id)
    .join(City, City.id == Submission.city_id)
    .join(
        SubmissionVersion,
        and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version),
    )
    .outerjoin(Assessment, IS_OWN)
    .options(
        contains_eager(Assignment.submission).options(
            # The working text is not what is judged, and it is long.
            load_only(
                Submission.ref,
                Submission.cycle_id,
                Submission.city_id,
                Submission.status,
                Submission.title_en,
                Submission.title_zh,
                Submission.version,
            ),
            contains_eager(Submission.city),
        )
    )
    .where(
        Submission.ref == bindparam("ref"),
        Assignment.membership_id == bindparam("member_id"),
        Assignment.released_at.is_not(None),
    )
)
_READING_WITHOUT_CONTENT = _READING.options(defer(SubmissionVersion.content))


def reading(member: Membership, ref: str, *, with_content: bool = True) -> Reading | None:
    """A released file of the member with everything to read in it; None for anything that is not theirs. One query.

    Without its long content where only the sheet is saved.
    """
    query = _READING if with_content else _READING_WITHOUT_CONTENT
    row = db.session.execute(query, {"ref": ref, "member_id": member.id}).one_or_none()
    return None if row is None else Reading(*row)


_CRITERIA = (
    select(Criterion, Score.units)
    .outerjoin(Score, and_(Score.criterion_id == Criterion.id, Score.assessment_id == bindparam("assessment_id")))
    .where(Criterion.cycle_id == bindparam("cycle_id"))
    .order_by(Criterion.position, Criterion.id)
)


def criteria_with_units(cycle: Cycle, assessment: Assessment | None) -> list[tuple[Criterion, int | None]]:
    """The cycle's criteria in their order, each with the units scored, None where nothing is. One query."""
    values = {"cycle_id": cycle.id, "assessment_id": assessment.id if assessment else None}
    return [(criterion, units) for criterion, units in db.session.execute(_CRITERIA, values)]


_OWN_UNITS = (
    select(Score.units, func.count())
    .join(Assessment, Assessment.id == Score.assessment_id)
    .where(Assessment.membership_id == bindparam("member_id"), Assessment.status.in_(("draft", "submitted")))
    .group_by(Score.units)
)


def own_units(member: Membership) -> dict[int, int]:
    """How often the member gave each mark so far, by units, over all criteria."""
    return {units: n for units, n in db.session.execute(_OWN_UNITS, {"member_id": member.id})}


def of_submission(submission: Submission) -> Sequence[Assessment]:
    """Every assessment of a submission with scores and names, by name. For the chair and the secretariat only."""
    return db.session.scalars(
        select(Assessment)
        .join(Membership, Membership.id == Assessment.membership_id)
        .join(User, User.id == Membership.user_id)
        .options(
            selectinload(Assessment.scores),
            contains_eager(Assessment.membership).contains_eager(Membership.user),
        )
        .where(Assessment.submission_id == submission.id)
        .order_by(User.name, Assessment.id)
    ).all()


def declared_by(member: Membership) -> Sequence[ConflictOfInterest]:
    """The lines of the member's present declaration, with their cities."""
    return db.session.scalars(
        select(ConflictOfInterest)
        .options(joinedload(ConflictOfInterest.city))
        .where(
            ConflictOfInterest.membership_id == member.id,
            ConflictOfInterest.declared_by == member.user_id,
            ConflictOfInterest.withdrawn_at.is_(None),
        )
        .order_by(ConflictOfInterest.id)
    ).all()


def cities_to_judge(cycle: Cycle) -> Sequence[City]:
    """Every city that handed something in, alone or as a partner, by name: what a declaration chooses from."""
    return db.session.scalars(
        select(City)
        .where(
            or_(
                City.id.in_(
                    select(Submission.city_id).where(
                        Submission.cycle_id == cycle.id, Submission.submitted_at.is_not(None)
                    )
                ),
                City.id.in_(partners.cities_of(cycle)),
            )
        )
        .order_by(City.name_en, City.id)
    ).all()


def progress(cycle: Cycle) -> Sequence[Row[int, str, int, int]]:
    """Per member: membership id, name, files assigned (released), files finished. One query."""
    # Each counted by itself, from an index alone; nobody can finish what was not released to them.
    given = select(func.count(Assignment.released_at)).where(
        Assignment.cycle_id == Membership.cycle_id, Assignment.membership_id == Membership.id
    )
    finished = select(func.count()).where(Assessment.membership_id == Membership.id, Assessment.status.in_(DONE))
    return db.session.execute(
        select(Membership.id, User.name, given.scalar_subquery(), finished.scalar_subquery())
        .join(User, User.id == Membership.user_id)
        .where(Membership.cycle_id == cycle.id, Membership.role == "committee", Membership.ended_at.is_(None))
        .order_by(User.name, Membership.id)
    ).all()
