"""Returns to a city, late acceptances and their links."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Row, bindparam, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from awardapp.domain.lateness import LateStatus
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import City, Cycle, LateAcceptance, LateLink, Submission, SubmissionReturn, User

# Asked with every save of a returned file or of one handed in late, so they are put together once.
_LAST_RETURN = (
    select(SubmissionReturn)
    .where(SubmissionReturn.submission_id == bindparam("submission_id"))
    .order_by(SubmissionReturn.id.desc())
    .limit(1)
)
_LIVE_LINK = (
    select(LateLink)
    .join(LateLink.acceptance)
    .options(contains_eager(LateLink.acceptance))
    .where(
        LateLink.user_id == bindparam("user_id"),
        LateLink.revoked_at.is_(None),
        LateAcceptance.submission_id == bindparam("submission_id"),
        LateAcceptance.status == LateStatus.ACCEPTED,
    )
    .order_by(LateLink.until_at.desc(), LateLink.id)
    .limit(1)
)


def last_return(submission: Submission) -> SubmissionReturn | None:
    """The latest time the submission was sent back to its city; the open one while its status is "returned"."""
    return db.session.scalar(_LAST_RETURN, {"submission_id": submission.id})


def returns(submission: Submission) -> Sequence[SubmissionReturn]:
    """Every time the submission was sent back, oldest first."""
    return db.session.scalars(
        select(SubmissionReturn).where(SubmissionReturn.submission_id == submission.id).order_by(SubmissionReturn.id)
    ).all()


def live_link(user: User, submission: Submission) -> LateLink | None:
    """The person's late link for this submission that lasts longest, of those not taken back; it may be over by now."""
    return db.session.scalar(_LIVE_LINK, {"user_id": user.id, "submission_id": submission.id})


def link(link_id: int) -> LateLink | None:
    """A late link with its acceptance, city and submission."""
    return db.session.scalar(
        select(LateLink)
        .options(
            joinedload(LateLink.acceptance).options(
                joinedload(LateAcceptance.city),
                joinedload(LateAcceptance.cycle),
                joinedload(LateAcceptance.submission),
            )
        )
        .where(LateLink.id == link_id)
    )


def live_links_of(user: User, city_ids: Collection[int]) -> Sequence[LateLink]:
    """The person's late links for these cities that were not taken back, the one that ends first first."""
    return db.session.scalars(
        select(LateLink)
        .join(LateLink.acceptance)
        .options(
            contains_eager(LateLink.acceptance).options(
                joinedload(LateAcceptance.city),
                joinedload(LateAcceptance.cycle),
                joinedload(LateAcceptance.submission),
            )
        )
        .where(
            LateLink.user_id == user.id,
            LateAcceptance.city_id.in_(city_ids),
            LateLink.revoked_at.is_(None),
            LateAcceptance.status == LateStatus.ACCEPTED,
        )
        .order_by(LateLink.until_at, LateLink.id)
    ).all()


def late_acceptances(cycle: Cycle) -> Sequence[LateAcceptance]:
    """The cycle's late acceptances with their people and links, those that wait for a decision first. Two queries."""
    return db.session.scalars(
        select(LateAcceptance)
        .options(
            joinedload(LateAcceptance.city),
            joinedload(LateAcceptance.submission),
            joinedload(LateAcceptance.proposer),
            joinedload(LateAcceptance.decider),
            selectinload(LateAcceptance.links).joinedload(LateLink.user),
        )
        .where(LateAcceptance.cycle_id == cycle.id)
        .order_by(case((LateAcceptance.status == LateStatus.PROPOSED, 0), else_=1), LateAcceptance.id.desc())
    ).all()


def late_acceptance(cycle: Cycle, acceptance_id: int) -> LateAcceptance | None:
    """One late acceptance of the cycle."""
    return db.session.scalar(
        select(LateAcceptance).where(LateAcceptance.id == acceptance_id, LateAcceptance.cycle_id == cycle.id)
    )


def live_acceptance(*, cycle_id: int, city_id: int, submission_id: int | None) -> LateAcceptance | None:
    """A proposed or accepted late acceptance for the same file, or for the same city's file that is not begun."""
    is_same = (
        LateAcceptance.submission_id.is_(None)
        if submission_id is None
        else LateAcceptance.submission_id == submission_id
    )
    return db.session.scalar(
        select(LateAcceptance)
        .where(
            LateAcceptance.cycle_id == cycle_id,
            LateAcceptance.city_id == city_id,
            is_same,
            LateAcceptance.status.in_([LateStatus.PROPOSED, LateStatus.ACCEPTED]),
        )
        .order_by(LateAcceptance.id.desc())
        .limit(1)
    )


def acceptance_of(acceptance_id: int) -> LateAcceptance | None:
    """A late acceptance with the two people who decided it, for the pages that show a version that came late."""
    return db.session.scalar(
        select(LateAcceptance)
        .options(joinedload(LateAcceptance.proposer), joinedload(LateAcceptance.decider))
        .where(LateAcceptance.id == acceptance_id)
    )


def city_and_file(cycle: Cycle, words: str) -> tuple[City, Submission | None] | None:
    """The city and its file that a reference means ("GA7-KM4T", perhaps with more words behind it), or the city of an
    English name, without a file; None for words that mean neither."""
    ref = words.split(maxsplit=1)[0] if words.split() else ""
    file = db.session.scalar(
        select(Submission)
        .options(joinedload(Submission.city))
        .where(Submission.cycle_id == cycle.id, func.upper(Submission.ref) == ref.upper())
    )
    if file is not None:
        return file.city, file
    city = db.session.scalars(
        select(City)
        .where(or_(City.name_en == words.strip(), func.lower(City.name_en) == words.strip().lower()))
        .order_by(City.id)
        .limit(1)
    ).first()
    return None if city is None else (city, None)


def files_that_may_come(cycle: Cycle, *, limit: int = 500) -> Sequence[Row[str, str]]:
    """References and cities of the cycle's drafts and unchecked files, to choose from: (ref, city's English name)."""
    return db.session.execute(
        select(Submission.ref, City.name_en)
        .join(City, City.id == Submission.city_id)
        .where(
            Submission.cycle_id == cycle.id,
            Submission.status.in_([SubmissionStatus.DRAFT, SubmissionStatus.SUBMITTED]),
        )
        .order_by(Submission.status, City.name_en, Submission.id)
        .limit(limit)
    ).all()
