"""The queue of the validity check: narrowed and sorted by the address, and what comes next in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select

from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import (
    AdviceRequest,
    CheckClaim,
    City,
    Cycle,
    Examination,
    Likeness,
    Submission,
    SubmissionEvent,
    Theme,
    User,
)
from awardapp.queries.secretariat import PER_PAGE, Page, page_of
from awardapp.queries.titles import THEME_ID, TITLE_EN, TITLE_ZH

# "waiting" is what has to be decided now; "back" is the part of it that was with its city for changes; a file that asked
# for advice waits until the deadline, since it is promised to stay open for its city.
STATES = ("waiting", "back", "advice", "returned", "valid", "not_valid", "all")
HANDS = ("mine", "free", "colleagues")
MARKS = ("alike", "questions")
SORTS = ("received", "-received", "city", "-city", "-alike")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the queue is narrowed to and how it is sorted. Empty values narrow nothing; `countries` None as well."""

    state: str = "waiting"
    theme: str = ""
    countries: tuple[str, ...] | None = None
    language: str = ""  # "en", "zh" or "both": languages the file is written in
    mark: str = ""
    hand: str = ""
    text: str = ""
    sort: str = "received"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who looks at which cycle's queue, and whether files that asked for advice stay open now."""

    cycle: Cycle
    user_id: int
    advice_keeps_open: bool


_ALIKE = exists().where(Likeness.submission_id == Submission.id, Likeness.is_likely)
_LIKENESS = (
    select(func.max(case((Likeness.title > Likeness.summary, Likeness.title), else_=Likeness.summary)))
    .where(Likeness.submission_id == Submission.id, Likeness.is_likely)
    .correlate(Submission)
    .scalar_subquery()
)
_RETURNED_BEFORE = exists().where(SubmissionEvent.submission_id == Submission.id, SubmissionEvent.kind == "returned")
_QUESTIONS = func.coalesce(Examination.questions, 0)
_IS_IN = Submission.status == SubmissionStatus.SUBMITTED
_ASKED = AdviceRequest.submission_id.is_not(None)


def _with(columns: Sequence[Any], asking: Asking) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Submission)
        .join(City, City.id == Submission.city_id)
        .outerjoin(Theme, Theme.id == THEME_ID)
        .outerjoin(Examination, Examination.submission_id == Submission.id)
        .outerjoin(CheckClaim, CheckClaim.submission_id == Submission.id)
        .outerjoin(AdviceRequest, AdviceRequest.submission_id == Submission.id)
        .where(Submission.cycle_id == asking.cycle.id, Submission.version > 0)
    )


def _is_waiting(asking: Asking) -> ColumnElement[bool]:
    return and_(_IS_IN, ~_ASKED) if asking.advice_keeps_open else _IS_IN


def _in_state(state: str, asking: Asking) -> ColumnElement[bool] | None:
    return {
        "waiting": _is_waiting(asking),
        "back": and_(_is_waiting(asking), _RETURNED_BEFORE),
        "advice": and_(_IS_IN, ~_is_waiting(asking)),
        "returned": Submission.status == SubmissionStatus.RETURNED,
        "valid": Submission.status == SubmissionStatus.VALID,
        "not_valid": Submission.status == SubmissionStatus.NOT_VALID,
    }.get(state)


def _in_hand(hand: str, user_id: int) -> ColumnElement[bool]:
    return {
        "mine": CheckClaim.user_id == user_id,
        "free": CheckClaim.user_id.is_(None),
        "colleagues": CheckClaim.user_id != user_id,
    }[hand]


def _narrowed(columns: Sequence[Any], asking: Asking, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    query = _with(columns, asking)
    state = _in_state(wanted.state, asking)
    if state is not None:
        query = query.where(state)
    if wanted.theme:
        query = query.where(Theme.key == wanted.theme)
    if wanted.countries is not None:
        query = query.where(City.country.in_(wanted.countries))
    if wanted.language in ("en", "both"):
        query = query.where(TITLE_EN != "")
    if wanted.language in ("zh", "both"):
        query = query.where(TITLE_ZH != "")
    if wanted.mark:
        query = query.where(_ALIKE if wanted.mark == "alike" else _QUESTIONS > 0)
    if wanted.hand:
        query = query.where(_in_hand(wanted.hand, asking.user_id))
    if wanted.text:
        searched = (Submission.ref, City.name_en, City.name_zh, TITLE_EN, TITLE_ZH)
        query = query.where(or_(*(column.icontains(wanted.text, autoescape=True) for column in searched)))
    return query


def _order(sort: str) -> tuple[Any, ...]:
    came = (Submission.submitted_at, Submission.id)
    orders: dict[str, tuple[Any, ...]] = {
        "-received": (Submission.submitted_at.desc(), Submission.id.desc()),
        "city": (City.name_en, *came),
        "-city": (City.name_en.desc(), *came),
        "-alike": (func.coalesce(_LIKENESS, 0).desc(), *came),
    }
    return orders.get(sort, came)


def page(asking: Asking, wanted: Wanted, *, number: int) -> tuple[Sequence[Row[*tuple[Any, ...]]], Page]:
    """A page of the queue. Two queries whatever the number of files."""
    found = _narrowed([Submission.id], asking, wanted)
    at = page_of(db.session.scalar(select(func.count()).select_from(found.subquery())) or 0, number)
    columns = [
        Submission.ref,
        Submission.status,
        Submission.submitted_at,
        TITLE_EN.label("title_en"),
        TITLE_ZH.label("title_zh"),
        City.name_en.label("city_en"),
        City.name_zh.label("city_zh"),
        City.country,
        Theme.name_en.label("theme_en"),
        Theme.name_zh.label("theme_zh"),
        _QUESTIONS.label("questions"),
        _LIKENESS.label("likeness"),
        _RETURNED_BEFORE.label("was_returned"),
        _ASKED.label("asked_for_advice"),
        CheckClaim.user_id.label("holder_id"),
        User.name.label("holder"),
        CheckClaim.claimed_at,
    ]
    rows = db.session.execute(
        _narrowed(columns, asking, wanted)
        .outerjoin(User, User.id == CheckClaim.user_id)
        .order_by(*_order(wanted.sort))
        .limit(PER_PAGE)
        .offset(at.offset)
    ).all()
    return rows, at


@dataclass(frozen=True, slots=True)
class Line:
    """The whole queue under one filter, in order: (reference, who has it in hand)."""

    places: Sequence[tuple[str, int | None]]

    def position_of(self, ref: str) -> int | None:
        """The place of a file in the queue, from 1; None when the filter leaves it out."""
        return next((n for n, (one, _holder) in enumerate(self.places, 1) if one == ref), None)

    def after(self, ref: str | None, *, user_id: int) -> list[str]:
        """The files that no colleague has in hand, from the one after this on, going round to the start."""
        start = self.position_of(ref) or 0 if ref else 0
        turned = [*self.places[start:], *self.places[:start]]
        return [one for one, holder in turned if one != ref and holder in (None, user_id)]


def line(asking: Asking, wanted: Wanted) -> Line:
    """Every file under the filter, in order. One query of two short columns."""
    rows = db.session.execute(
        _narrowed([Submission.ref, CheckClaim.user_id], asking, wanted).order_by(*_order(wanted.sort))
    )
    return Line([(ref, holder) for ref, holder in rows])


@dataclass(frozen=True, slots=True)
class Left:
    """How much of the check is left: files that wait, of them in my hands, in colleagues', likely duplicates, with
    questions, back from their city; files that stay open for advice; files with their city."""

    waiting: int
    mine: int
    colleagues: int
    alike: int
    questions: int
    back: int
    advice: int
    returned: int


def left(asking: Asking) -> Left:
    """The numbers over the whole cycle. One query."""
    waiting = _is_waiting(asking)
    wanted = [
        waiting,
        and_(waiting, CheckClaim.user_id == asking.user_id),
        and_(waiting, CheckClaim.user_id != asking.user_id),
        and_(waiting, _ALIKE),
        and_(waiting, _QUESTIONS > 0),
        and_(waiting, _RETURNED_BEFORE),
        and_(_IS_IN, ~waiting),
        Submission.status == SubmissionStatus.RETURNED,
    ]
    numbers = db.session.execute(_with([func.sum(case((one, 1), else_=0)) for one in wanted], asking)).one()
    return Left(*(int(n or 0) for n in numbers))


def decided_since(cycle: Cycle, at: datetime) -> int:
    """How many decisions of the check were taken since an instant. One query."""
    return (
        db.session.scalar(
            select(func.count(SubmissionEvent.id))
            .join(Submission, Submission.id == SubmissionEvent.submission_id)
            .where(
                Submission.cycle_id == cycle.id,
                SubmissionEvent.at >= at,
                SubmissionEvent.kind.in_(("accepted", "rejected", "returned")),
            )
        )
        or 0
    )
