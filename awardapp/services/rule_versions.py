"""Versions of a cycle's rules: every change is checked, made, kept whole with its reason, and recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation, StaleVersion
from awardapp.domain.permissions import can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import Criterion, Cycle, RulesVersion, SpecialAward, Theme, User
from awardapp.queries import people as people_queries
from awardapp.services import audit
from awardapp.services.locks import lock_row

AWARD_PARTS = (
    "key", "name_en", "name_zh", "description_en", "description_zh", "decided_by", "vote", "candidates", "places",
    "independent", "tie_rule", "gives", "announced_from",
)  # fmt: skip


def content(cycle: Cycle) -> dict[str, Any]:
    """The cycle's rules as plain data: what a version keeps and what two versions are compared by."""
    criteria = db.session.scalars(
        select(Criterion).where(Criterion.cycle_id == cycle.id).order_by(Criterion.position)
    ).all()
    themes = db.session.scalars(select(Theme).where(Theme.cycle_id == cycle.id).order_by(Theme.position)).all()
    awards = db.session.scalars(
        select(SpecialAward).where(SpecialAward.cycle_id == cycle.id).order_by(SpecialAward.position)
    ).all()
    return {
        "rules": cycle.rules_json,
        "form": cycle.form,
        "dates": {
            name: value.isoformat() if (value := getattr(cycle, name)) else None
            for name in ("opens_at", "early_at", "deadline_at", "committee_from", "committee_to", "ceremony_on")
        },
        "criteria": [
            {
                "key": c.key,
                "weight": c.weight,
                "name_en": c.name_en,
                "name_zh": c.name_zh,
                "description_en": c.description_en,
                "description_zh": c.description_zh,
                "levels": c.levels,
            }
            for c in criteria
        ],
        "themes": [{"key": t.key, "name_en": t.name_en, "name_zh": t.name_zh} for t in themes],
        "special_awards": [{name: getattr(award, name) for name in AWARD_PARTS} for award in awards],
    }


def keep_version(cycle: Cycle, *, reason: str, actor: User | None, now: datetime) -> None:
    """Keep the rules as they stand now as their version of the cycle's present number."""
    db.session.flush()  # the version is read back from the rows
    db.session.add(
        RulesVersion(
            cycle_id=cycle.id,
            number=cycle.rules_version,
            content=content(cycle),
            reason=reason,
            changed_by=actor.id if actor else None,
            changed_at=now,
        )
    )
    db.session.flush()


def begin_change(actor: User, cycle: Cycle, reason: str, seen: int | None) -> str:
    """Check and lock before a change of the rules; `seen` is the version the form was filled in from."""
    require(can_run_cycle(people_queries.standing(actor, cycle)))
    lock_row(cycle)
    if seen is not None and seen != cycle.rules_version:
        raise StaleVersion(N_("Somebody else changed the rules after you opened this page."))
    if cycle.scores_opened_at is not None:
        raise IllegalTransition(N_("The scores are open: what they are computed by can no longer change."))
    if not CyclePhase(cycle.phase).is_before(CyclePhase.COMMITTEE):
        raise IllegalTransition(N_("The rules are fixed once the committee has begun."))
    if cycle.phase is not CyclePhase.DRAFT and not reason.strip():
        raise RuleViolation(N_("After the call has opened a change of the rules needs a reason."), field="reason")
    return reason.strip() or "prepared"


def finish_change(cycle: Cycle, actor: User, reason: str, now: datetime, details: dict[str, Any]) -> None:
    """Keep what was changed as a new version, and record it. `details`: what differs, by name, as [before, after]."""
    cycle.rules_version += 1
    keep_version(cycle, reason=reason, actor=actor, now=now)
    plain = {key: [str(v) if v is not None else None for v in pair] for key, pair in details.items()}
    audit.record(
        actor=actor,
        action="cycle.change_rules",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        reason=reason,
        now=now,
        details=plain,
    )
