"""The rules of special awards, as data of the cycle: added, changed, taken out, each change a version of the cycle's rules.

They may change until the award's ground exists: once it is given, or figures of its vote or a decision for it are entered, its
rule stands.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain import special_awards as domain
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.domain.special_awards import DecidedBy
from awardapp.extensions import db
from awardapp.models import Announcement, Cycle, PartnerDecision, Publication, SpecialAward, User, VoteResult
from awardapp.queries import people as people_queries
from awardapp.services import awards
from awardapp.services.locks import lock_row
from awardapp.services.rule_versions import finish_change

MOST = 30  # awards of one cycle
_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class AwardRule:
    """Everything of an award that its rule says; `places` None: without a limit."""

    name_en: str
    name_zh: str
    description_en: str
    description_zh: str
    decided_by: str
    vote: str
    candidates: str
    places: int | None
    independent: bool
    tie_rule: str
    gives: tuple[str, ...]
    announced_from: str

    def check(self) -> None:
        """Refuse a rule that lacks a name or contradicts itself. Raises RuleViolation naming the field."""
        for name in ("name_en", "name_zh"):
            if not getattr(self, name).strip():
                raise RuleViolation(N_("Please fill this in."), field=name)
        domain.check(
            decided_by=self.decided_by,
            vote=self.vote,
            candidates=self.candidates,
            places=self.places,
            independent=self.independent,
            tie_rule=self.tie_rule,
            gives=self.gives,
            announced_from=self.announced_from,
        )


NAMES = tuple(field.name for field in fields(AwardRule))


def why_fixed(cycle: Cycle, award: SpecialAward) -> str:
    """The message id of why the award's rule can change no more; "" while it can."""
    if cycle.phase is CyclePhase.ARCHIVED:
        return N_("The cycle is archived; its awards stand.")
    if awards.given(award):
        return N_("The award is given: its rule stands.")
    announced = (
        select(Announcement.id).where(Announcement.cycle_id == cycle.id, Announcement.award_key == award.key).limit(1)
    )
    if db.session.scalar(announced) is not None:
        return N_("An announcement of this award is in preparation or public: its rule stands.")
    if award.decided_by == DecidedBy.RULE:
        with_winners = select(Publication.id).where(Publication.cycle_id == cycle.id, Publication.kind == "winners")
        if db.session.scalar(with_winners) is not None:
            return N_("The award is given: its rule stands.")
    entered = (
        select(VoteResult.id).where(VoteResult.cycle_id == cycle.id, VoteResult.vote == award.vote).limit(1)
        if award.decided_by == DecidedBy.VOTE_RESULT
        else select(PartnerDecision.id)
        .where(PartnerDecision.cycle_id == cycle.id, PartnerDecision.award_key == award.key)
        .limit(1)
    )
    if db.session.scalar(entered) is not None:
        return N_("What decides this award is entered already: its rule stands.")
    return ""


def _begin(actor: User, cycle: Cycle, reason: str, seen: int) -> str:
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if seen != cycle.rules_version:
        raise StaleVersion(N_("Somebody else changed the rules after you opened this page."))
    if cycle.phase is CyclePhase.ARCHIVED:
        raise IllegalTransition(N_("The cycle is archived; its awards stand."))
    if cycle.phase is not CyclePhase.DRAFT and not reason.strip():
        raise RuleViolation(N_("After the call has opened a change of the rules needs a reason."), field="reason")
    return reason.strip() or "prepared"


def _check_one_by_rule(cycle: Cycle, rule: AwardRule, own: SpecialAward | None) -> None:
    if rule.decided_by == DecidedBy.RULE and any(
        a.decided_by == DecidedBy.RULE and a is not own for a in cycle.special_awards
    ):
        raise RuleViolation(N_("One award of a cycle can follow by itself; there is one already."), field="decided_by")


def _values(rule: AwardRule) -> dict[str, Any]:
    values = {name: getattr(rule, name) for name in NAMES}
    return {**values, "gives": list(rule.gives)}


def rule_of(award: SpecialAward) -> AwardRule:
    """The award's rule as it stands."""
    values = {name: getattr(award, name) for name in NAMES}
    return AwardRule(**{**values, "gives": tuple(award.gives)})


def change(
    *, actor: User, cycle: Cycle, award: SpecialAward, rule: AwardRule, reason: str, seen: int, now: datetime
) -> int:
    """Set an award's rule. Returns how much of it differs; nothing different makes no version.

    Raises NotPermitted, StaleVersion, IllegalTransition once what decides it exists, RuleViolation naming the field.
    """
    reason = _begin(actor, cycle, reason, seen)
    lock_row(award)
    fixed = why_fixed(cycle, award)
    if fixed:
        raise IllegalTransition(fixed)
    rule.check()
    _check_one_by_rule(cycle, rule, award)
    before, after = _values(rule_of(award)), _values(rule)
    changed = [name for name in NAMES if before[name] != after[name]]
    for name in changed:
        setattr(award, name, after[name])
    if changed:
        finish_change(
            cycle, actor, reason, now, {f"special_award:{award.key}:{n}": [before[n], after[n]] for n in changed}
        )
    return len(changed)


def add(*, actor: User, cycle: Cycle, key: str, rule: AwardRule, reason: str, seen: int, now: datetime) -> SpecialAward:
    """Add an award to the cycle. Raises NotPermitted, StaleVersion, RuleViolation naming the field."""
    reason = _begin(actor, cycle, reason, seen)
    if not _KEY.fullmatch(key):
        raise RuleViolation(N_("Small letters, digits and _ only, at most 40."), field="key")
    if any(a.key == key for a in cycle.special_awards):
        raise RuleViolation(N_("There is already an award with this key."), field="key")
    if len(cycle.special_awards) >= MOST:
        raise RuleViolation(N_("A cycle has at most %(n)d special awards."), n=MOST)
    rule.check()
    _check_one_by_rule(cycle, rule, None)
    position = max((a.position for a in cycle.special_awards), default=0) + 1
    award = SpecialAward(cycle_id=cycle.id, key=key, position=position, **_values(rule))
    db.session.add(award)
    db.session.flush()
    db.session.expire(cycle, ["special_awards"])
    finish_change(cycle, actor, reason, now, {f"special_award:{key}": [None, rule.name_en]})
    return award


def remove(*, actor: User, cycle: Cycle, award: SpecialAward, reason: str, seen: int, now: datetime) -> None:
    """Take an award out of the cycle, as long as nothing decides it yet; the versions of the rules keep it.

    Raises NotPermitted, StaleVersion, IllegalTransition, RuleViolation without a reason.
    """
    reason = _begin(actor, cycle, reason, seen)
    fixed = why_fixed(cycle, award)
    if fixed:
        raise IllegalTransition(fixed)
    key, name = award.key, award.name_en
    db.session.delete(award)
    db.session.flush()
    db.session.expire(cycle, ["special_awards"])
    finish_change(cycle, actor, reason, now, {f"special_award:{key}": [name, None]})
