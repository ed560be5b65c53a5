"""Special awards that the jury or the committee decides: recorded by its chair, in the room of each. One page for both.

Nobody else opens it but the jury's deputy, for the cities the chair is tied to. Every look is noted, and the page tells
nothing of the awards that others decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.domain.special_awards import DecidedBy
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import SpecialAward, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import sealed
from awardapp.services import awards as services
from awardapp.services import deciders, snapshots, wall
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.award_words import rule_facts
from awardapp.web.looks import note_look_at_awards
from awardapp.web.secretariat.announcement_forms import ReasonForm
from awardapp.web.secretariat.award_forms import AwardForm


@dataclass(frozen=True, slots=True)
class Room:
    """In whose room the page stands: its blueprint, the role whose chair opens it, and which awards it is about."""

    name: str
    role: Role
    decided_by: DecidedBy

    def check(self) -> None:
        """Answer 404 to everybody but the chair, and the deputy of the jury."""
        if not services.may_record(access.actor(), access.cycle(), self.decided_by):
            abort(404)

    def award(self, key: str) -> SpecialAward:
        """The award of the address, of those decided here, or 404."""
        award = snapshots.award_of(access.cycle(), key)
        if award is None or award.decided_by != self.decided_by:
            abort(404)
        return award

    def candidates(self, award: SpecialAward) -> list[Submission]:
        """Who can receive it on the record of this person: without the cities they are tied to; a deputy's are the chair's."""
        cities, own = services.candidates(access.cycle(), award), access.membership(self.role)
        barred = assessment_queries.conflicts(own, cities)
        chair = deciders.chair_of(access.cycle()) if not own.is_chair else None
        theirs = assessment_queries.conflicts(chair, cities) if chair is not None else {s.id for s in cities}
        return [s for s in cities if s.id not in barred and s.id in theirs]

    def back(self) -> Response:
        """To the page."""
        return redirect(url_for(f"{self.name}.awards", cycle_slug=access.cycle().slug), 303)


def _show(
    room: Room, refused: AwardForm | ReasonForm | None = None, key: str = "", decision_id: int = 0, status: int = 200
) -> tuple[str, int]:
    cycle = access.cycle()
    note_look_at_awards(cycle)
    mine = [a for a in cycle.special_awards if a.decided_by == room.decided_by]
    declared = access.membership(room.role).conflicts_declared_at is not None
    forms = {a.key: AwardForm.of(a, room.candidates(a), formdata=None) for a in mine} if declared else {}
    if isinstance(refused, AwardForm):
        forms[key] = refused
    given = sealed.special_decisions(cycle)
    body = render_template(
        f"{room.name}/awards.html",
        cycle=cycle,
        awards=mine,
        facts={a.key: rule_facts(a) for a in mine},
        given={a.key: given.get(a.key, []) for a in mine},
        forms=forms,
        declared=declared,
        open_for={a.key: services.why_closed(cycle, a) for a in mine},
        tale=wall.tale(cycle),
        take_back=refused if isinstance(refused, ReasonForm) else None,
        take_back_id=decision_id,
        new_reason=ReasonForm.of(_("Reason for taking it back"), formdata=None),
        form=refused,
    )
    return body, status


def _give(room: Room, key: str) -> Any:
    cycle, award = access.cycle(), room.award(key)
    candidates = room.candidates(award)
    form = AwardForm.of(award, candidates)
    if not form.validate_on_submit():
        return _show(room, form, key, status=422)
    city = next(s for s in candidates if s.ref == form.submission.data)
    try:
        services.give(
            actor=access.actor(), cycle=cycle, award=award, submission=city, reason_en=form.reason_en.data,
            reason_zh=form.reason_zh.data, now=clock.database_now(),
        )  # fmt: skip
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        form.refuse(error)
        return _show(room, form, key, status=422)
    db.session.commit()
    flash(_("The award is given. It stays sealed until its announcement is released."), "success")
    return room.back()


def _take_back(room: Room, key: str, decision_id: int) -> Any:
    cycle, award = access.cycle(), room.award(key)
    decision = next((d for d in services.given(award) if d.id == decision_id), None)
    if decision is None:
        abort(404)
    form = ReasonForm.of(_("Reason for taking it back"))
    if not form.validate_on_submit():
        return _show(room, form, key, decision_id, status=422)
    try:
        services.take_back(
            actor=access.actor(), cycle=cycle, award=award, decision=decision, reason=form.reason.data,
            now=clock.database_now(),
        )  # fmt: skip
    except RuleViolation as error:
        if isinstance(error, NotPermitted):
            raise
        db.session.rollback()
        flash(explain(error), "error")
        return room.back()
    db.session.commit()
    flash(_("The award is taken back. The reason is in the audit log."), "success")
    return room.back()


def register(bp: Blueprint, role: Role, decided_by: DecidedBy) -> None:
    """Put the page and its acts into the room of this blueprint."""
    room = Room(bp.name, role, decided_by)

    @bp.get("/awards", endpoint="awards")
    @requires(role)
    def index() -> Any:
        """The awards that this body decides, and who receives them."""
        room.check()
        return _show(room)

    @bp.post("/awards/<key>", endpoint="give_award")
    @requires(role)
    def give(key: str) -> Any:
        room.check()
        return _give(room, key)

    @bp.post("/awards/<key>/decisions/<int:decision_id>/take-back", endpoint="take_back_award")
    @requires(role)
    def take_back(key: str, decision_id: int) -> Any:
        room.check()
        return _take_back(room, key, decision_id)
