"""What the report is made of, as stored: its texts, its rapporteurs, its documents, and the figures of its cycle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import defer, joinedload

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.assessments import AssessmentStatus
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    City,
    CommitteeReport,
    Cycle,
    Decision,
    Membership,
    Rapporteur,
    ReportCase,
    ReportChange,
    ReportFile,
    Submission,
    SubmissionVersion,
    User,
)


def decisions(cycle: Cycle, outcome: Outcome) -> list[Decision]:
    """The committee's decisions of an outcome by city name, each with its submission, city and theme. One query."""
    rows = db.session.scalars(
        select(Decision)
        .join(Submission, Submission.id == Decision.submission_id)
        .join(City, City.id == Submission.city_id)
        .options(
            joinedload(Decision.submission).options(
                joinedload(Submission.city), joinedload(Submission.theme), defer(Submission.answers)
            )
        )
        .where(Decision.cycle_id == cycle.id, Decision.stage == Stage.COMMITTEE, Decision.outcome == outcome)
        .order_by(City.name_en, Decision.submission_id)
    )
    return list(rows)


def shortlisted(cycle: Cycle, ref: str) -> Decision | None:
    """The decision on a shortlisted submission, None for any other. One query."""
    return db.session.scalars(
        select(Decision)
        .join(Submission, Submission.id == Decision.submission_id)
        .options(joinedload(Decision.submission).options(joinedload(Submission.city), defer(Submission.answers)))
        .where(
            Decision.cycle_id == cycle.id,
            Decision.stage == Stage.COMMITTEE,
            Decision.outcome == Outcome.SHORTLISTED,
            Submission.ref == ref,
        )
    ).one_or_none()


def whole(cycle: Cycle, *, lock: bool = False) -> CommitteeReport | None:
    """Opening and closing; with `lock` nobody else changes them until the transaction ends."""
    found = select(CommitteeReport).where(CommitteeReport.cycle_id == cycle.id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def case(submission_id: int, *, lock: bool = False) -> ReportCase | None:
    """What was written of one case, None before the first save."""
    found = select(ReportCase).where(ReportCase.submission_id == submission_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(found).one_or_none()


def cases(cycle: Cycle) -> dict[int, ReportCase]:
    """What was written, by submission. One query."""
    rows = db.session.scalars(select(ReportCase).where(ReportCase.cycle_id == cycle.id))
    return {row.submission_id: row for row in rows}


def rapporteurs(cycle: Cycle) -> dict[int, list[Rapporteur]]:
    """The members named, by submission and name; none whose role has ended. One query."""
    found: dict[int, list[Rapporteur]] = defaultdict(list)
    for row in db.session.scalars(
        select(Rapporteur)
        .join(Membership, Membership.id == Rapporteur.membership_id)
        .join(User, User.id == Membership.user_id)
        .options(joinedload(Rapporteur.membership).joinedload(Membership.user))
        .where(Rapporteur.cycle_id == cycle.id, Membership.ended_at.is_(None))
        .order_by(User.name, Rapporteur.id)
    ):
        found[row.submission_id].append(row)
    return dict(found)


def named_for(member: Membership) -> frozenset[int]:
    """The shortlisted submissions a member was named for; one that left the shortlist is not among them. One query."""
    return frozenset(
        db.session.scalars(
            select(Rapporteur.submission_id)
            .join(
                Decision,
                and_(Decision.submission_id == Rapporteur.submission_id, Decision.cycle_id == Rapporteur.cycle_id),
            )
            .where(
                Rapporteur.membership_id == member.id,
                Decision.stage == Stage.COMMITTEE,
                Decision.outcome == Outcome.SHORTLISTED,
            )
        )
    )


def recused_from(member: Membership) -> frozenset[int]:
    """The submissions from which a member stepped back because of a tie. One query."""
    return frozenset(
        db.session.scalars(
            select(Assessment.submission_id).where(
                Assessment.membership_id == member.id, Assessment.status == AssessmentStatus.RECUSED
            )
        )
    )


def recused_of(submission_id: int) -> frozenset[int]:
    """The memberships that stepped back from a submission. One query."""
    return frozenset(
        db.session.scalars(
            select(Assessment.membership_id).where(
                Assessment.submission_id == submission_id, Assessment.status == AssessmentStatus.RECUSED
            )
        )
    )


def changes(cycle: Cycle, submission_id: int | None, *, limit: int = 200) -> Sequence[ReportChange]:
    """The earlier states of a case's texts, of the opening and closing without a submission; the newest first."""
    return db.session.scalars(
        select(ReportChange)
        .options(joinedload(ReportChange.writer))
        .where(ReportChange.cycle_id == cycle.id, ReportChange.submission_id == submission_id)
        .order_by(ReportChange.id.desc())
        .limit(limit)
    ).all()


def files(cycle: Cycle, content_sha256: str) -> dict[tuple[str, str], ReportFile]:
    """The documents of this content, by edition and format. One query."""
    rows = db.session.scalars(
        select(ReportFile).where(ReportFile.cycle_id == cycle.id, ReportFile.content_sha256 == content_sha256)
    )
    return {(row.edition, row.format): row for row in rows}


def versions(submissions: Collection[Submission]) -> dict[int, Mapping[str, Any]]:
    """What each submission's last version holds, by submission. One query."""
    rows = db.session.execute(
        select(SubmissionVersion.submission_id, SubmissionVersion.content)
        .join(
            Submission,
            and_(Submission.id == SubmissionVersion.submission_id, Submission.version == SubmissionVersion.number),
        )
        .where(Submission.id.in_([submission.id for submission in submissions]))
    )
    return {submission_id: content for submission_id, content in rows}


@dataclass(frozen=True, slots=True)
class Figures:
    """Numbers of a cycle: entries handed in, and of the valid ones cities, countries and themes; readings handed in."""

    handed_in: int
    valid: int
    cities: int
    countries: Mapping[str, int]
    themes: Mapping[int | None, int]
    readings: int


def figures(cycle: Cycle) -> Figures:
    """The numbers of the cycle, counted from its rows. Four queries."""
    is_valid = and_(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    countries = db.session.execute(
        select(City.country, func.count())
        .join(Submission, Submission.city_id == City.id)
        .where(is_valid)
        .group_by(City.country)
    )
    themes = db.session.execute(select(Submission.theme_id, func.count()).where(is_valid).group_by(Submission.theme_id))
    by_country = {code: n for code, n in countries}
    handed_in, cities = db.session.execute(
        select(
            func.count(Submission.submitted_at),
            func.count(Submission.city_id.distinct()).filter(Submission.status == SubmissionStatus.VALID),
        ).where(Submission.cycle_id == cycle.id)
    ).one()
    readings = db.session.scalar(
        select(func.count()).where(Assessment.cycle_id == cycle.id, Assessment.status == AssessmentStatus.SUBMITTED)
    )
    return Figures(
        handed_in, sum(by_country.values()), cities, by_country, {theme: n for theme, n in themes}, readings or 0
    )
