"""Counting the ballots: who is still waited for, what counts, the order and what the other rules would have given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from awardapp.domain.announcements import Outcome, Stage
from awardapp.domain.ballots import Content
from awardapp.domain.errors import N_, IllegalTransition, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import can_decide_winners, require
from awardapp.domain.selection import jury as mathematics
from awardapp.domain.selection.errors import SelectionError
from awardapp.domain.selection.other_rules import under_other_rules
from awardapp.domain.selection.receipts import CastBallot
from awardapp.extensions import db
from awardapp.models import Ballot, Cycle, Decision, JurorExcuse, JuryMove, Membership, Selection, Submission, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.services import audit, ballots, selections
from awardapp.services.locks import lock_row

LOCKED = N_("The jury's decision is locked.")
OUTDATED = N_("A ballot or an excuse has changed after the count. Count again.")


def rules(cycle: Cycle) -> mathematics.JuryRules:
    """The rule of the count, as it stands in the record."""
    voting = cycle.rules.ballots
    return mathematics.JuryRules(
        method=voting.method,
        winners_max=voting.winners_max,
        pair_quorum=voting.pair_quorum,
        strength=voting.strength,
        trim=voting.trim,
        seed=selections.tie_seed(cycle),
    )


def finalists_with_means(cycle: Cycle, cities: Sequence[Submission]) -> list[mathematics.Finalist]:
    """The finalists with the committee's calibrated means, which break a tie of the jury."""
    selection = selections.selection_of(cycle, Stage.COMMITTEE)
    places = selection.result["places"] if selection is not None else []
    means = {p["id"]: Decimal(p["calibrated"]) for p in places}
    return [mathematics.Finalist(s.pseudonym, means.get(s.pseudonym, Decimal(0))) for s in cities]


def excused(cycle: Cycle) -> list[Membership]:
    """The jurors whose ballots are not waited for, by pseudonym."""
    rows = db.session.scalars(
        select(JurorExcuse)
        .options(joinedload(JurorExcuse.membership))
        .where(JurorExcuse.cycle_id == cycle.id, JurorExcuse.live.is_(True))
    ).all()
    return sorted((row.membership for row in rows), key=lambda m: m.pseudonym)


def all_cast(cycle: Cycle) -> list[Ballot]:
    """The ballots cast by those who are on the jury now, by pseudonym, whatever their order in time. For the count only."""
    rows = db.session.scalars(
        select(Ballot)
        .join(Ballot.membership)
        .options(joinedload(Ballot.membership).joinedload(Membership.user), selectinload(Ballot.reopenings))
        .where(Ballot.cycle_id == cycle.id, Ballot.cast_at.is_not(None), Membership.ended_at.is_(None))
    ).all()
    return sorted(rows, key=lambda b: b.membership.pseudonym)


def waited_for(cycle: Cycle) -> list[Membership]:
    """The jurors whose ballot is neither cast nor excused, by name."""
    done = {ballot.membership_id for ballot in all_cast(cycle)} | {member.id for member in excused(cycle)}
    return [member for member in people_queries.members(cycle, Role.JUROR) if member.id not in done]


def cast_ballots(cycle: Cycle) -> list[CastBallot]:
    """Every ballot that counts, by pseudonyms, with what belongs to it in the record. Never for a page before the lock.

    Raises RuleViolation when a tie became known after a cast: then the ballot has to be reopened, whatever it says.
    """
    cities = ballots.finalists(cycle)
    names = {s.id: s.pseudonym for s in cities}
    found = []
    for ballot in all_cast(cycle):
        content = ballots.content_of(ballot, cycle.rules.ballots)
        barred = set(assessment_queries.conflicts(ballot.membership, cities))
        if ballot.receipt_sha256 is None:
            # cast before ballots kept their ties: whatever it says of a tied city is left out
            content = _without(content, barred).as_cast(barred)
        elif not barred <= set(content.recused):
            raise RuleViolation(
                N_("A conflict of interest of %(juror)s became known after the ballot was cast. Reopen that ballot."),
                juror=ballot.membership.user.name,
            )
        found.append(
            CastBallot(
                ballot=ballots.as_counted(ballot.membership, content, names, cycle.rules.ballots),
                nonce=ballot.nonce or "",
                receipt=ballot.receipt_sha256 or "",
                on_paper=ballot.paper_number is not None,
                replaced=tuple(one.receipt_sha256 for one in ballot.reopenings if one.receipt_sha256),
            )
        )
    return found


def _without(content: Content, barred: set[int]) -> Content:
    groups = (tuple(i for i in group if i not in barred) for group in content.ranking)
    return Content(ranking=tuple(group for group in groups if group))


def is_outdated(selection: Selection | None) -> bool:
    """Whether a ballot changed after this count was made."""
    return selection is not None and bool(selection.result.get("outdated"))


def outdate(cycle: Cycle) -> None:
    """Note that the count no longer holds. Raises IllegalTransition after the lock."""
    selection = selections.selection_of(cycle, Stage.JURY)
    if selection is None:
        return
    lock_row(selection)
    if selection.locked_at is not None:
        raise IllegalTransition(LOCKED)
    if selection.result:
        selection.result = {**selection.result, "outdated": True}


def count(*, actor: User, cycle: Cycle, now: datetime) -> Selection:
    """Count the ballots cast and propose the first places as winners. Only when every juror has cast or is excused.

    Raises NotPermitted, IllegalTransition when locked, RuleViolation while ballots are missing.
    """
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    lock_row(cycle)
    require(can_decide_winners(people_queries.standing(actor, cycle), phase=cycle.phase))
    jurors, missing = people_queries.members(cycle, Role.JUROR), waited_for(cycle)
    if missing:
        raise RuleViolation(
            N_("%(cast)d of %(all)d ballots are cast. They stay secret until all are."),
            cast=len(jurors) - len(missing),
            all=len(jurors),
        )
    cities, rule = ballots.finalists(cycle), rules(cycle)
    finalists = finalists_with_means(cycle, cities)
    said = [one.ballot for one in cast_ballots(cycle)]
    try:
        result = mathematics.count(finalists, said, rule)
        others = under_other_rules(finalists, said, rule)
    except SelectionError as error:
        raise RuleViolation(N_("The selection cannot be computed: %(why)s"), why=str(error)) from error
    selection = selections.selection_of(cycle, Stage.JURY)
    if selection is None:
        selection = Selection(cycle_id=cycle.id, stage=Stage.JURY, created_at=now, created_by=actor.id)
        db.session.add(selection)
    elif selection.locked_at is not None:
        raise IllegalTransition(LOCKED)
    selection.result = {**_stored(result, others), "excused": [m.pseudonym for m in excused(cycle)]}
    _propose(cycle, cities, result.winners, actor=actor, now=now)
    audit.record(
        actor=actor,
        action="jury.count",
        object=f"cycle:{cycle.id}",
        cycle_id=cycle.id,
        now=now,
        details={"ballots": len(said), "method": result.method},
    )
    return selection


def _stored(result: mathematics.JuryResult, others: dict[str, tuple[str, ...] | None]) -> dict[str, Any]:
    return {
        "method": result.method,
        "notes": list(result.notes),
        "order": [{"place": s.place, "id": s.id, "decided_by": s.decided_by, "figure": s.figure} for s in result.order],
        "ids": list(result.ids),
        "pairwise": [list(row) for row in result.pairwise],
        "winners": list(result.winners),
        "undecided": [list(pair) for pair in result.undecided],
        "abstained": len(result.abstained),
        "other_rules": {method: None if ids is None else list(ids) for method, ids in others.items()},
    }


def _propose(cycle: Cycle, cities: Sequence[Submission], winners: Sequence[str], *, actor: User, now: datetime) -> None:
    """Decisions follow the count, but for cities that were moved by hand: those stay where they were put."""
    held = {move.submission_id: not move.is_back for move in db.session.scalars(_moves(cycle))}
    present = {d.submission_id: d for d in selections.decided(cycle, Stage.JURY)}
    for city in cities:
        decision, wins = present.get(city.id), city.pseudonym in winners
        if held.get(city.id):
            continue
        if wins and decision is None:
            db.session.add(
                Decision(
                    cycle_id=cycle.id,
                    stage=Stage.JURY,
                    submission_id=city.id,
                    outcome=Outcome.WINNER,
                    decided_by=actor.id,
                    decided_at=now,
                )
            )
        elif decision is not None and not wins:
            db.session.delete(decision)
    db.session.flush()


def _moves(cycle: Cycle) -> Any:
    return select(JuryMove).where(JuryMove.cycle_id == cycle.id).order_by(JuryMove.id)
