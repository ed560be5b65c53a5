"""Presentations of the shortlisted cities: the draft of the timetable, what was published of it, and the day itself.

Participants and the public read `TimetableSession` and `TimetableSlot` alone, into which publishing copies the draft.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.presentations import MaterialState, QuestionState
from awardapp.domain.speaking_clock import Act
from awardapp.extensions import Base
from awardapp.models.cycles import Cycle, Theme
from awardapp.models.people import User
from awardapp.models.submissions import Blob, Submission
from awardapp.models.types import Enumerated, UTCDateTime

_LIVE = text("removed_at IS NULL")


class PresentationPlan(Base):
    """A cycle's presentations as a whole. Whoever changes the draft or publishes it locks this row."""

    __tablename__ = "presentation_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), unique=True)
    materials_until: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="exclusive: at this instant it is over"
    )
    edition: Mapped[int] = mapped_column(default=0, comment="of the timetable published last; 0: none yet")
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()

    __table_args__ = (CheckConstraint("(edition = 0) = (published_at IS NULL)", name="published"),)


class PresentationSession(Base):
    """Some presentations one after the other, as the secretariat plans them."""

    __tablename__ = "presentation_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    number: Mapped[int] = mapped_column(comment="in the order in which they were planned; kept for ever")
    theme_id: Mapped[int | None] = mapped_column(ForeignKey("themes.id"))
    title_en: Mapped[str] = mapped_column(default="")
    title_zh: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    talk_minutes: Mapped[int]
    question_minutes: Mapped[int]
    break_minutes: Mapped[int] = mapped_column(comment="after each presentation but the last")
    places: Mapped[int] = mapped_column(comment="how many presentations it has room for")
    is_public: Mapped[bool]
    place_en: Mapped[str] = mapped_column(default="")
    place_zh: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="", comment="where participants join; never on a public page")
    public_link: Mapped[str] = mapped_column(default="", comment="where the public watches")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    cycle: Mapped[Cycle] = relationship()
    theme: Mapped[Theme | None] = relationship()

    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint(
            "talk_minutes > 0 AND question_minutes >= 0 AND break_minutes >= 0 AND places > 0", name="measures"
        ),
    )


class Presentation(Base):
    """A finalist's presentation, with its place in the draft of the timetable."""

    __tablename__ = "presentations"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), unique=True)
    session_id: Mapped[int | None] = mapped_column(
        ForeignKey("presentation_sessions.id"), comment="place in the draft; participants read the timetable"
    )
    position: Mapped[int | None] = mapped_column(comment="1 is the first of its session")
    time_zone: Mapped[str | None] = mapped_column(comment="of the city, where the gazetteer was corrected")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    presenters: Mapped[list[Presenter]] = relationship(
        order_by="Presenter.position", cascade="all, delete-orphan", back_populates="presentation"
    )

    __table_args__ = (
        UniqueConstraint("session_id", "position"),
        CheckConstraint("(session_id IS NULL) = (position IS NULL)", name="placed"),
    )


class TimetableSession(Base):
    """A session as it was published last. A dropped one stays, so that calendars learn of it."""

    __tablename__ = "timetable_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("presentation_sessions.id"), unique=True)
    title_en: Mapped[str]
    title_zh: Mapped[str]
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_public: Mapped[bool]
    place_en: Mapped[str]
    place_zh: Mapped[str]
    link: Mapped[str]
    public_link: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=0, comment="raised by every published change, for calendars")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    session: Mapped[PresentationSession] = relationship()


class TimetableSlot(Base):
    """When a city presents, as it was published last."""

    __tablename__ = "timetable_slots"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"), index=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"), unique=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("presentation_sessions.id"))
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    talk_minutes: Mapped[int]
    question_minutes: Mapped[int]
    sequence: Mapped[int] = mapped_column(default=0, comment="raised by every published change, for calendars")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    presentation: Mapped[Presentation] = relationship()
    session: Mapped[PresentationSession] = relationship()


class Presenter(Base):
    """One of the at most two people who present for a city."""

    __tablename__ = "presenters"

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"))
    position: Mapped[int]
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="a delegate of the city; NULL: somebody without account"
    )
    name_en: Mapped[str]
    name_zh: Mapped[str]
    title_en: Mapped[str]
    title_zh: Mapped[str]

    presentation: Mapped[Presentation] = relationship(back_populates="presenters")

    __table_args__ = (
        UniqueConstraint("presentation_id", "position"),
        CheckConstraint("position IN (1, 2)", name="two"),
    )


class PresentationMaterial(Base):
    """A file that a city shows while it presents, and what the secretariat said to it."""

    __tablename__ = "presentation_materials"

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"))
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    filename: Mapped[str]
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    removed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[MaterialState] = mapped_column(Enumerated(MaterialState), default=MaterialState.WAITING)
    note: Mapped[str | None] = mapped_column(comment="what is to be changed; shown to the city")
    checked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    presentation: Mapped[Presentation] = relationship()
    blob: Mapped[Blob] = relationship()

    __table_args__ = (
        CheckConstraint("(state = 'waiting') = (checked_at IS NULL)", name="checked"),
        CheckConstraint("state <> 'change' OR note IS NOT NULL", name="note"),
        Index(
            "uq_presentation_materials_live",
            "presentation_id",
            "sha256",
            unique=True,
            postgresql_where=_LIVE,
            sqlite_where=_LIVE,
        ),
    )


class PresentationAct(Base):
    """One act of the moderator at the speaking clock. Only ever added to; the clock follows from all of them."""

    __tablename__ = "presentation_acts"

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"))
    act: Mapped[Act] = mapped_column(Enumerated(Act), comment="what the moderator did with the speaking clock")
    by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_presentation_acts_of", "presentation_id", "id"),)


class PresentationQuestion(Base):
    """A question put to a presentation. Kept for good; who put it is for the record alone."""

    __tablename__ = "presentation_questions"

    id: Mapped[int] = mapped_column(primary_key=True)
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentations.id"))
    text: Mapped[str]
    source: Mapped[str] = mapped_column(comment="juror or audience; a city is never told")
    put_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    put_at: Mapped[datetime] = mapped_column(UTCDateTime)
    position: Mapped[int] = mapped_column(comment="place in the queue")
    state: Mapped[QuestionState] = mapped_column(Enumerated(QuestionState), default=QuestionState.QUEUED)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="answered, left out or taken back")

    presentation: Mapped[Presentation] = relationship()
    author: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint("source IN ('juror', 'audience')", name="source"),
        CheckConstraint("(state IN ('queued', 'asked')) = (ended_at IS NULL)", name="ended"),
        Index("ix_presentation_questions_of", "presentation_id", "position"),
    )
