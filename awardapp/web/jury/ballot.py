"""A juror's own ballot by the rule of the cycle: a draft that saves itself, and everything that can be done to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from awardapp import clock, i18n
from awardapp.domain.ballot_rules import Shape
from awardapp.domain.ballots import Content, moved
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Membership
from awardapp.services import ballots
from awardapp.web import access, ballot_input
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, whole_number
from awardapp.web.jury import ballot_words, room
from awardapp.web.jury.blueprint import bp

MOVES = ("up", "down", "to", "off")


class BallotForm(BaseForm):
    """Carries the refusals of the ballot; its fields are read by web.ballot_input."""


def own() -> Membership:
    """The juror, once the conflicts of interest are declared."""
    juror = room.juror()
    if juror.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    return juror


def _page(
    juror: Membership,
    form: BallotForm,
    *,
    content: Content | None = None,
    raw: Mapping[str, str] | None = None,
    status: int = 200,
) -> tuple[str, int]:
    rules = access.cycle().rules.ballots
    votable, barred = room.cities(juror)
    ballot = ballots.of(juror)
    stored = ballots.content_of(ballot, rules)
    shown = stored if content is None else content
    page = render_template(
        "jury/ballot.html",
        cycle=access.cycle(),
        form=form,
        ballot=ballot,
        rules=rules,
        content=shown,
        lines=ballot_input.lines(votable, shown, rules, raw=raw),
        said=ballot_input.said(shown, votable, rules),
        unsaid=ballot_input.unsaid(shown, votable),
        stored=ballot_input.said(stored, votable, rules) if status == 409 else None,
        stored_abstains=stored.abstained,
        left=ballot_input.left_words(shown, rules, len(votable)),
        mark_line=ballot_input.mark_line(rules),
        barred=barred,
        votable=len(votable),
        how=ballot_words.how_to_vote(rules, len(votable)),
        ties=ballot_words.tie_protocol(rules),
        lost_shape=ballot is not None and ballot.cast_at is None and bool(ballot.content) and stored.is_empty
        and not Content.from_json(ballot.content).is_empty,
        excuse=ballots.live_excuse(juror),
        paper=ballots.live_paper(juror),
        saved=_saved_words(ballot.changed_at) if ballot and not ballot.cast_at else "",
        scripts=ballot_words.script_words(rules, len(votable)),
        voting=room.voting_is_open(),
    )  # fmt: skip
    return page, status


@bp.get("/ballot")
@requires(Role.JUROR)
def ballot() -> Any:
    """The juror's own ballot."""
    return _page(own(), BallotForm(formdata=None))


def _save(juror: Membership, content: Content) -> int:
    saved = ballots.save(
        actor=access.actor(),
        member=juror,
        content=content,
        edit_version=request.form.get("edit_version", 0, type=int),
        now=clock.database_now(),
    )
    db.session.commit()
    return saved.edit_version


def _act() -> tuple[str, int | None]:
    """What the pressed button asks for and of which city: ("up", 12)."""
    name, _dash, city = request.form.get("act", "").partition("-")
    return name, whole_number(city)


def _typed() -> Content:
    """The ballot as typed, after the move that was asked for."""
    rules = access.cycle().rules.ballots
    act, city = _act()
    if rules.shape is not Shape.RANKING or act not in MOVES or city is None:
        return ballot_input.typed(request.form, rules)
    place = whole_number(request.form.get(f"{ballot_input.PLACE}{city}")) or 0
    content = ballot_input.typed(request.form, rules, apart=city if act == "to" else None)
    return moved(content, city, act, place)


@bp.post("/ballot")
@requires(Role.JUROR)
def save_ballot() -> Any:
    """Save the draft; `act` may move one city ("up-12") or lead on to casting ("cast")."""
    juror, form, content = own(), BallotForm(), None
    try:
        content = _typed()
        _save(juror, content)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        stale = isinstance(error, StaleVersion)
        raw = request.form if not stale else None
        return _page(room.juror(), form, content=content, raw=raw, status=409 if stale else 422)
    act, city = _act()
    if act == "cast":
        return redirect(room.url("confirm_cast"))
    if act in MOVES:
        return redirect(room.url("ballot", _anchor=f"city-{city}"))
    flash(_("The draft of your ballot is saved. It does not count before you cast it."), "success")
    return redirect(room.url("ballot"))


def _saved_words(at: Any) -> str:
    return _("Draft saved at %(time)s", time=at.astimezone(i18n.zone()).strftime("%H:%M:%S"))


@bp.post("/ballot/draft")
@requires(Role.JUROR)
def autosave() -> tuple[Response, int]:
    """Save the draft while it is filled in.

    JSON: {"saved": words, "edit_version": n, "left": words}, or {"problem": words, "conflict": whether another window saved}.
    """
    juror = own()
    try:
        content = _typed()
        version = _save(juror, content)
    except RuleViolation as error:
        db.session.rollback()
        stale = isinstance(error, StaleVersion)
        code = 403 if isinstance(error, NotPermitted) else 409 if stale else 422
        return jsonify(problem=explain(error), conflict=stale), code
    votable, _barred = room.cities(juror)
    left = ballot_input.left_words(content, access.cycle().rules.ballots, len(votable))
    return jsonify(saved=_saved_words(clock.now()), edit_version=version, left=left), 200
