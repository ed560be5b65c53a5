"""Finding ties between the committee's members and the cities, and the chair's decision on each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import InvalidRequestError

from awardapp.domain import suspicions as rules
from awardapp.domain.cycles import CyclePhase
from awardapp.domain.errors import N_, IllegalTransition, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.permissions import require
from awardapp.domain.suspicions import KINDS, Entry, Ground, Judge
from awardapp.extensions import db
from awardapp.models import ConflictOfInterest, Cycle, Suspicion, User
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import people as people_queries
from awardapp.queries import suspicions as queries
from awardapp.services import audit
from awardapp.services.assessments import recuse_from_ties
from awardapp.services.locks import lock_row

_MOST_REASON = 2000
GONE = N_("This tie holds no more and was taken off the list in the meantime; there is nothing to decide.")


def find(cycle: Cycle, *, now: datetime) -> int:
    """Look at every pair of member and submission; store what is new, forget what is open and holds no more.

    Decided suspicions stay whatever is found. Returns how many are new. A pair that is barred anyway is not asked about.
    """
    lock_row(cycle)
    links, entries = queries.links(), queries.entries(cycle)
    before = {(s.membership_id, s.submission_id, s.ground): s for s in queries.known(cycle)}
    found: set[tuple[int, int, str]] = set()
    new = 0
    for member, judge in queries.judges(cycle):
        barred = {tie.city_id for tie in assessment_queries.ties_of(member)}
        for entry in entries:
            if any(place.id in barred for place in entry.places):
                continue
            for one in rules.find(judge, entry, links=links, bars_own_country=cycle.rules.bar_own_country):
                key = (member.id, entry.id, one.ground.value)
                found.add(key)
                if key not in before:
                    new += 1
                    db.session.add(
                        Suspicion(
                            cycle_id=cycle.id,
                            membership_id=member.id,
                            submission_id=entry.id,
                            ground=one.ground.value,
                            words=one.words,
                            found_at=now,
                        )
                    )
    gone = [s.id for key, s in before.items() if s.decision is None and key not in found]
    if gone:
        # Asked again, since the chair may decide on one at this moment.
        db.session.execute(delete(Suspicion).where(Suspicion.id.in_(gone), Suspicion.decision.is_(None)))
    db.session.flush()
    return new


def look(*, actor: User, cycle: Cycle, now: datetime) -> int:
    """Look for ties on request. Returns how many are new. Raises NotPermitted, IllegalTransition later than the committee."""
    standing = people_queries.standing(actor, cycle)
    require(standing.chairs(Role.COMMITTEE) or standing.has(Role.SECRETARIAT))
    if cycle.phase.position > CyclePhase.COMMITTEE.position:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))
    return find(cycle, now=now)


def decide(*, actor: User, suspicion: Suspicion, confirm: bool, reason: str, now: datetime) -> None:
    """Confirm a suspicion, which bars the member from the file, or dismiss it; both with a reason.

    The chair of the committee decides; on the chair's own ties the secretariat does. A confirmed tie is written down as a
    conflict of interest, and work on the file is closed as recused. Raises NotPermitted, RuleViolation without a reason,
    IllegalTransition when it was decided already, holds no more, or the committee's phase is over.
    """
    cycle, member = suspicion.membership.cycle, suspicion.membership
    standing = people_queries.standing(actor, cycle)
    if member.user_id == actor.id:
        raise NotPermitted(N_("Nobody decides on their own ties."))
    require(standing.chairs(Role.COMMITTEE) or (member.is_chair and standing.has(Role.SECRETARIAT)))
    try:
        lock_row(suspicion)
    except InvalidRequestError as error:  # a look for ties came first and found nothing any more
        raise IllegalTransition(GONE) from error
    if suspicion.decision is not None:
        raise IllegalTransition(N_("This was decided already."))
    if cycle.phase.position > CyclePhase.COMMITTEE.position:
        raise IllegalTransition(N_("This is not possible in the present phase of the cycle."))
    reason = reason.strip()
    if not reason:
        raise RuleViolation(N_("Give a reason."), field="reason")
    if len(reason) > _MOST_REASON:
        raise RuleViolation(N_("This text is too long to be kept."), field="reason")
    suspicion.decision = "confirmed" if confirm else "dismissed"
    suspicion.reason, suspicion.decided_by, suspicion.decided_at = reason, actor.id, now
    if confirm:
        db.session.add(
            ConflictOfInterest(
                membership_id=member.id,
                city_id=suspicion.submission.city_id,
                kind=KINDS[Ground(suspicion.ground)].value,
                note=reason,
                declared_by=actor.id,
                declared_at=now,
            )
        )
        db.session.flush()
        if cycle.phase is CyclePhase.COMMITTEE:
            recuse_from_ties(member, now=now)
    db.session.flush()
    audit.record(
        actor=actor,
        action="suspicion.confirm" if confirm else "suspicion.dismiss",
        object=f"membership:{member.id}",
        cycle_id=cycle.id,
        reason=reason,
        now=now,
        details={"submission": suspicion.submission_id, "ground": suspicion.ground},
    )


def examine(cycle: Cycle, judge: Judge) -> list[tuple[Entry, list[rules.Suspicion], bool]]:
    """Which submissions somebody could not or perhaps not judge, before that person is invited: the entry, the grounds, and
    whether the rules bar it outright. Nothing is stored.
    """
    links, bars = queries.links(), cycle.rules.bar_own_country
    found = []
    for entry in queries.entries(cycle):
        barred = bars and judge.country is not None and any(place.country == judge.country for place in entry.places)
        grounds = rules.find(judge, entry, links=links, bars_own_country=bars)
        if barred or grounds:
            found.append((entry, grounds, barred))
    return found
