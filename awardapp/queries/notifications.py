"""Whom letters would go to, before they are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from awardapp.extensions import db
from awardapp.models import Delegate, Submission, User


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom letters about some submissions would go to."""

    people: int
    by_language: dict[str, int]
    silent: tuple[int, ...]  # submissions whose city has no delegate to write to


def reach(submission_ids: Iterable[int]) -> Reach:
    """Count the delegates who would be written to about these submissions. One query."""
    wanted = list(submission_ids)
    rows = db.session.execute(
        select(Submission.id, User.language, func.count(User.id))
        .join(Delegate, Delegate.city_id == Submission.city_id)
        .join(User, User.id == Delegate.user_id)
        .where(
            Submission.id.in_(wanted),
            Delegate.ended_at.is_(None),
            Delegate.confirmed_at.is_not(None),
            User.disabled_at.is_(None),
        )
        .group_by(Submission.id, User.language)
    ).all()
    languages: dict[str, int] = {}
    for _submission, language, n in rows:
        languages[language] = languages.get(language, 0) + n
    reached = {submission for submission, _language, _n in rows}
    return Reach(sum(languages.values()), languages, tuple(i for i in wanted if i not in reached))
