"""The wall in use: who may pass, what is noted of every look and every refusal, and the line that tells it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from awardapp.domain import wall
from awardapp.domain.announcements import AnnouncementKind, Stage
from awardapp.domain.people import Role
from awardapp.domain.permissions import Standing, can_run_cycle, require
from awardapp.extensions import db
from awardapp.models import AuditEntry, Cycle, Membership, Publication, Selection, User
from awardapp.queries import people as people_queries
from awardapp.services import audit

LOOK, REFUSED = "vote_result.look", "wall.refused"


def pass_through(actor: User, cycle: Cycle) -> Standing:
    """The actor's standing, if the secretariat's and not a juror's while the wall stands. Raises NotPermitted, WallStands."""
    standing = people_queries.standing(actor, cycle)
    require(can_run_cycle(standing))
    wall.check(cycle.phase, is_juror=standing.has(Role.JUROR))
    return standing


def note_refusal(*, actor: User, cycle: Cycle, page: str, now: datetime) -> None:
    """Note that a juror asked for counts and was shown none. `page` is the endpoint, which tells no figure."""
    audit.record(
        actor=actor, action=REFUSED, object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now, details={"page": page}
    )


def note_look(*, actor: User, cycle: Cycle, what: str, now: datetime) -> None:
    """Note that somebody opened figures of a vote or a decision from outside. Raises NotPermitted, WallStands."""
    pass_through(actor, cycle)
    audit.record(
        actor=actor, action=LOOK, object=f"cycle:{cycle.id}", cycle_id=cycle.id, now=now, details={"what": what}
    )


@dataclass(frozen=True, slots=True)
class Tale:
    """What the log tells of a cycle's wall: from when, until when (None: it stands), and who looked behind it."""

    since: datetime
    until: datetime | None
    looks: int  # while it stood
    by_jurors: int  # of these, by people who are or were jurors of the cycle
    refused: int


def tale(cycle: Cycle) -> Tale | None:
    """None before the shortlist is public. Looks count while the wall stood; who became a juror later counts as one.

    From rows that nobody can change: the publication of the shortlist, the jury's lock and the log. Two queries.
    """
    since = db.session.scalar(
        select(Publication.published_at).where(
            Publication.cycle_id == cycle.id, Publication.kind == AnnouncementKind.SHORTLIST
        )
    )
    if since is None:
        return None
    jurors = select(Membership.user_id).where(Membership.cycle_id == cycle.id, Membership.role == Role.JUROR)
    locked = (
        select(Selection.locked_at).where(Selection.cycle_id == cycle.id, Selection.stage == Stage.JURY)
    ).scalar_subquery()
    during = (AuditEntry.action == LOOK) & (locked.is_(None) | (AuditEntry.at < locked))
    until, looks, by_jurors, refused = db.session.execute(
        select(
            locked,
            func.coalesce(func.sum(case((during, 1), else_=0)), 0),
            func.coalesce(func.sum(case((during & AuditEntry.actor_id.in_(jurors), 1), else_=0)), 0),
            func.coalesce(func.sum(case((AuditEntry.action == REFUSED, 1), else_=0)), 0),
        ).where(AuditEntry.cycle_id == cycle.id, AuditEntry.action.in_((LOOK, REFUSED)))
    ).one()
    return Tale(since, until, looks, by_jurors, refused)
