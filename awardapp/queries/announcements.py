"""What the public may know of a cycle's results, and only that: these selects read the publication tables alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.extensions import db
from awardapp.models import City, Cycle, Publication, PublishedOutcome, Submission


def published(cycle: Cycle) -> Sequence[Publication]:
    """The cycle's published announcements with their lines, the newest first."""
    return db.session.scalars(
        select(Publication)
        .options(selectinload(Publication.outcomes).joinedload(PublishedOutcome.city))
        .where(Publication.cycle_id == cycle.id)
        .order_by(Publication.published_at.desc(), Publication.id.desc())
    ).all()


def latest(limit: int = 5) -> Sequence[Publication]:
    """The latest published announcements of all cycles."""
    return db.session.scalars(
        select(Publication)
        .options(joinedload(Publication.cycle))
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(limit)
    ).all()


def publication(cycle: Cycle, kind: AnnouncementKind, award_key: str = "") -> Publication | None:
    """One published announcement with its lines, None before its moment."""
    return db.session.execute(
        select(Publication)
        .options(selectinload(Publication.outcomes).joinedload(PublishedOutcome.city))
        .where(
            Publication.cycle_id == cycle.id, Publication.kind == kind, Publication.award_key == award_key
        )
    ).scalar_one_or_none()


def outcomes_of(submission: Submission) -> Sequence[PublishedOutcome]:
    """What was announced about a submission, oldest first."""
    return db.session.scalars(
        select(PublishedOutcome)
        .join(Publication)
        .options(joinedload(PublishedOutcome.publication))
        .where(PublishedOutcome.submission_id == submission.id)
        .order_by(Publication.published_at, PublishedOutcome.id)
    ).all()


def shortlisted(cycle: Cycle) -> list[Submission]:
    """The submissions on the published shortlist, by city name; empty before it is public."""
    return list(
        db.session.scalars(
            select(Submission)
            .join(PublishedOutcome, PublishedOutcome.submission_id == Submission.id)
            .join(Publication, Publication.id == PublishedOutcome.publication_id)
            .join(City, City.id == Submission.city_id)
            .options(joinedload(Submission.city), joinedload(Submission.theme))
            .where(
                Publication.cycle_id == cycle.id,
                Publication.kind == AnnouncementKind.SHORTLIST,
                PublishedOutcome.outcome == Outcome.SHORTLISTED,
            )
            .order_by(City.name_en, Submission.id)
        )
    )
