"""A member's own files in their reading order: the list, what comes next, and when the last ones were finished."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, case, desc, func, select

from awardapp.domain.pace import LAST_FILES
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Assessment, Assignment, City, DiscussionMessage, DiscussionRead, Membership, Submission
from awardapp.queries.assessments import DONE, IS_OWN

_STATE = func.coalesce(Assessment.status, "not_opened")
# A file that was sent back to its city is in nobody's queue until it is valid again; what was scored stays.
_IN_JUDGING = Submission.status == SubmissionStatus.VALID


@dataclass(frozen=True, slots=True)
class Item:
    """One file in a member's queue. `unread`: messages of the others since the member last looked, once own is in."""

    ref: str
    position: int
    title_en: str
    title_zh: str
    city_en: str
    city_zh: str | None
    country: str
    status: str  # "not_opened", "draft", "submitted", "abstained" or "recused"
    parked_at: datetime | None
    unread: int


_IS_GIVEN = and_(Assignment.membership_id == bindparam("member_id"), Assignment.released_at.is_not(None), _IN_JUDGING)
_IS_PARKED = and_(Assignment.parked_at.is_not(None), _STATE.not_in(DONE))
_UNREAD = case(
    (
        _STATE == "submitted",
        select(func.count())
        .select_from(DiscussionMessage)
        .where(
            DiscussionMessage.submission_id == Assignment.submission_id,
            DiscussionMessage.membership_id != Assignment.membership_id,
            DiscussionMessage.id
            > func.coalesce(
                select(DiscussionRead.last_message_id)
                .where(
                    DiscussionRead.submission_id == Assignment.submission_id,
                    DiscussionRead.membership_id == Assignment.membership_id,
                )
                .correlate(Assignment)
                .scalar_subquery(),
                0,
            ),
        )
        .correlate(Assignment)
        .scalar_subquery(),
    ),
    else_=0,
)
_QUEUE = (
    select(
        Submission.ref,
        Assignment.position,
        Submission.title_en,
        Submission.title_zh,
        City.name_en,
        City.name_zh,
        City.country,
        _STATE,
        Assignment.parked_at,
        _UNREAD,
    )
    .join(Submission, Submission.id == Assignment.submission_id)
    .join(City, City.id == Submission.city_id)
    .outerjoin(Assessment, IS_OWN)
    .where(_IS_GIVEN)
    .order_by(Assignment.position, Assignment.id)
    .limit(bindparam("per_page"))
    .offset(bindparam("before"))
)
_QUEUE_OF_STATE = _QUEUE.where(bindparam("state") == _STATE)
_QUEUE_PARKED = _QUEUE.where(_IS_PARKED)
_QUEUE_UNREAD = _QUEUE.where(_UNREAD > 0)


def page_of(member: Membership, *, status: str | None = None, page: int = 1, per_page: int = 50) -> list[Item]:
    """A page of the member's released files in their own reading order: all, of one state, "parked", or "unread".

    One query whatever the number of files.
    """
    values = {"member_id": member.id, "per_page": per_page, "before": (page - 1) * per_page}
    if status is None:
        rows = db.session.execute(_QUEUE, values)
    elif status in ("parked", "unread"):
        rows = db.session.execute(_QUEUE_PARKED if status == "parked" else _QUEUE_UNREAD, values)
    else:
        rows = db.session.execute(_QUEUE_OF_STATE, {**values, "state": status})
    return [Item(*row) for row in rows]


_COUNTS = (
    select(_STATE, func.count(), func.sum(case((_IS_PARKED, 1), else_=0)), func.sum(case((_UNREAD > 0, 1), else_=0)))
    .select_from(Assignment)
    .join(Submission, Submission.id == Assignment.submission_id)
    .outerjoin(Assessment, IS_OWN)
    .where(_IS_GIVEN)
    .group_by(_STATE)
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of the member's released files there are by state ("not_opened" included), parked, with unread words."""

    by_state: Mapping[str, int]
    parked: int
    unread: int

    @property
    def total(self) -> int:
        return sum(self.by_state.values())

    @property
    def done(self) -> int:
        return sum(self.by_state.get(state, 0) for state in DONE)


def counts(member: Membership) -> Counts:
    """The counts beside the queue. One query."""
    rows = db.session.execute(_COUNTS, {"member_id": member.id}).all()
    return Counts(
        {state: n for state, n, _parked, _unread in rows},
        sum(int(row[2]) for row in rows),
        sum(int(row[3]) for row in rows),
    )


_OWN_FILES = (
    select(Submission.ref)
    .select_from(Assignment)
    .join(Submission, Submission.id == Assignment.submission_id)
    .outerjoin(Assessment, IS_OWN)
    .where(_IS_GIVEN)
    .limit(1)
)
# Forward from where the member stands and round to the start; what was parked comes after all else, longest parked first.
_NEXT = _OWN_FILES.where(_STATE.not_in(DONE), Submission.ref != bindparam("besides")).order_by(
    Assignment.parked_at.is_not(None),
    Assignment.parked_at,
    Assignment.position <= bindparam("after"),
    Assignment.position,
)
_BEFORE = _OWN_FILES.where(Assignment.position < bindparam("before")).order_by(Assignment.position.desc())


def next_ref(member: Membership, *, after: int = 0, besides: str = "") -> str | None:
    """The next unfinished file of the member's order, other than `besides`; parked ones last; None when all are done."""
    return db.session.scalar(_NEXT, {"member_id": member.id, "after": after, "besides": besides})


def ref_before(member: Membership, *, before: int) -> str | None:
    """The file before a place in the member's order, done or not; None at the beginning."""
    return db.session.scalar(_BEFORE, {"member_id": member.id, "before": before})


_FINISHED = (
    select(func.coalesce(Assessment.first_submitted_at, Assessment.submitted_at, Assessment.changed_at).label("at"))
    .where(Assessment.membership_id == bindparam("member_id"), Assessment.status.in_(DONE))
    .order_by(desc("at"))
    .limit(LAST_FILES + 1)
)


def finished_at(member: Membership) -> Sequence[datetime]:
    """When the member finished their last files, latest first: the pace is told from them. One query."""
    return db.session.scalars(_FINISHED, {"member_id": member.id}).all()
