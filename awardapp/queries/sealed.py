"""Announcements under preparation. Only the secretariat's pages read these; see announcements.py for what is public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload, selectinload

from awardapp.domain.announcements import Stage
from awardapp.extensions import db
from awardapp.models import Announcement, City, Cycle, Decision, Release, Submission


def announcements(cycle: Cycle) -> Sequence[Announcement]:
    """The cycle's announcements, without their content's lines, in the order in which they were begun."""
    return db.session.scalars(
        select(Announcement)
        .options(selectinload(Announcement.releases))
        .where(Announcement.cycle_id == cycle.id)
        .order_by(Announcement.id)
    ).all()


def announcement(cycle: Cycle, announcement_id: int) -> Announcement | None:
    """One announcement of the cycle with those who released it, as it is stored now.

    Without joins: the services lock its row again, and PostgreSQL locks no outer join.
    """
    return db.session.execute(
        select(Announcement)
        .options(selectinload(Announcement.cycle), selectinload(Announcement.releases).selectinload(Release.user))
        .where(Announcement.cycle_id == cycle.id, Announcement.id == announcement_id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def awards_given(cycle: Cycle) -> dict[str, int]:
    """How many cities received each special award so far, by the award's key. One query."""
    rows = db.session.execute(
        select(Decision.award_key, func.count())
        .where(Decision.cycle_id == cycle.id, Decision.stage == Stage.SPECIAL)
        .group_by(Decision.award_key)
    )
    return {key: n for key, n in rows}


def special_decisions(cycle: Cycle) -> dict[str, list[Decision]]:
    """The sealed decisions on special awards by the award's key, each with its submission and city. One query."""
    found: dict[str, list[Decision]] = {}
    for decision in db.session.scalars(
        select(Decision)
        .options(joinedload(Decision.submission).joinedload(Submission.city))
        .where(Decision.cycle_id == cycle.id, Decision.stage == Stage.SPECIAL)
        .order_by(Decision.id)
    ):
        found.setdefault(decision.award_key, []).append(decision)
    return found


def cities_of(submission_ids: Iterable[int]) -> Sequence[Row[int, str, int, str, str | None]]:
    """Submission id, ref, city id and the city's two names, by English name. One query."""
    return db.session.execute(
        select(Submission.id, Submission.ref, City.id.label("city_id"), City.name_en, City.name_zh)
        .join(City, City.id == Submission.city_id)
        .where(Submission.id.in_(list(submission_ids)))
        .order_by(City.name_en, Submission.id)
    ).all()
