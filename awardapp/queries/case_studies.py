"""Case studies as the secretariat sees them: drafts too, with the state of their bundles."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from awardapp.domain.casebank import CaseStudyStatus
from awardapp.extensions import db
from awardapp.models import CaseStudy, City, Cycle


def by_status(cycle: Cycle) -> dict[CaseStudyStatus, int]:
    """How many case studies of the cycle are drafts and how many are public. One query."""
    rows = db.session.execute(
        select(CaseStudy.status, func.count()).where(CaseStudy.cycle_id == cycle.id).group_by(CaseStudy.status)
    )
    return {status: n for status, n in rows}


# Everything beside the case comes by queries of its own, not by joins: the services lock a case's row when they change it,
# and PostgreSQL locks no outer join.


def _ordered(cycle: Cycle, status: CaseStudyStatus | None) -> Select[CaseStudy]:
    query = (
        select(CaseStudy)
        .join(City, City.id == CaseStudy.city_id)
        .options(selectinload(CaseStudy.city), selectinload(CaseStudy.awards), selectinload(CaseStudy.bundles))
        .where(CaseStudy.cycle_id == cycle.id)
        .order_by(City.name_en, CaseStudy.id)
    )
    return query if status is None else query.where(CaseStudy.status == status)


def page(cycle: Cycle, status: CaseStudyStatus | None, *, offset: int, limit: int) -> Sequence[CaseStudy]:
    """Case studies with city, awards and bundles, by city name. Four queries whatever their number."""
    return db.session.scalars(_ordered(cycle, status).offset(offset).limit(limit)).all()


def drafts(cycle: Cycle) -> Sequence[CaseStudy]:
    """Every case study that is not public, by city name."""
    return db.session.scalars(_ordered(cycle, CaseStudyStatus.DRAFT).options(selectinload(CaseStudy.cycle))).all()


def one(cycle: Cycle, ref: str) -> CaseStudy | None:
    """One case study of the cycle."""
    return db.session.execute(
        _ordered(cycle, None).options(selectinload(CaseStudy.cycle)).where(CaseStudy.ref == ref)
    ).scalar_one_or_none()
