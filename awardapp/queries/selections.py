"""What the deciding rooms read: submissions by pseudonym, files that are decided on, finalists with their reasons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import defer, joinedload

from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, Publication, PublishedOutcome, Submission, SubmissionVersion


def submissions_by_pseudonym(cycle: Cycle, names: Collection[str]) -> dict[str, Submission]:
    """Submissions of the cycle with their cities, by pseudonym. One query, none for no name."""
    if not names:
        return {}
    rows = db.session.scalars(
        select(Submission)
        .options(joinedload(Submission.city), defer(Submission.answers))
        .where(Submission.cycle_id == cycle.id, Submission.pseudonym.in_(names))
    )
    return {row.pseudonym: row for row in rows}


def valid_with_version(cycle: Cycle, ref: str) -> tuple[Submission, SubmissionVersion] | None:
    """A valid submission of the cycle with the version handed in last. For the chair and the secretariat only."""
    row = db.session.execute(
        select(Submission, SubmissionVersion)
        .join(
            SubmissionVersion,
            and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version),
        )
        .options(joinedload(Submission.city), defer(Submission.answers))
        .where(Submission.ref == ref, Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True, slots=True)
class Finalist:
    """A city of the published shortlist: its submission and its line of the announcement, with the reason."""

    submission: Submission
    line: PublishedOutcome


def _published_shortlist(cycle: Cycle) -> tuple[object, ...]:
    return (
        Publication.cycle_id == cycle.id,
        Publication.kind == AnnouncementKind.SHORTLIST,
        PublishedOutcome.outcome == Outcome.SHORTLISTED,
    )


def finalists(cycle: Cycle) -> list[Finalist]:
    """The published shortlist by city name; empty before it is public. One query."""
    rows = db.session.execute(
        select(Submission, PublishedOutcome)
        .join(PublishedOutcome, PublishedOutcome.submission_id == Submission.id)
        .join(Publication, Publication.id == PublishedOutcome.publication_id)
        .join(City, City.id == Submission.city_id)
        .options(joinedload(Submission.city), defer(Submission.answers))
        .where(*_published_shortlist(cycle))  # type: ignore[arg-type]
        .order_by(City.name_en, Submission.id)
    )
    return [Finalist(submission, line) for submission, line in rows]


def finalist(cycle: Cycle, ref: str) -> tuple[Finalist, SubmissionVersion] | None:
    """One finalist with the version handed in last; None for anything not on the published shortlist."""
    row = db.session.execute(
        select(Submission, PublishedOutcome, SubmissionVersion)
        .join(PublishedOutcome, PublishedOutcome.submission_id == Submission.id)
        .join(Publication, Publication.id == PublishedOutcome.publication_id)
        .join(
            SubmissionVersion,
            and_(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.number == Submission.version),
        )
        .options(joinedload(Submission.city), defer(Submission.answers))
        .where(Submission.ref == ref, *_published_shortlist(cycle))  # type: ignore[arg-type]
    ).one_or_none()
    return None if row is None else (Finalist(row[0], row[1]), row[2])
