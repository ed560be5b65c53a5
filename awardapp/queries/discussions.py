"""What a file's other readers gave and said. Callers have asked `can_see` (services/discussions.py) first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from awardapp.extensions import db
from awardapp.models import (
    Assessment,
    Assignment,
    City,
    Cycle,
    DiscussionMessage,
    DiscussionRead,
    Membership,
    Score,
    Submission,
    User,
)
from awardapp.queries.assessments import IS_OWN
from awardapp.queries.secretariat import PER_PAGE, Page, page_of
from awardapp.queries.titles import TITLE_EN, TITLE_ZH


@dataclass(frozen=True, slots=True)
class Other:
    """What another reader handed in: units by criterion id. `changed_after`: changed once the others could be seen."""

    name: str
    units: Mapping[int, int]
    comment: str
    changed_after: bool


_OTHERS = (
    select(
        Assessment.id,
        User.name,
        Assessment.comment,
        Assessment.first_submitted_at,
        Assessment.changed_at,
        Score.criterion_id,
        Score.units,
    )
    .join(Membership, Membership.id == Assessment.membership_id)
    .join(User, User.id == Membership.user_id)
    .join(Score, Score.assessment_id == Assessment.id)
    .where(
        Assessment.submission_id == bindparam("submission_id"),
        Assessment.membership_id != bindparam("member_id"),
        Assessment.status == "submitted",
    )
    .order_by(User.name, Assessment.id)
)


def others(member: Membership, submission_id: int, *, marks: bool = True) -> list[Other]:
    """The assessments that the other readers of a file have handed in, by name; without their `marks` where these are not
    to be seen. One query.
    """
    values = {"submission_id": submission_id, "member_id": member.id}
    found: dict[int, Other] = {}
    units: dict[int, dict[int, int]] = {}
    for row in db.session.execute(_OTHERS, values):
        if row.id not in found:
            units[row.id] = {}
            changed = row.first_submitted_at is not None and row.changed_at > row.first_submitted_at
            found[row.id] = Other(row.name, units[row.id], row.comment, changed)
        if marks:
            units[row.id][row.criterion_id] = row.units
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a discussion. `is_new`: written by somebody else since the reader last looked."""

    id: int
    name: str
    text: str
    at: datetime
    is_own: bool
    is_new: bool


_THREAD = (
    select(
        DiscussionMessage.id,
        User.name,
        DiscussionMessage.text,
        DiscussionMessage.at,
        DiscussionMessage.membership_id == bindparam("member_id"),
        and_(
            DiscussionMessage.membership_id != bindparam("member_id"),
            DiscussionMessage.id
            > func.coalesce(
                select(DiscussionRead.last_message_id)
                .where(
                    DiscussionRead.submission_id == bindparam("submission_id"),
                    DiscussionRead.membership_id == bindparam("member_id"),
                )
                .scalar_subquery(),
                0,
            ),
        ),
    )
    .join(Membership, Membership.id == DiscussionMessage.membership_id)
    .join(User, User.id == Membership.user_id)
    .where(DiscussionMessage.submission_id == bindparam("submission_id"))
    .order_by(DiscussionMessage.id)
)


def thread(member: Membership, submission_id: int) -> list[Message]:
    """The discussion of a file as this member (or, for the secretariat, a mere onlooker) sees it. One query."""
    rows = db.session.execute(_THREAD, {"submission_id": submission_id, "member_id": member.id})
    return [Message(*row[:4], bool(row[4]), bool(row[5])) for row in rows]


@dataclass(frozen=True, slots=True)
class Talk:
    """One file with a discussion, in the lists of the secretariat and of the chair."""

    ref: str
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None
    messages: int
    last_at: datetime


def talks(cycle: Cycle, *, page: int) -> tuple[list[Talk], Page]:
    """A page of the files that are discussed, the latest message first. Two queries."""
    total = db.session.scalar(
        select(func.count(func.distinct(DiscussionMessage.submission_id))).where(DiscussionMessage.cycle_id == cycle.id)
    )
    at = page_of(total or 0, page)
    rows = db.session.execute(
        select(
            Submission.ref,
            TITLE_EN,
            TITLE_ZH,
            City.name_en,
            City.name_zh,
            func.count(DiscussionMessage.id),
            func.max(DiscussionMessage.at),
        )
        .join(Submission, Submission.id == DiscussionMessage.submission_id)
        .join(City, City.id == Submission.city_id)
        .where(DiscussionMessage.cycle_id == cycle.id)
        .group_by(Submission.id, City.id)
        .order_by(func.max(DiscussionMessage.id).desc())
        .limit(PER_PAGE)
        .offset(at.offset)
    )
    return [Talk(*row) for row in rows], at


def state_of_own(member: Membership, submission_id: int) -> str | None:
    """The state of the member's assessment of a file that was given to them ("not_opened" before it is begun), or None."""
    return db.session.scalar(
        select(func.coalesce(Assessment.status, "not_opened"))
        .select_from(Assignment)
        .outerjoin(Assessment, IS_OWN)
        .where(
            Assignment.submission_id == submission_id,
            Assignment.membership_id == member.id,
            Assignment.released_at.is_not(None),
        )
    )


def last_message_id(submission_id: int) -> int:
    """The id of the latest message on a file, 0 where there is none."""
    return (
        db.session.scalar(
            select(func.max(DiscussionMessage.id)).where(DiscussionMessage.submission_id == submission_id)
        )
        or 0
    )


def submission(cycle: Cycle, ref: str) -> Submission | None:
    """A submission of this cycle by its reference, None before it was handed in: a draft is its city's alone."""
    return db.session.scalars(
        select(Submission).where(Submission.cycle_id == cycle.id, Submission.ref == ref, Submission.version > 0)
    ).one_or_none()


def submissions_of(talks: Sequence[Talk]) -> Sequence[Submission]:
    """The submissions of a page of talks, to ask which of them somebody may not see. One query."""
    return db.session.scalars(select(Submission).where(Submission.ref.in_([talk.ref for talk in talks]))).all()
