"""The jury's decision: the count of the ballots, up to five winners with citations, the lock."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_winners, require
from awardapp.domain.selection import jury as mathematics
from awardapp.domain.selection import record
from awardapp.domain.selection.errors import SelectionError
from awardapp.extensions import db
from awardapp.models import Cycle, Decision, Selection, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, ballots, observers, selections
from awardapp.services.locks import lock_row


def _rules(cycle: Cycle) -> mathematics.JuryRules:
    return mathematics.JuryRules(
        method=cycle.rules.jury_method, winners_max=cycle.rules.winners_max, seed=selections.tie_seed(cycle)
    )


def _finalists_with_means(cycle: Cycle, cities: list[Submission]) -> list[mathematics.Finalist]:
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    places = selection.result["places"] if selection is not None else []
    means = {p["id"]: Decimal(p["calibrated"]) for p in places}
    return [mathematics.Finalist(s.pseudonym, means.get(s.pseudonym, Decimal(0))) for s in cities]


def _ballots(cycle: Cycle, cities: list[Submission]) -> list[mathematics.Ballot]:
    names = {s.id: s.pseudonym for s in cities}
    found = []
    for ballot in ballots.all_cast(cycle):
        may = {s.id for s in ballots.votable(ballot.membership, cycle)}
        found.append(
            mathematics.Ballot(
                juror=ballot.membership.pseudonym,
                ranking=tuple((names[i],) for i in ballot.ranking if i in names),
                approved=tuple(names[i] for i in ballot.ranking[: cycle.rules.winners_max] if i in names),
                scores={names[i]: len(cities) - n for n, i in enumerate(ballot.ranking) if i in names},
                recused=tuple(names[s.id] for s in cities if s.id not in may),
            )
        )
    return found


def count(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Count the ballots cast and propose the first places as winners. Only when every juror has cast or is excused.

    Raises NotPermitted, IllegalTransition when locked, RuleViolation while ballots are missing.
    """
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    jurors = people_queries.members(cycle, Role.JUROR)
    cast = ballots.all_cast(cycle)
    if len(cast) < len(jurors):
        raise RuleViolation(
            N_("%(cast)d of %(all)d ballots are cast. They stay secret until all are."), cast=len(cast), all=len(jurors)
        )
    cities = ballots.finalists(cycle)
    try:
        result = mathematics.count(_finalists_with_means(cycle, cities), _ballots(cycle, cities), _rules(cycle))
    except SelectionError as error:
        raise RuleViolation(N_("The selection cannot be computed: %(why)s"), why=str(error)) from error
    selection = selections.selection_of(cycle, Stage.JURY)
    if selection is None:
        selection = Selection(cycle_id=cycle.id, stage=Stage.JURY, created_at=now, created_by=actor.id)
        db.session.add(selection)
    elif selection.locked_at is not None:
        raise IllegalTransition(N_("The jury's decision is locked."))
    selection.result = {
        "method": result.method,
        "notes": list(result.notes),
        "order": [{"place": s.place, "id": s.id, "decided_by": s.decided_by, "figure": s.figure} for s in result.order],
        "ids": list(result.ids),
        "pairwise": [list(row) for row in result.pairwise],
        "winners": list(result.winners),
        "moves": selection.result.get("moves", {}) if selection.result else {},
    }
    present = {d.submission_id: d for d in selections.decided(cycle, Stage.JURY)}
    by_name = {s.pseudonym: s for s in cities}
    for name in result.winners:
        if by_name[name].id not in present and name not in selection.result["moves"]:
            db.session.add(
                Decision(
                    cycle_id=cycle.id,
                    stage=Stage.JURY,
                    submission_id=by_name[name].id,
                    outcome=Outcome.WINNER,
                    decided_by=actor.id,
                    decided_at=now,
                )
            )
    db.session.flush()
    audit.record(
        actor=actor,
        action="jury.count",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"ballots": len(cast), "method": result.method},
    )
    return selection


def decide(
    *,
    actor: User,
    cycle: Cycle,
    submission: Submission,
    wins: bool,
    citation_en: str,
    citation_zh: str,
    move_reason: str,
    now: datetime,
) -> None:
    """Write a winner's citation, or depart from the count by hand with a written reason.

    Raises NotPermitted, IllegalTransition before the count or after the lock, RuleViolation.
    """
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    selection = selections.selection_of(cycle, Stage.JURY)
    if selection is None or selection.locked_at is not None:
        raise IllegalTransition(N_("There is no open count to decide on."))
    if submission.id not in {s.id for s in ballots.finalists(cycle)}:
        raise RuleViolation(N_("Winners come from the shortlist."))
    is_moved = wins != (submission.pseudonym in selection.result["winners"])
    if is_moved and not move_reason.strip():
        raise RuleViolation(N_("Departing from the count needs a written reason."), field="move_reason")
    member = people_queries.membership(actor, cycle, Role.JUROR)
    if is_moved and member is not None and assessment_queries.conflict(member, submission) is not None:
        raise NotPermitted(N_("You have declared a conflict of interest with this city."))
    decision = db.session.execute(
        select(Decision).where(
            Decision.cycle_id == cycle.id, Decision.stage == Stage.JURY, Decision.submission_id == submission.id
        )
    ).scalar_one_or_none()
    if not wins:
        if decision is not None:
            db.session.delete(decision)
    else:
        if decision is None:
            decision = Decision(cycle_id=cycle.id, stage=Stage.JURY, submission_id=submission.id)
            db.session.add(decision)
        decision.outcome = Outcome.WINNER
        decision.reason_en = citation_en.strip()
        decision.reason_zh = citation_zh.strip()
        decision.moved_by_hand = is_moved
        decision.move_reason = move_reason.strip() if is_moved else None
        decision.decided_by = actor.id
        decision.decided_at = now
    moves = {k: v for k, v in selection.result.get("moves", {}).items() if k != submission.pseudonym}
    if is_moved:
        moves[submission.pseudonym] = {"to": "winner" if wins else "none", "reason": move_reason.strip()}
    selection.result = {**selection.result, "moves": moves}
    db.session.flush()
    audit.record(
        actor=actor,
        action="jury.decide",
        object=f"submission:{submission.id}",
        cycle_id=cycle.id,
        reason=move_reason.strip() or None,
        now=now,
        details={"wins": wins, "moved_by_hand": is_moved},
    )


def problems(cycle: Cycle) -> list[str]:
    """Message ids of everything that keeps the jury's decision from being locked."""
    decisions = selections.decided(cycle, Stage.JURY)
    found = []
    if not decisions:
        found.append(N_("No winner is named."))
    if len(decisions) > cycle.rules.winners_max:
        found.append(N_("More winners are named than the rules allow."))
    if any(not d.reason_en.strip() or not d.reason_zh.strip() for d in decisions):
        found.append(N_("A winner lacks its citation in one of the languages."))
    return found


def lock(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Seal the winners and add the jury's part to the record. Raises NotPermitted, RuleViolation with what is missing."""
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    selection = selections.selection_of(cycle, Stage.JURY)
    committee = selections.selection_of(cycle, Stage.COMMITTEE)
    if selection is None or selection.locked_at is not None or committee is None or committee.record is None:
        raise IllegalTransition(N_("There is no open count to lock."))
    found = problems(cycle)
    if found:
        raise RuleViolation(found[0])
    cities, root = ballots.finalists(cycle), audit.head()
    earlier: dict[str, Any] = json.loads(committee.record)
    built = record.add_jury(
        earlier,
        rules=_rules(cycle),
        jurors=[m.pseudonym for m in people_queries.members(cycle, Role.JUROR)],
        ballots=_ballots(cycle, cities),
        log_root=root,
        moves=[
            record.Move(name, move["to"], move["reason"], "chair")
            for name, move in sorted(selection.result.get("moves", {}).items())
        ],
    )
    selections.seal(selection, record.to_bytes(built), actor=actor, now=now)
    cycle.phase = CyclePhase.WINNERS_SEALED
    observers.tell_digest(cycle, selection, log_root=root, now=now)
    audit.record(
        actor=actor,
        action="jury.lock",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"record_sha256": selection.record_sha256},
    )
    return selection
