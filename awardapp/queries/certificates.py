"""Certificates that were given: by their code, and those of a submission."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from awardapp.extensions import db
from awardapp.models import Certificate, Publication


def by_code(code: str) -> Certificate | None:
    """The certificate with this code, None when none was given. There is none before its publication."""
    return db.session.execute(
        select(Certificate)
        .options(joinedload(Certificate.publication).options(joinedload(Publication.cycle), defer(Publication.record)))
        .where(Certificate.code == code)
    ).scalar_one_or_none()


def of_submission(submission_id: int) -> Sequence[Certificate]:
    """The certificates of a submission, oldest first."""
    return db.session.scalars(
        select(Certificate)
        .options(joinedload(Certificate.publication).options(defer(Publication.record)))
        .where(Certificate.submission_id == submission_id)
        .order_by(Certificate.id)
    ).all()
