"""Cycles and their rules: dates, themes, criteria, numbers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from awardapp.domain.cycles import CyclePhase, Rules
from awardapp.domain.forms import Form
from awardapp.extensions import Base
from awardapp.models.types import Enumerated, Json, UTCDateTime


class Cycle(Base):
    """One edition of the award. Archive cycles carry published figures; what is not known is NULL."""

    __tablename__ = "cycles"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True, comment="part of addresses, e.g. 6")
    number: Mapped[int | None] = mapped_column(unique=True, comment="6 for the 6th; NULL for a demonstration")
    year: Mapped[int] = mapped_column(comment="the cycle's year; the ceremony may fall in a later one")
    name_en: Mapped[str]
    name_zh: Mapped[str]
    phase: Mapped[CyclePhase] = mapped_column(Enumerated(CyclePhase), default=CyclePhase.DRAFT)
    time_zone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    early_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    deadline_at: Mapped[datetime | None] = mapped_column(UTCDateTime, comment="exclusive: at this instant it is over")
    committee_from: Mapped[date | None]
    committee_to: Mapped[date | None]
    shortlist_on: Mapped[date | None]
    ceremony_on: Mapped[date | None]
    # Published figures of a past cycle, by source; a cycle run here counts its rows instead.
    received: Mapped[int | None]
    valid: Mapped[int | None]
    cities: Mapped[int | None]
    countries: Mapped[int | None]
    committee_size: Mapped[int | None]
    jury_size: Mapped[int | None]
    sources: Mapped[list[str]] = mapped_column(Json, default=list)
    is_archive: Mapped[bool] = mapped_column(default=False, comment="held before this system; known from publications")
    is_demonstration: Mapped[bool] = mapped_column(default=False, comment="invented; shown as such everywhere")
    rules_json: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    rules_version: Mapped[int] = mapped_column(default=1)
    form: Mapped[dict[str, Any]] = mapped_column(
        Json, default=dict, comment="sections and fields of the submission form, see domain.forms"
    )
    tie_seed: Mapped[str | None] = mapped_column(comment="secret seed of public draws; its hash is published first")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scoring_frozen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scores_opened_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime, comment="before it nobody sees an average, a place or another's marks"
    )
    scores_opened_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    themes: Mapped[list[Theme]] = relationship(back_populates="cycle", order_by="Theme.position")
    criteria: Mapped[list[Criterion]] = relationship(back_populates="cycle", order_by="Criterion.position")
    special_awards: Mapped[list[SpecialAward]] = relationship(back_populates="cycle", order_by="SpecialAward.position")

    @property
    def rules(self) -> Rules:
        """The rules, read from their stored data once for each state of it."""
        kept: tuple[Any, Rules] | None = self.__dict__.get("_rules_read")
        if kept is None or kept[0] is not self.rules_json:
            kept = self.__dict__["_rules_read"] = (self.rules_json, Rules.from_json(self.rules_json))
        return kept[1]

    @property
    def form_data(self) -> Form:
        """The form, read from its stored data once for each state of it."""
        kept: tuple[Any, Form] | None = self.__dict__.get("_form_read")
        if kept is None or kept[0] is not self.form:
            kept = self.__dict__["_form_read"] = (self.form, Form.from_json(self.form))
        return kept[1]


class Theme(Base):
    """A field in which an initiative is entered, e.g. environmental."""

    __tablename__ = "themes"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    key: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    position: Mapped[int]

    cycle: Mapped[Cycle] = relationship(back_populates="themes")

    __table_args__ = (UniqueConstraint("cycle_id", "key"),)


class Criterion(Base):
    """What committee members score, with a weight and described levels."""

    __tablename__ = "criteria"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    key: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    description_en: Mapped[str]
    description_zh: Mapped[str]
    weight: Mapped[int] = mapped_column(default=1, comment="whole number; shares are weight / sum of weights")
    levels: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list, comment="[{mark, en, zh}], lowest first")
    position: Mapped[int]

    cycle: Mapped[Cycle] = relationship(back_populates="criteria")

    __table_args__ = (
        UniqueConstraint("cycle_id", "key"),
        CheckConstraint("weight > 0", name="weight"),
    )


class SpecialAward(Base):
    """An award beside the five, e.g. the popular city, with its own rule of who decides it (domain/special_awards.py)."""

    __tablename__ = "special_awards"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    key: Mapped[str]
    name_en: Mapped[str]
    name_zh: Mapped[str]
    description_en: Mapped[str] = mapped_column(default="")
    description_zh: Mapped[str] = mapped_column(default="")
    decided_by: Mapped[str] = mapped_column(comment="vote_result, jury, committee, secretariat, partner or rule")
    vote: Mapped[str] = mapped_column(default="", comment="the count that decides; empty otherwise")
    candidates: Mapped[str] = mapped_column(default="shortlisted")
    places: Mapped[int | None] = mapped_column(comment="NULL: without a limit")
    independent: Mapped[bool] = mapped_column(default=True, comment="may go to one of the winners")
    tie_rule: Mapped[str] = mapped_column(default="all", comment="all or draw")
    gives: Mapped[list[str]] = mapped_column(
        Json, default=lambda: ["certificate"], comment="of medal, certificate, trophy"
    )
    announced_from: Mapped[str] = mapped_column(default="given", comment="given, winners or ceremony")
    position: Mapped[int]

    cycle: Mapped[Cycle] = relationship(back_populates="special_awards")

    __table_args__ = (
        UniqueConstraint("cycle_id", "key"),
        CheckConstraint("places > 0", name="places"),
        CheckConstraint(
            "decided_by IN ('vote_result', 'jury', 'committee', 'secretariat', 'partner', 'rule')", name="decided_by"
        ),
        CheckConstraint("candidates IN ('shortlisted', 'shortlisted_deserving', 'valid')", name="candidates"),
        CheckConstraint("tie_rule IN ('all', 'draw')", name="tie_rule"),
        CheckConstraint("(decided_by = 'vote_result') = (vote <> '')", name="vote"),
    )


class RulesVersion(Base):
    """A past or present version of a cycle's rules, with the reason of the change. Never edited."""

    __tablename__ = "rules_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycles.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(Json, comment="rules, criteria, themes, dates as they stood")
    reason: Mapped[str]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("cycle_id", "number"),)
