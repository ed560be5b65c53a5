"""Letters: a row before it is a message."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.people import User
from awardapp.models.types import Enumerated, Json, UTCDateTime
from awardapp.models.work import Work


class Notification(Work, Base):
    """One letter to one person for one cause. Its text is rendered at sending, in the recipient's language.

    A draft waits for the secretariat's approval; no sweep touches it. A letter with a result needs its publication: the
    database refuses one before.
    """

    __tablename__ = "notifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(comment="folder under templates/email, e.g. submission_received")
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("cycles.id"))
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"))
    publication_id: Mapped[int | None] = mapped_column(
        ForeignKey("publications.id"), comment="the published result it tells of"
    )
    cause: Mapped[str] = mapped_column(unique=True, comment="what brought it about; one letter per cause and recipient")
    group_key: Mapped[str] = mapped_column(default="", comment="letters written for one cause")
    context: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, comment="plain values the templates need")
    urgency: Mapped[int] = mapped_column(default=2, comment="0 goes first")
    mail_domain: Mapped[str] = mapped_column(default="", comment="of the address, for its rate")
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="after this it is dropped, not sent")
    words_id: Mapped[int | None] = mapped_column(
        ForeignKey("letter_words.id"), comment="words of the secretariat's own"
    )
    resend_of: Mapped[int | None] = mapped_column(ForeignKey("notifications.id"), comment="the letter this one repeats")
    to_email: Mapped[str | None] = mapped_column(comment="another address than the person's")
    sent_to: Mapped[str | None] = mapped_column(comment="the address the mail server took it for")
    message_id: Mapped[str | None] = mapped_column(comment="set when accepted by the mail server")
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    discarded_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="NULL: dropped by the program")
    discarded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    discard_reason: Mapped[str | None]
    dismissed_flag: Mapped[str | None] = mapped_column(comment="a contradiction looked at and let pass")
    dismissed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    dismissed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dismiss_reason: Mapped[str | None]
    bounced_at: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="when a lasting failure came back")

    recipient: Mapped[User] = relationship(foreign_keys=[recipient_id])
    words: Mapped[LetterWords | None] = relationship()
    approver: Mapped[User | None] = relationship(foreign_keys=[approved_by])
    discarder: Mapped[User | None] = relationship(foreign_keys=[discarded_by])
    attempts_made: Mapped[list[DeliveryAttempt]] = relationship(order_by="DeliveryAttempt.id", viewonly=True)
    bounces: Mapped[list[Bounce]] = relationship(order_by="Bounce.id", viewonly=True)

    __table_args__ = (
        Index("ix_notifications_status", "status", "not_before"),
        Index("ix_notifications_due", "status", "urgency", "id"),
        Index("ix_notifications_cycle", "cycle_id", "kind"),
        Index("ix_notifications_group", "cycle_id", "group_key"),
        Index("ix_notifications_submission", "submission_id"),
        Index("ix_notifications_recipient", "recipient_id"),
        CheckConstraint(
            "kind NOT LIKE 'outcome%' OR (publication_id IS NOT NULL AND status <> 'draft')", name="embargo"
        ),
        CheckConstraint(
            "(status = 'discarded') = (discarded_at IS NOT NULL AND discard_reason IS NOT NULL)", name="discarded"
        ),
    )

    @property
    def address(self) -> str:
        """Where the letter goes."""
        return self.to_email or self.recipient.email


class LetterWords(Base):
    """What the secretariat wrote into letters, in both languages. Never changed: new words point to those they replace."""

    __tablename__ = "letter_words"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    kind: Mapped[str]
    group_key: Mapped[str]
    replaces_id: Mapped[int | None] = mapped_column(
        ForeignKey("letter_words.id"), comment="the words that stood before"
    )
    subject_en: Mapped[str] = mapped_column(default="")
    subject_zh: Mapped[str] = mapped_column(default="")
    body_en: Mapped[str] = mapped_column(default="", comment="in place of the template's text; empty: that stays")
    body_zh: Mapped[str] = mapped_column(default="")
    added_en: Mapped[str] = mapped_column(default="", comment="a paragraph after the text")
    added_zh: Mapped[str] = mapped_column(default="")
    template_sha256: Mapped[str] = mapped_column(comment="of the template as it was then")
    audience: Mapped[str | None] = mapped_column(comment="whom a letter of the secretariat's own was written to")
    written_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)

    writer: Mapped[User] = relationship()

    __table_args__ = (
        Index("ix_letter_words_group", "cycle_id", "group_key"),
        CheckConstraint("(subject_en = '') = (subject_zh = '')", name="subject"),
        CheckConstraint("(body_en = '') = (body_zh = '')", name="body"),
        CheckConstraint("(added_en = '') = (added_zh = '')", name="added"),
    )


class AttemptOutcome(StrEnum):
    """What became of one attempt. None noted means that its process died: the letter may have gone."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNREACHABLE = "unreachable"  # no conversation came about; the letter is not to blame
    BROKEN_OFF = "broken_off"  # while the server was taking the letter: it may have gone
    NOT_RENDERED = "not_rendered"
    DROPPED = "dropped"


class DeliveryAttempt(Base):
    """One attempt to send a letter. Written with the claim, so that an attempt whose process died leaves its trace."""

    __tablename__ = "delivery_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notifications.id"))
    number: Mapped[int]
    begun_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[AttemptOutcome | None] = mapped_column(
        Enumerated(AttemptOutcome), comment="NULL: begun, and nothing was noted since"
    )
    answer: Mapped[str | None] = mapped_column(comment="the mail server's words")
    worker: Mapped[str] = mapped_column(comment="host and process")

    __table_args__ = (
        Index("ix_delivery_attempts_letter", "notification_id", "number"),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended"),
    )


class MailRate(Base):
    """How many letters went to a domain in the minute named by `slot`; shared by all workers."""

    __tablename__ = "mail_rates"

    domain: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(UTCDateTime, comment="the minute that is counted")
    taken: Mapped[int]


class Bounce(Base):
    """A report, of another mail server, that a letter did not arrive (RFC 3464)."""

    __tablename__ = "bounces"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True, comment="of the report; the same one counts once")
    notification_id: Mapped[int | None] = mapped_column(
        ForeignKey("notifications.id"), comment="NULL: about none of our letters"
    )
    address: Mapped[str] = mapped_column(comment="lower case")
    is_permanent: Mapped[bool]
    code: Mapped[str] = mapped_column(comment="RFC 3463, e.g. 5.1.1")
    words: Mapped[str]
    imported_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="when somebody made sure that the address is right"
    )

    __table_args__ = (
        Index("ix_bounces_address", "address"),
        Index("ix_bounces_letter", "notification_id"),
    )


class LetterOptOut(Base):
    """A person wants no more letters on a topic that is not service mail."""

    __tablename__ = "letter_opt_outs"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topic: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
