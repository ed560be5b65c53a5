"""What of an announcement was rehearsed with placeholder names, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from awardapp.domain.announcements import AnnouncementKind, RehearsedPart
from awardapp.extensions import db
from awardapp.models import AnnouncementRehearsal, Cycle


def latest(cycle: Cycle, kind: AnnouncementKind, award_key: str) -> dict[RehearsedPart, AnnouncementRehearsal]:
    """The last time each part was gone through, with who did. One query."""
    ids = (
        select(func.max(AnnouncementRehearsal.id))
        .where(
            AnnouncementRehearsal.cycle_id == cycle.id,
            AnnouncementRehearsal.kind == kind,
            AnnouncementRehearsal.award_key == award_key,
        )
        .group_by(AnnouncementRehearsal.part)
    )
    return {row.part: row for row in _with_people(ids)}


def releases(cycle: Cycle, kind: AnnouncementKind, award_key: str) -> Sequence[AnnouncementRehearsal]:
    """Who practised the release, the last time of each person, in the order of time. One query."""
    ids = (
        select(func.max(AnnouncementRehearsal.id))
        .where(
            AnnouncementRehearsal.cycle_id == cycle.id,
            AnnouncementRehearsal.kind == kind,
            AnnouncementRehearsal.award_key == award_key,
            AnnouncementRehearsal.part == RehearsedPart.RELEASE,
        )
        .group_by(AnnouncementRehearsal.by)
    )
    return _with_people(ids)


def _with_people(ids: Select[int]) -> Sequence[AnnouncementRehearsal]:
    return db.session.scalars(
        select(AnnouncementRehearsal)
        .options(joinedload(AnnouncementRehearsal.person))
        .where(AnnouncementRehearsal.id.in_(ids))
        .order_by(AnnouncementRehearsal.id)
    ).all()
