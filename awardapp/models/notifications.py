"""Letters: a row before it is a message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import Json
from awardapp.models.work import Work


class Notification(Work, Base):
    """One letter to one person for one cause. Its text is rendered at sending, in the recipient's language."""

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(comment="folder under templates/email, e.g. submission_received")
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    cause: Mapped[str] = mapped_column(unique=True, comment="what brought it about; one letter per cause and recipient")
    context: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="plain values the templates need")
    message_id: Mapped[str | None] = mapped_column(comment="set when accepted by the mail server")

    recipient: Mapped[User] = relationship()

    __table_args__ = (
        Index("ix_notifications_status", "status", "not_before"),
        Index("ix_notifications_cycle", "cycle_id", "kind"),
        Index("ix_notifications_submission", "submission_id"),
    )
