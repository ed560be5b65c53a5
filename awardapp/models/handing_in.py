"""What surrounds a hand-in: returns to the city with notes at the fields, and late acceptances with their links."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.lateness import LateStatus
from awardapp.extensions import Base
from awardapp.models.cities import City
from awardapp.models.cycles import Cycle
from awardapp.models.people import User
from awardapp.models.submissions import Submission
from awardapp.models.types import Enumerated, Json, UTCDateTime


class SubmissionReturn(Base):
    """A version sent back to its city: what should be changed, where, until when, and the version that answered it."""

    __tablename__ = "submission_returns"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    version: Mapped[int] = mapped_column(comment="number of the version that was sent back")
    note: Mapped[str] = mapped_column(comment="to the city, about the whole file")
    notes: Mapped[dict[str, str]] = mapped_column(
        Json, default=dict, comment='by key of the form\'s field, or "files"; empty words open a field without a note'
    )
    is_limited: Mapped[bool] = mapped_column(default=False, comment="only what has a note may be changed")
    was_valid: Mapped[bool] = mapped_column(default=False, comment="it had passed the validity check before")
    return_by: Mapped[datetime] = mapped_column(UTCDateTime, comment="exclusive")
    returned_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    returned_at: Mapped[datetime] = mapped_column(UTCDateTime)
    answered_version: Mapped[int | None] = mapped_column(comment="number of the version that came back")

    __table_args__ = (CheckConstraint("answered_version IS NULL OR answered_version > version", name="answered"),)


class LateAcceptance(Base):
    """Two people's decision that a city may hand in after the deadline, until an instant of its own."""

    __tablename__ = "late_acceptances"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    submission_id: Mapped[int | None] = mapped_column(
        ForeignKey("submissions.id"), index=True, comment="NULL: the city had begun none and may begin one"
    )
    until_at: Mapped[datetime] = mapped_column(UTCDateTime, comment="exclusive")
    reason: Mapped[str] = mapped_column(comment="kept for the record; not sent to the city")
    status: Mapped[LateStatus] = mapped_column(Enumerated(LateStatus), default=LateStatus.PROPOSED)
    proposed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="the second person")
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    end_reason: Mapped[str | None]

    cycle: Mapped[Cycle] = relationship()
    city: Mapped[City] = relationship()
    submission: Mapped[Submission | None] = relationship()
    proposer: Mapped[User] = relationship(foreign_keys=[proposed_by])
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by])
    links: Mapped[list[LateLink]] = relationship(back_populates="acceptance", order_by="LateLink.id")

    __table_args__ = (
        Index("ix_late_acceptances_cycle", "cycle_id", "city_id"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_people"),
        CheckConstraint(
            "status NOT IN ('accepted', 'ended') OR (decided_by IS NOT NULL AND decided_at IS NOT NULL)", name="decided"
        ),
    )


class LateLink(Base):
    """One person's right to use a late acceptance. The address in the letter carries this row's id, signed."""

    __tablename__ = "late_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    acceptance_id: Mapped[int] = mapped_column(ForeignKey("late_acceptances.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    until_at: Mapped[datetime] = mapped_column(UTCDateTime, comment="exclusive; never later than the acceptance's own")
    issued_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    acceptance: Mapped[LateAcceptance] = relationship(back_populates="links")
    user: Mapped[User] = relationship(foreign_keys=[user_id])

    __table_args__ = (
        Index("ix_late_links_user", "user_id"),
        Index(
            "uq_late_links_live",
            "acceptance_id",
            "user_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
            sqlite_where=text("revoked_at IS NULL"),
        ),
    )
