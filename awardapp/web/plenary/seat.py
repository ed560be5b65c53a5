"""From where somebody follows a session: their room, their place in the committee, and what they may see of it now."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, current_app, request, url_for

from awardapp.domain.errors import N_, NotPermitted
from awardapp.domain.people import Role
from awardapp.domain.plenary import presiding
from awardapp.models import Membership, PlenaryAttendance, PlenarySession, PlenaryTurn, Submission
from awardapp.queries import people as people_queries
from awardapp.queries import plenary_room as queries
from awardapp.queries.plenary_room import Line
from awardapp.web import access


@dataclass(frozen=True, slots=True)
class Seat:
    """Who follows the session. `member`: the person's own place in the committee, also for somebody of the secretariat."""

    room: str  # the blueprint
    member: Membership | None

    @property
    def is_clerk(self) -> bool:
        """Whether the person is here for the secretariat, which keeps the minutes."""
        return self.room == "secretariat"

    @property
    def is_chair(self) -> bool:
        return self.member is not None and self.member.is_chair

    @property
    def shows_names(self) -> bool:
        """Whether the names of cities are shown here, where the rules hide them from the committee."""
        return self.is_clerk or self.is_chair or not access.cycle().rules.hide_names_from_committee

    def url(self, endpoint: str, **values: Any) -> str:
        """The address of a page in this room."""
        return url_for(f"{self.room}.{endpoint}", cycle_slug=access.cycle().slug, **values)

    def closed(self, submissions: Sequence[Submission]) -> set[int]:
        """Ids of the submissions that are closed to this person."""
        return queries.closed_to(self.member, submissions) if self.member is not None and submissions else set()


def seat() -> Seat:
    """The seat of the signed-in person. Raises NotPermitted for a member who has not declared conflicts of interest."""
    room, member = request.blueprint or "", None
    if room == "committee":
        member = access.membership(Role.COMMITTEE)
    elif access.standing().has(Role.COMMITTEE):  # somebody of the secretariat who is a member too
        member = people_queries.membership(access.actor(), access.cycle(), Role.COMMITTEE)
    if member is not None and member.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    return Seat(room, member)


@dataclass(frozen=True, slots=True)
class View:
    """What somebody may see of the open session now."""

    seat: Seat
    session: PlenarySession
    turn: PlenaryTurn | None
    there: PlenaryAttendance | None  # the person's own attendance
    is_out: bool  # of the room for the present file
    gavel: int | None  # the membership that presides
    present: dict[int, PlenaryAttendance]

    @property
    def takes_part(self) -> bool:
        """Whether files and votes are shown at all: to members who said that they are there, and to the clerk."""
        return self.seat.is_clerk or self.there is not None

    @property
    def sees(self) -> bool:
        """Whether the present file is shown."""
        return self.takes_part and not self.is_out

    @property
    def leads(self) -> bool:
        holds = self.seat.member is not None and self.seat.member.id == self.gavel
        return self.sees and (self.seat.is_clerk or holds)

    @property
    def votes(self) -> bool:
        """Whether the person can vote on the present file."""
        return self.sees and self.there is not None and not self.seat.is_clerk

    @property
    def key(self) -> str:
        """A word that changes when the screen should: made of nothing that this person may not know, so that it cannot tell
        whether anything happens in a room they are out of. Keyed, since counts could be guessed.
        """
        session = self.session
        facts: list[object] = [session.id, self.seat.room, self.seat.member.id if self.seat.member else 0]
        if not self.takes_part:
            facts.append("away")
        elif self.is_out:
            facts += ["out", self.there.how if self.there else "", session.deputy_id if self.seat.is_chair else 0]
        else:
            facts += ["in", session.pulse, session.hands if self.leads else "", self.turn.id if self.turn else 0]
        secret = str(current_app.secret_key).encode()
        return hmac.new(secret, repr(facts).encode(), hashlib.sha256).hexdigest()[:24]

    def lines(self) -> list[Line]:
        """The agenda without the files that are closed to this person: neither name nor place of them is shown."""
        if not self.takes_part:
            return []
        every = queries.agenda(self.session)
        closed = self.seat.closed([line.submission for line in every])
        return [line for line in every if line.submission.id not in closed]


def view_of(session: PlenarySession, *, key_only: bool = False) -> View:
    """The session as the signed-in person may see it; `key_only`: who presides is left open to whoever never does."""
    own = seat()
    turn, present = queries.turn_now(session), queries.present(session)
    member = own.member
    is_out = turn is not None and bool(own.closed([turn.item.submission]))
    may_preside = member is not None and member.id in (session.chair_id, session.deputy_id)
    out: Collection[int] = queries.noted_out(turn) if turn is not None and (may_preside or not key_only) else ()
    if member is not None and is_out:
        out = {*out, member.id}
    return View(
        seat=own,
        session=session,
        turn=turn,
        there=present.get(member.id) if member is not None else None,
        is_out=is_out,
        gavel=presiding(chair=session.chair_id, deputy=session.deputy_id, present=present, out=out),
        present=present,
    )


def open_or_404() -> PlenarySession:
    """The session that is going on, or 404."""
    session = queries.open_session(access.cycle())
    if session is None:
        abort(404)
    return session
