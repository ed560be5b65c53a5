"""Word forms that were brought back to a submission."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from awardapp.extensions import db
from awardapp.models import OfflineForm, Submission


def of(submission: Submission) -> Sequence[OfflineForm]:
    """The documents of a submission without their content, the last one first. One query."""
    return db.session.scalars(
        select(OfflineForm)
        .options(defer(OfflineForm.content), joinedload(OfflineForm.uploader))
        .where(OfflineForm.submission_id == submission.id)
        .order_by(OfflineForm.id.desc())
    ).all()


def by_id(submission: Submission, form_id: int) -> OfflineForm | None:
    """One document of this submission."""
    return db.session.execute(
        select(OfflineForm)
        .options(joinedload(OfflineForm.uploader))
        .where(OfflineForm.id == form_id, OfflineForm.submission_id == submission.id)
    ).scalar_one_or_none()
