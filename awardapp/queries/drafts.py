"""The draft of an assignment on its pages: files with their readers, loads, what came before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assignment, AssignmentDraft, City, Cycle, Membership, Submission, User
from awardapp.queries.secretariat import PER_PAGE, Page, page_of


@dataclass(frozen=True, slots=True)
class File:
    """A valid submission and those who read it, or are to."""

    pseudonym: str
    ref: str
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None
    country: str
    affinity: int
    readings: list[Assignment]


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What the list is narrowed to; an empty value narrows nothing. `show`: "short", "hand" or "new"."""

    show: str = ""
    member: int = 0
    text: str = ""
    sort: str = ""


def files(cycle: Cycle, *, page: int, wanted: FileFilter, readings: int) -> tuple[list[File], Page]:
    """A page of the valid submissions with all their readings, drafted and released. Four queries.

    By city, or with `sort` "weakest" by the fit of the panel, the weakest first. `readings`: how many every file has at least.
    """
    query = (
        select(Submission.id)
        .join(City, City.id == Submission.city_id)
        .where(Submission.cycle_id == cycle.id, Submission.status == SubmissionStatus.VALID)
    )
    given = select(Assignment.id).where(Assignment.submission_id == Submission.id).correlate(Submission)
    if wanted.show == "short":
        query = query.where(_of_panel(func.count(Assignment.id)) < readings)
    elif wanted.show == "hand":
        query = query.where(given.where(Assignment.by_hand.is_(True)).exists())
    elif wanted.show == "new":
        query = query.where(given.where(Assignment.released_at.is_(None)).exists())
    if wanted.member:
        query = query.where(given.where(Assignment.membership_id == wanted.member).exists())
    if wanted.text.strip():
        like = f"%{wanted.text.strip().lower()}%"
        names = (Submission.title_en, Submission.title_zh, City.name_en, City.name_zh, Submission.ref)
        query = query.where(or_(*(func.lower(name).like(like) for name in names)))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    at = page_of(total, page)
    affinity = _of_panel(func.coalesce(func.sum(Assignment.affinity), 0))
    order = (affinity, Submission.id) if wanted.sort == "weakest" else (City.name_en, Submission.id)
    rows = db.session.execute(
        select(
            Submission.id,
            Submission.pseudonym,
            Submission.ref,
            Submission.title_en,
            Submission.title_zh,
            City.name_en,
            City.name_zh,
            City.country,
            affinity.label("affinity"),
        )
        .join(City, City.id == Submission.city_id)
        .where(Submission.id.in_(query.scalar_subquery()))
        .order_by(*order)
        .limit(PER_PAGE)
        .offset(at.offset)
    ).all()
    found: dict[int, list[Assignment]] = defaultdict(list)
    for assignment in db.session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.membership).joinedload(Membership.user))
        .where(Assignment.submission_id.in_([row.id for row in rows]))
        .order_by(Assignment.released_at.is_(None), Assignment.id)
    ):
        found[assignment.submission_id].append(assignment)
    return [
        File(
            pseudonym=row.pseudonym,
            ref=row.ref,
            title_en=row.title_en,
            title_zh=row.title_zh,
            city_en=row.name_en,
            city_zh=row.name_zh,
            country=row.country,
            affinity=row.affinity,
            readings=found[row.id],
        )
        for row in rows
    ], at


def _of_panel(figure: Any) -> Any:
    return select(figure).where(Assignment.submission_id == Submission.id).correlate(Submission).scalar_subquery()


def names_of(cycle: Cycle, pseudonyms: Sequence[str]) -> dict[str, tuple[str, str, str | None]]:
    """Reference and city (English, Chinese) of these submissions, by pseudonym."""
    rows = db.session.execute(
        select(Submission.pseudonym, Submission.ref, City.name_en, City.name_zh)
        .join(City, City.id == Submission.city_id)
        .where(Submission.cycle_id == cycle.id, Submission.pseudonym.in_(pseudonyms))
    )
    return {pseudonym: (ref, city_en, city_zh) for pseudonym, ref, city_en, city_zh in rows}


def submission(cycle: Cycle, ref: str) -> Submission | None:
    """A valid submission of the cycle with its city."""
    return db.session.execute(
        select(Submission)
        .options(joinedload(Submission.city))
        .where(Submission.cycle_id == cycle.id, Submission.ref == ref, Submission.status == SubmissionStatus.VALID)
    ).scalar_one_or_none()


def history(cycle: Cycle, *, most: int = 20) -> Sequence[tuple[AssignmentDraft, str]]:
    """The last drafts of the cycle with the name of who made each, newest first."""
    return [
        (draft, name)
        for draft, name in db.session.execute(
            select(AssignmentDraft, User.name)
            .join(User, User.id == AssignmentDraft.created_by)
            .where(AssignmentDraft.cycle_id == cycle.id)
            .order_by(AssignmentDraft.id.desc())
            .limit(most)
        )
    ]


def draft(cycle: Cycle, draft_id: int) -> AssignmentDraft | None:
    """A draft of this cycle by id."""
    return db.session.execute(
        select(AssignmentDraft).where(AssignmentDraft.cycle_id == cycle.id, AssignmentDraft.id == draft_id)
    ).scalar_one_or_none()
