"""Advice as each side may see it: the adviser's queue, the city's file, the secretariat's record. Judges have none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from awardapp.domain.advice import AdviceStatus, stays_open
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    Advice,
    AdviceRequest,
    City,
    Cycle,
    Delegate,
    Membership,
    Submission,
    SubmissionVersion,
    User,
)
from awardapp.queries import partners
from awardapp.queries.secretariat import PER_PAGE, Page, page_of
from awardapp.queries.titles import TITLE_EN, TITLE_ZH


def request_of(submission: Submission) -> AdviceRequest | None:
    """The city's request, None when it asked for nothing."""
    return db.session.get(AdviceRequest, submission.id)


def keeps_open(submission: Submission, *, now: datetime) -> bool:
    """Whether the file asked for advice and is promised to stay open for its city at this instant."""
    cycle = submission.cycle
    is_asked = request_of(submission) is not None
    return stays_open(is_asked=is_asked, phase=cycle.phase, deadline_at=cycle.deadline_at, now=now)


def is_begun(submission: Submission) -> bool:
    """Whether an adviser has taken the file up, be it that they let it go again: it was read."""
    return db.session.scalar(select(Advice.id).where(Advice.submission_id == submission.id).limit(1)) is not None


def reader_language(submission: Submission) -> str:
    """The language most of the city's people read letters and pages in; English when as many read either."""
    rows = db.session.execute(
        select(User.language, func.count())
        .join(Delegate, Delegate.user_id == User.id)
        .where(Delegate.city_id == submission.city_id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None))
        .group_by(User.language)
    )
    found = {language: n for language, n in rows}
    return "zh" if found.get("zh", 0) > found.get("en", 0) else "en"


# --- the adviser's -----------------------------------------------------------------------------------------------------

_OWN = aliased(Advice)
_ADVISABLE = Submission.status.in_((SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED))


def _asking(member: Membership, columns: Sequence[Any]) -> Select[*tuple[Any, ...]]:
    """Files of the member's cycle that ask for advice and can still use it, and those the member advised on; never one that
    a city hands in for which the member acts, alone or as a partner."""
    own_cities = select(Delegate.city_id).where(
        Delegate.user_id == member.user_id, Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None)
    )
    return (
        select(*columns)
        .select_from(AdviceRequest)
        .join(Submission, Submission.id == AdviceRequest.submission_id)
        .join(City, City.id == Submission.city_id)
        .outerjoin(_OWN, and_(_OWN.submission_id == Submission.id, _OWN.membership_id == member.id))
        .where(
            AdviceRequest.cycle_id == member.cycle_id,
            Submission.city_id.not_in(own_cities),
            ~partners.has_partner_in(own_cities),
            or_(_ADVISABLE, _OWN.status == AdviceStatus.GIVEN),
        )
    )


def _others(status: AdviceStatus, member: Membership) -> Any:
    return (
        select(func.count(Advice.id))
        .where(Advice.submission_id == Submission.id, Advice.membership_id != member.id, Advice.status == status)
        .correlate(Submission)
        .scalar_subquery()
    )


def _places(member: Membership) -> Any:
    """The order of the queue: what I write on, what nobody has, what others have, what is done."""
    own, writing, given = _OWN.status, _others(AdviceStatus.DRAFT, member), _others(AdviceStatus.GIVEN, member)
    return case(
        (own == AdviceStatus.DRAFT, 0),
        (own == AdviceStatus.GIVEN, 3),
        (and_(writing == 0, given == 0), 1),
        else_=2,
    )


def queue(member: Membership, *, number: int) -> tuple[Sequence[Row[*tuple[Any, ...]]], Page]:
    """A page of the adviser's queue: what is begun, what nobody has, the rest; the longest waiting first. Two queries."""
    total = db.session.scalar(select(func.count()).select_from(_asking(member, [Submission.id]).subquery())) or 0
    at = page_of(total, number)
    place = _places(member)
    columns = [
        Submission.ref,
        TITLE_EN.label("title_en"),
        TITLE_ZH.label("title_zh"),
        City.name_en.label("city_en"),
        City.name_zh.label("city_zh"),
        City.country,
        AdviceRequest.asked_at,
        _OWN.status.label("own"),
        _OWN.given_at,
        _others(AdviceStatus.DRAFT, member).label("writing"),
        _others(AdviceStatus.GIVEN, member).label("given"),
        place.label("place"),
    ]
    query = _asking(member, columns).order_by(place, AdviceRequest.asked_at, Submission.id)
    return db.session.execute(query.limit(PER_PAGE).offset(at.offset)).all(), at


def counts(member: Membership) -> dict[int, int]:
    """How many files stand at each place of the queue: 0 begun, 1 free, 2 with others, 3 done. One query."""
    place = _asking(member, [_places(member).label("place")]).subquery()
    return {n: count for n, count in db.session.execute(select(place.c.place, func.count()).group_by(place.c.place))}


def next_free(member: Membership) -> str | None:
    """The file that has waited longest and that nobody has taken up."""
    ref: str | None = db.session.scalar(
        _asking(member, [Submission.ref])
        .where(_places(member) == 1)
        .order_by(AdviceRequest.asked_at, Submission.id)
        .limit(1)
    )
    return ref


def asking(member: Membership, ref: str) -> Submission | None:
    """A file that asks for advice, if this adviser may be led to it; None for any other."""
    found = db.session.scalar(_asking(member, [Submission.id]).where(Submission.ref == ref))
    if found is None:
        return None
    return db.session.get(Submission, found, options=[joinedload(Submission.city), joinedload(Submission.theme)])


def own(member: Membership, submission: Submission) -> Advice | None:
    """The member's own work on a file, also after letting it go."""
    return db.session.execute(
        select(Advice)
        .where(Advice.submission_id == submission.id, Advice.membership_id == member.id)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


# --- the city's --------------------------------------------------------------------------------------------------------


def given_on(submission: Submission) -> Sequence[Advice]:
    """The advice given on a file, the latest first. Drafts are their adviser's alone."""
    return db.session.scalars(
        select(Advice)
        .where(Advice.submission_id == submission.id, Advice.status == AdviceStatus.GIVEN)
        .order_by(Advice.given_at.desc(), Advice.id.desc())
    ).all()


# --- the secretariat's -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class History:
    """What came of a request: who took the file up, and how far they are."""

    request: AdviceRequest
    work: Sequence[Advice]


def history_of(submission: Submission) -> History | None:
    """The request with everybody who took the file up, None when nothing was asked. Two queries at most."""
    request = request_of(submission)
    if request is None:
        return None
    work = db.session.scalars(
        select(Advice)
        .join(Advice.membership)
        .options(contains_eager(Advice.membership).joinedload(Membership.user))
        .where(Advice.submission_id == submission.id)
        .order_by(Advice.taken_up_at, Advice.id)
    ).all()
    return History(request, work)


def requests(cycle: Cycle, *, number: int) -> tuple[list[tuple[Row[*tuple[Any, ...]], list[Advice]]], Page]:
    """A page of the cycle's requests, the longest waiting for an answer first, each with who took it up. Three queries."""
    given = (
        select(func.min(Advice.given_at))
        .where(Advice.submission_id == Submission.id)
        .correlate(Submission)
        .scalar_subquery()
    )
    total = (
        db.session.scalar(select(func.count()).select_from(AdviceRequest).where(AdviceRequest.cycle_id == cycle.id))
        or 0
    )
    at = page_of(total, number)
    rows = db.session.execute(
        select(
            Submission.id,
            Submission.ref,
            Submission.status,
            Submission.version,
            TITLE_EN.label("title_en"),
            TITLE_ZH.label("title_zh"),
            City.name_en.label("city_en"),
            City.name_zh.label("city_zh"),
            AdviceRequest.asked_at,
        )
        .select_from(AdviceRequest)
        .join(Submission, Submission.id == AdviceRequest.submission_id)
        .join(City, City.id == Submission.city_id)
        .where(AdviceRequest.cycle_id == cycle.id)
        .order_by(given.is_not(None), AdviceRequest.asked_at, Submission.id)
        .limit(PER_PAGE)
        .offset(at.offset)
    ).all()
    work: dict[int, list[Advice]] = {row.id: [] for row in rows}
    for advice in db.session.scalars(
        select(Advice)
        .join(Advice.membership)
        .options(contains_eager(Advice.membership).joinedload(Membership.user))
        .where(Advice.submission_id.in_(list(work)))
        .order_by(Advice.taken_up_at, Advice.id)
    ):
        work[advice.submission_id].append(advice)
    return [(row, work[row.id]) for row in rows], at


def files_by_adviser(cycle: Cycle) -> dict[int, tuple[int, int]]:
    """For each adviser's membership id: files taken up and advice given. One query."""
    rows = db.session.execute(
        select(Advice.membership_id, func.count(), func.count(Advice.given_at))
        .join(Membership, Membership.id == Advice.membership_id)
        .where(Membership.cycle_id == cycle.id)
        .group_by(Advice.membership_id)
    )
    return {member_id: (taken, given) for member_id, taken, given in rows}


def version_advised(advice: Advice) -> SubmissionVersion | None:
    """The version an adviser wrote about."""
    return db.session.execute(
        select(SubmissionVersion).where(
            SubmissionVersion.submission_id == advice.submission_id, SubmissionVersion.number == advice.version
        )
    ).scalar_one_or_none()
