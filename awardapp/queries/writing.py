"""A submission as its writers need it: locked to be changed, at a glance, and who saved what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Executable, bindparam, func, literal, select
from sqlalchemy.orm import aliased, contains_eager

from awardapp import clock
from awardapp.domain.permissions import Standing
from awardapp.domain.submissions import SubmissionStatus
from awardapp.extensions import db
from awardapp.models import Attachment, Delegate, InputSave, Partner, ReplacedText, Submission, User

# Asked with every save and every glance, so they are put together once.
_ACTS_FOR = select(Delegate.city_id).where(
    Delegate.user_id == bindparam("user_id"), Delegate.ended_at.is_(None), Delegate.confirmed_at.is_not(None)
)
_TO_WRITE = (
    select(Submission)
    .join(Submission.cycle)
    .options(contains_eager(Submission.cycle))
    .where(Submission.ref == bindparam("ref"), Submission.city_id.in_(_ACTS_FOR))
    .with_for_update(of=Submission)
    .execution_options(populate_existing=True)
)
_TO_WRITE_ON = {
    "postgresql": _TO_WRITE.add_columns(func.clock_timestamp().label("now")),
    "sqlite": _TO_WRITE.add_columns(literal(None).label("now")),  # its clock is this host's
}
_GLANCE = select(
    Submission.id,
    Submission.edit_version.label("number"),
    Submission.status,
    Submission.version,
    select(func.count(Attachment.id))
    .where(Attachment.submission_id == Submission.id, Attachment.removed_at.is_(None))
    .correlate(Submission)
    .scalar_subquery()
    .label("files"),
    select(func.count(Partner.id))
    .where(Partner.submission_id == Submission.id, Partner.removed_at.is_(None))
    .correlate(Submission)
    .scalar_subquery()
    .label("partners"),
).where(Submission.ref == bindparam("ref"), Submission.city_id.in_(_ACTS_FOR))
_SAVES = (
    select(
        InputSave.name,
        InputSave.digest,
        InputSave.saved_at.label("at"),
        User.id.label("user_id"),
        User.name.label("by"),
    )
    .join(User, User.id == InputSave.saved_by)
    .where(InputSave.submission_id == bindparam("submission_id"))
    .order_by(InputSave.number, InputSave.name)
)
_SAVES_SINCE = _SAVES.where(InputSave.number > bindparam("number"))
_SAVE_OF = _SAVES.where(InputSave.name == bindparam("name"))


@dataclass(frozen=True, slots=True)
class LastSave:
    """Who last saved an input, when, and the digest of what they saved."""

    name: str
    digest: str
    at: datetime
    user_id: int
    by: str


@dataclass(frozen=True, slots=True)
class ToWrite:
    """A submission with its cycle, its row locked until the transaction ends; the present instant by the database's clock;
    and the standing of a person who acts for its city, without roles.
    """

    submission: Submission
    now: datetime
    standing: Standing


def to_write(user: User, ref: str) -> ToWrite | None:
    """The submission of this reference for somebody who is about to change it; None unless they act for its city now.

    One query.
    """
    row = db.session.execute(_TO_WRITE_ON[db.engine.dialect.name], {"user_id": user.id, "ref": ref}).one_or_none()
    if row is None:
        return None
    submission, instant = row
    now = clock.now() if instant is None else instant.astimezone(UTC) + clock.offset()
    return ToWrite(submission, now, Standing(user.id, frozenset({submission.city_id})))


@dataclass(frozen=True, slots=True)
class Glance:
    """A submission as a window that has its form open must know it: the number of its last save, its state, the version that
    counts, and how many files and partner cities it has.
    """

    id: int
    number: int
    status: SubmissionStatus
    version: int
    files: int
    partners: int


def glance(user: User, ref: str) -> Glance | None:
    """None unless the person acts for its city now. One query."""
    row = db.session.execute(_GLANCE, {"user_id": user.id, "ref": ref}).one_or_none()
    return Glance(*row) if row is not None else None


def _saves(statement: Executable, **values: object) -> list[LastSave]:
    return [
        LastSave(row.name, row.digest, row.at, row.user_id, row.by) for row in db.session.execute(statement, values)
    ]


def saves(submission_id: int, *, since: int = 0) -> list[LastSave]:
    """The last save of every input that was saved after the save of number `since`, the latest last."""
    return _saves(_SAVES_SINCE, submission_id=submission_id, number=since)


def last_save(submission_id: int, name: str) -> LastSave | None:
    """The last save of one input, None when it was never saved by itself."""
    return next(iter(_saves(_SAVE_OF, submission_id=submission_id, name=name)), None)


@dataclass(frozen=True, slots=True)
class Replaced:
    """A text that somebody replaced knowingly, with whose it was and who decided."""

    text: ReplacedText
    whose: str | None
    by: str

    @property
    def words(self) -> str:
        """The text, or what was ticked, one in a line."""
        value = self.text.value
        return "\n".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def replaced(submission: Submission) -> Sequence[Replaced]:
    """Texts that were replaced after both had been shown, the latest first."""
    writer, decider = aliased(User), aliased(User)
    rows = db.session.execute(
        select(ReplacedText, writer.name, decider.name)
        .outerjoin(writer, writer.id == ReplacedText.saved_by)
        .join(decider, decider.id == ReplacedText.replaced_by)
        .where(ReplacedText.submission_id == submission.id)
        .order_by(ReplacedText.id.desc())
        .limit(50)
    )
    return [Replaced(*row) for row in rows]
