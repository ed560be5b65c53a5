"""Announcements under preparation. Only the secretariat's pages read these; see announcements.py for what is public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from awardapp.domain.announcements import AnnouncementKind, AnnouncementStatus, Stage
from awardapp.extensions import db
from awardapp.models import Announcement, AuditEntry, CeremonyPart, City, Cycle, Decision, Release, Submission

LOG_SHOWN = 200


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


def log(announcement: Announcement) -> Sequence[AuditEntry]:
    """Everything that was done to an announcement and every look at it, with who did it, the newest first. One query."""
    return db.session.scalars(
        select(AuditEntry)
        .options(joinedload(AuditEntry.actor))
        .where(AuditEntry.cycle_id == announcement.cycle_id, AuditEntry.object == f"announcement:{announcement.id}")
        .order_by(AuditEntry.id.desc())
        .limit(LOG_SHOWN)
    ).all()


def goes_with_winners(announcement: Announcement) -> bool:
    """Whether the winners are announced in the same ceremony. One query."""
    own = aliased(CeremonyPart)
    return (
        db.session.scalar(
            select(Announcement.id)
            .join(CeremonyPart, CeremonyPart.announcement_id == Announcement.id)
            .join(own, own.ceremony_id == CeremonyPart.ceremony_id)
            .where(own.announcement_id == announcement.id, Announcement.kind == AnnouncementKind.WINNERS)
        )
        is not None
    )


def alarms(cycle: Cycle, *, now: datetime, late_after: timedelta) -> Sequence[Announcement]:
    """Announcements somebody must look at: refused because they had changed, or still not public past their instant.
    One query."""
    return db.session.scalars(
        select(Announcement)
        .where(
            Announcement.cycle_id == cycle.id,
            or_(
                and_(Announcement.refused_at.is_not(None), Announcement.status != AnnouncementStatus.PUBLISHED),
                and_(
                    Announcement.status == AnnouncementStatus.SCHEDULED,
                    Announcement.embargo_until <= now - late_after,
                ),
            ),
        )
        .order_by(Announcement.id)
    ).all()


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
