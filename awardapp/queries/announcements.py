"""What the public may know of a cycle's results, and only that: these selects read the publication tables alone."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import defer, joinedload, selectinload

from awardapp.domain.announcements import AnnouncementKind, Outcome
from awardapp.extensions import db
from awardapp.models import City, Cycle, Publication, PublishedOutcome, SpecialAward, Submission


def published(cycle: Cycle) -> Sequence[Publication]:
    """The cycle's published announcements with their lines, the newest first."""
    return db.session.scalars(
        select(Publication)
        .options(defer(Publication.record), selectinload(Publication.outcomes).joinedload(PublishedOutcome.city))
        .where(Publication.cycle_id == cycle.id)
        .order_by(Publication.published_at.desc(), Publication.id.desc())
    ).all()


def of_cycle(cycle: Cycle) -> Sequence[Publication]:
    """The cycle's published announcements without their lines, the newest first."""
    return db.session.scalars(
        select(Publication)
        .options(defer(Publication.record))
        .where(Publication.cycle_id == cycle.id)
        .order_by(Publication.published_at.desc(), Publication.id.desc())
    ).all()


def latest(limit: int = 5) -> Sequence[Publication]:
    """The latest published announcements of all cycles."""
    return db.session.scalars(
        select(Publication)
        .options(defer(Publication.record), joinedload(Publication.cycle))
        .order_by(Publication.published_at.desc(), Publication.id.desc())
        .limit(limit)
    ).all()


def publication(cycle: Cycle, kind: AnnouncementKind, award_key: str = "") -> Publication | None:
    """One published announcement with its lines, None before its moment."""
    return db.session.execute(
        select(Publication)
        .options(
            defer(Publication.record),
            joinedload(Publication.cycle),
            selectinload(Publication.outcomes).joinedload(PublishedOutcome.city),
        )
        .where(Publication.cycle_id == cycle.id, Publication.kind == kind, Publication.award_key == award_key)
    ).scalar_one_or_none()


def special_awards(cycle: Cycle) -> dict[str, SpecialAward]:
    """The special awards of a cycle by key. One query, always: its number must not hang on what was read before."""
    rows = db.session.scalars(
        select(SpecialAward).where(SpecialAward.cycle_id == cycle.id).order_by(SpecialAward.position)
    )
    return {row.key: row for row in rows}


def record(cycle: Cycle, kind: AnnouncementKind, award_key: str = "") -> tuple[Publication, str] | None:
    """A published announcement with the text of its record; None before its moment or where the rules publish none."""
    found = db.session.execute(
        select(Publication, Publication.record)
        .options(defer(Publication.record))
        .where(
            Publication.cycle_id == cycle.id,
            Publication.kind == kind,
            Publication.award_key == award_key,
            Publication.record.is_not(None),
        )
    ).one_or_none()
    return (found[0], str(found[1])) if found is not None else None


def record_size(publication: Publication) -> int | None:
    """Length of the published record in characters, None where the rules publish none."""
    size: int | None = db.session.execute(
        select(func.length(Publication.record)).where(Publication.id == publication.id)
    ).scalar_one()
    return size


def outcomes_of(submission: Submission) -> Sequence[PublishedOutcome]:
    """What was announced about a submission, oldest first."""
    return outcomes_by_id(submission.id)


_OUTCOMES = (
    select(PublishedOutcome)
    .join(Publication)
    .options(joinedload(PublishedOutcome.publication).defer(Publication.record))
    .where(PublishedOutcome.submission_id == bindparam("submission_id"))
    .order_by(Publication.published_at, PublishedOutcome.id)
)


def outcomes_by_id(submission_id: int) -> Sequence[PublishedOutcome]:
    """What was announced about the submission with this id, oldest first."""
    return db.session.scalars(_OUTCOMES, {"submission_id": submission_id}).all()


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
