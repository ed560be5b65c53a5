"""Where ties between judges and cities are found: links between cities, people a city names, and what was made of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.extensions import Base
from awardapp.models.cities import City
from awardapp.models.people import Membership, User
from awardapp.models.submissions import Submission
from awardapp.models.types import UTCDateTime

_PAIR = text("ended_at IS NULL AND network IS NULL")
_NETWORK = text("ended_at IS NULL AND other_city_id IS NULL")


class CityLink(Base):
    """A lasting tie between two cities, or of a city to a network or alliance. Ended, it stays as history."""

    __tablename__ = "city_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    other_city_id: Mapped[int | None] = mapped_column(
        ForeignKey("cities.id"), comment="the other city of a pair, the larger id"
    )
    network: Mapped[str | None] = mapped_column(comment="name of the network or alliance the city belongs to")
    kind: Mapped[str] = mapped_column(comment="sister_city, network or alliance")
    note: Mapped[str] = mapped_column(default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    city: Mapped[City] = relationship(foreign_keys=[city_id])
    other: Mapped[City | None] = relationship(foreign_keys=[other_city_id])

    __table_args__ = (
        CheckConstraint("(other_city_id IS NULL) <> (network IS NULL)", name="one_object"),
        CheckConstraint("other_city_id IS NULL OR other_city_id > city_id", name="order"),
        CheckConstraint("kind IN ('sister_city', 'network', 'alliance')", name="kind"),
        Index(
            "uq_city_links_pair",
            "city_id",
            "other_city_id",
            "kind",
            unique=True,
            postgresql_where=_PAIR,
            sqlite_where=_PAIR,
        ),
        Index(
            "uq_city_links_network",
            "city_id",
            "network",
            "kind",
            unique=True,
            postgresql_where=_NETWORK,
            sqlite_where=_NETWORK,
        ),
        Index("ix_city_links_other", "other_city_id"),
    )


class NamedConflict(Base):
    """Somebody who should not judge a submission, in its city's words."""

    __tablename__ = "named_conflicts"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    name: Mapped[str]
    organisation: Mapped[str] = mapped_column(default="")
    kind: Mapped[str] = mapped_column(comment="as in conflicts_of_interest")
    note: Mapped[str] = mapped_column(default="")
    named_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime] = mapped_column(UTCDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (Index("ix_named_conflicts_submission", "submission_id"),)


class Suspicion(Base):
    """A tie that was found, not declared. Open, it keeps the file from the member; the chair confirms or dismisses it."""

    __tablename__ = "suspicions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("memberships.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    ground: Mapped[str]
    words: Mapped[str] = mapped_column(comment="what was found: a city, a network, an employer, a name")
    found_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decision: Mapped[str | None] = mapped_column(comment="confirmed or dismissed; NULL while it is open")
    reason: Mapped[str | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    membership: Mapped[Membership] = relationship()
    submission: Mapped[Submission] = relationship()
    decider: Mapped[User | None] = relationship()

    __table_args__ = (
        UniqueConstraint("membership_id", "submission_id", "ground"),
        CheckConstraint("decision IN ('confirmed', 'dismissed')", name="decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (decided_by IS NULL)"
            " AND (decision IS NULL) = (reason IS NULL)",
            name="decided",
        ),
        Index("ix_suspicions_cycle", "cycle_id", "decision"),
    )
