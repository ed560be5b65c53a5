"""A juror's own ballot: ranking the finalists with numbers or buttons, the draft, casting it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import BooleanField

from awardapp import clock, i18n
from awardapp.domain.errors import N_, NotPermitted, RuleViolation, StaleVersion
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Membership, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import selections as selection_queries
from awardapp.services import ballots
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, whole_number
from awardapp.web.jury import room
from awardapp.web.jury.blueprint import bp

PREFIX = "place-"


class BallotForm(BaseForm):
    """Carries the refusals of the ballot; the places are read by `typed_ranking`."""


class CastForm(BaseForm):
    """The juror's word that the ballot is final."""

    sure = BooleanField(N_("This is my ballot, and it is final."))


def _juror() -> Membership:
    juror = room.juror()
    if juror.conflicts_declared_at is None:
        raise NotPermitted(N_("Declare your conflicts of interest first."))
    return juror


def _cities(juror: Membership) -> tuple[list[Submission], list[Submission]]:
    """The finalists the juror may rank, and those of cities the juror is tied to."""
    found = [f.submission for f in selection_queries.finalists(access.cycle())]
    if not found:
        abort(404)
    barred = assessment_queries.conflicts(juror, found)
    return [s for s in found if s.id not in barred], [s for s in found if s.id in barred]


def typed_ranking() -> list[int]:
    """Submission ids in the order of the posted numbers; gaps do not matter. RuleViolation for one twice."""
    places: dict[int, int] = {}
    for name, text in request.form.items():
        if name.startswith(PREFIX) and text:
            try:
                place, submission_id = int(text), int(name.removeprefix(PREFIX))
            except ValueError as error:
                raise RuleViolation(N_("A place could not be read as a number.")) from error
            if place in places:
                raise RuleViolation(N_("Two cities have place %(n)d. Each place can be given once."), n=place)
            places[place] = submission_id
    return [places[place] for place in sorted(places)]


def moved(ranking: Sequence[int], act: str) -> list[int]:
    """The ranking after a press of "up" or "down" ("up-12"): one place further; an unranked city goes to the end."""
    result = list(ranking)
    direction, _dash, text = act.partition("-")
    submission_id = whole_number(text)
    if direction not in ("up", "down") or submission_id is None:
        return result
    if submission_id not in result:
        return [*result, submission_id] if direction == "up" else result
    at = result.index(submission_id)
    to = at - 1 if direction == "up" else at + 1
    if 0 <= to < len(result):
        result[at], result[to] = result[to], result[at]
    return result


def _page(
    juror: Membership, form: BallotForm, *, typed: Sequence[int] | None = None, status: int = 200
) -> tuple[str, int]:
    votable, barred = _cities(juror)
    ballot = ballots.of(juror)
    stored = list(ballot.ranking) if ballot else []
    ranking = stored if typed is None else list(typed)
    by_id = {s.id: s for s in votable}
    ranked = [by_id[i] for i in ranking if i in by_id]
    page = render_template(
        "jury/ballot.html",
        cycle=access.cycle(),
        form=form,
        ballot=ballot,
        ranked=ranked,
        unranked=[s for s in votable if s not in ranked],
        barred=barred,
        stored=[by_id[i] for i in stored if i in by_id] if status == 409 else None,
        votable=len(votable),
        winners_max=access.cycle().rules.winners_max,
        voting=room.voting_is_open(),
    )
    return page, status


@bp.get("/ballot")
@requires(Role.JUROR)
def ballot() -> Any:
    """The juror's own ballot."""
    return _page(_juror(), BallotForm(formdata=None))


def _save(juror: Membership, ranking: Sequence[int]) -> int:
    saved = ballots.save(
        actor=access.actor(),
        member=juror,
        ranking=ranking,
        edit_version=request.form.get("edit_version", 0, type=int),
        now=clock.database_now(),
    )
    db.session.commit()
    return saved.edit_version


@bp.post("/ballot")
@requires(Role.JUROR)
def save_ballot() -> Any:
    """Save the draft; `act` may move one city ("up-12") or lead on to casting ("cast")."""
    juror = _juror()
    form = BallotForm()
    act = request.form.get("act", "")
    typed: list[int] | None = None
    try:
        typed = moved(typed_ranking(), act)
        _save(juror, typed)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(room.juror(), form, typed=typed, status=409 if isinstance(error, StaleVersion) else 422)
    if act == "cast":
        return redirect(room.url("confirm_cast"))
    if act.startswith(("up-", "down-")):
        return redirect(room.url("ballot", _anchor=f"city-{act.partition('-')[2]}"))
    flash(_("The draft of your ballot is saved. It does not count before you cast it."), "success")
    return redirect(room.url("ballot"))


@bp.post("/ballot/draft")
@requires(Role.JUROR)
def autosave() -> tuple[Response, int]:
    """Save the draft while it is put in order. JSON: {"saved": words, "edit_version": n} or {"problem": words}."""
    juror = _juror()
    try:
        version = _save(juror, typed_ranking())
    except RuleViolation as error:
        db.session.rollback()
        code = 403 if isinstance(error, NotPermitted) else 409 if isinstance(error, StaleVersion) else 422
        return jsonify(problem=explain(error)), code
    at = clock.now().astimezone(i18n.zone()).strftime("%H:%M:%S")
    return jsonify(saved=_("Draft saved at %(time)s", time=at), edit_version=version), 200


def _cast_form() -> CastForm:
    form = CastForm()
    form.sure.label.text = _("This is my ballot, and it is final.")
    return form


def _cast_page(juror: Membership, form: CastForm, status: int = 200) -> Any:
    votable, barred = _cities(juror)
    ballot = ballots.of(juror)
    if ballot is None or ballot.cast_at is not None or not room.voting_is_open():
        return redirect(room.url("ballot"))
    by_id = {s.id: s for s in votable}
    ranked = [by_id[i] for i in ballot.ranking if i in by_id]
    page = render_template(
        "jury/cast.html",
        cycle=access.cycle(),
        form=form,
        ranked=ranked,
        unranked=[s for s in votable if s not in ranked],
        barred=barred,
    )
    return page, status


@bp.get("/ballot/cast")
@requires(Role.JUROR)
def confirm_cast() -> Any:
    """The ballot exactly as it will count."""
    return _cast_page(_juror(), _cast_form())


@bp.post("/ballot/cast")
@requires(Role.JUROR)
def cast() -> Any:
    """Make the saved ranking final."""
    juror = _juror()
    form = _cast_form()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that your ballot is final."), field="sure")
        ballots.cast(actor=access.actor(), member=juror, now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _cast_page(room.juror(), form, 422)
    db.session.commit()
    flash(_("Your ballot is cast. Nobody sees it before all ballots are counted."), "success")
    return redirect(room.url("ballot"))
