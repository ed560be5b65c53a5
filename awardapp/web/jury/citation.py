"""One finalist before the jury's chair or deputy: winner or not, and the citation, whose languages save themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response
from wtforms import RadioField

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.answers import digest
from awardapp.domain.citations import LANGUAGES
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import LANGUAGE_NAMES, explain, pick, zone
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.queries import jury_decisions as queries
from awardapp.queries import selections as selection_queries
from awardapp.services import citations, deciders, jury_decision, selections
from awardapp.services.citations import CitationChanged
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength
from awardapp.web.jury import ballot_words, room
from awardapp.web.jury.blueprint import bp
from awardapp.web.jury.decide import decider_only, places


class OutcomeForm(BaseForm):
    """Whether the city wins, and why it is moved."""

    wins = RadioField(choices=[])
    move_reason = LongText(validators=[MaxLength(jury_decision.LONGEST_REASON)])

    def speak(self) -> OutcomeForm:
        """Put the words into the reader's language."""
        self.wins.label.text = _("Decision")
        self.wins.choices = [("yes", _("Winner")), ("no", _("Not a winner"))]
        self.move_reason.label.text = _("Reason for the move")
        return self


def _city(ref: str) -> Submission:
    """A finalist that this person decides on, or 404: a chair with a tie is out, and nobody else is in."""
    decider_only()
    found = selection_queries.finalist(access.cycle(), ref)
    if found is None or deciders.office(access.actor(), access.cycle(), found[0].submission) is None:
        abort(404)
    return found[0].submission


def _page(
    ref: str,
    *,
    outcome: OutcomeForm | None = None,
    typed: Mapping[str, str] | None = None,
    problems: BaseForm | None = None,
    changed: Collection[str] = (),
    status: int = 200,
) -> tuple[str, int]:
    submission, cycle = _city(ref), access.cycle()
    selection = selections.selection_of(cycle, Stage.JURY)
    place = next((p for p in places(selection) if p.submission.ref == ref), None) if selection is not None else None
    if selection is None or place is None:
        abort(404)
    stored = {f"citation_{code}": text for code, text in _stored(submission).items()}
    if outcome is None:
        outcome = OutcomeForm(formdata=None, data={"wins": "yes" if place.decision else "no"})
    page = render_template(
        "jury/citation.html",
        cycle=cycle,
        selection=selection,
        place=place,
        submission=submission,
        outcome=outcome.speak(),
        form=problems or BaseForm(formdata=None),
        stored=stored,
        shown={**stored, **(typed or {})},
        bases={name: digest(text) for name, text in stored.items()},
        changed=changed,
        behind=citations.behind(cycle, place.decision) if place.decision and not selection.locked_at else None,
        moves=queries.moves_of(submission),
        rule=ballot_words.decided_words(place.decided_by),
        language_names=LANGUAGE_NAMES,
    )
    return page, status


def _stored(submission: Submission) -> dict[str, str]:
    decision = queries.decision(access.cycle(), submission)
    return citations.texts(decision) if decision is not None else dict.fromkeys(LANGUAGES, "")


@bp.get("/decide/<ref>")
@requires(Role.JUROR)
def decide_city(ref: str) -> Any:
    """One finalist: winner or not, and the citation."""
    return _page(ref)


@bp.post("/decide/<ref>")
@requires(Role.JUROR)
def move_city(ref: str) -> Any:
    """Make the city a winner, or not, with a reason."""
    submission, form = _city(ref), OutcomeForm().speak()
    if not form.validate_on_submit():
        return _page(ref, outcome=form, status=422)
    try:
        jury_decision.decide(
            actor=access.actor(),
            cycle=access.cycle(),
            submission=submission,
            wins=form.wins.data == "yes",
            reason=form.move_reason.data or "",
            now=clock.database_now(),
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(ref, outcome=form, status=422)
    db.session.commit()
    flash(_("Stored: %(title)s", title=pick(submission.city, "name")), "success")
    return redirect(room.url("decide_city", ref=ref), 303)


def _save(submission: Submission, values: dict[str, str], bases: dict[str, str]) -> None:
    citations.save(
        actor=access.actor(),
        cycle=access.cycle(),
        submission=submission,
        values=values,
        bases=bases,
        now=clock.database_now(),
    )


@bp.post("/decide/<ref>/citation")
@requires(Role.JUROR)
def save_citation(ref: str) -> Any:
    """Save both languages at once; what somebody else changed meanwhile: 409 with both texts."""
    submission, form = _city(ref), BaseForm()
    typed = {f"citation_{code}": request.form.get(f"citation_{code}", "") for code in LANGUAGES}
    values = {code: typed[f"citation_{code}"] for code in LANGUAGES if f"citation_{code}" in request.form}
    bases = {code: request.form.get(f"base-citation_{code}", "") for code in LANGUAGES}
    if not form.validate_on_submit() or not values:
        return _page(ref, typed=typed, problems=form, status=422)
    try:
        _save(submission, values, bases)
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        changed = [f"citation_{code}" for code in error.languages] if isinstance(error, CitationChanged) else []
        return _page(ref, typed=typed, problems=form, changed=changed, status=409 if changed else 422)
    db.session.commit()
    flash(_("The text is saved."), "success")
    return redirect(room.url("decide_city", ref=ref), 303)


@bp.post("/decide/<ref>/texts/<language>")
@requires(Role.JUROR)
def save_citation_text(ref: str, language: str) -> tuple[Response, int]:
    """Save one language. 200 {saved, base}; 409 {problem, stored, base}: something else is stored; 403 or 422 {problem}."""
    submission, code = _city(ref), language.removeprefix("citation_")
    if code not in LANGUAGES:
        abort(404)
    value = request.form.get("value")
    if value is None:
        abort(422)
    now = clock.database_now()
    try:
        _save(submission, {code: value}, {code: request.form.get("base", "")})
    except CitationChanged as error:
        db.session.rollback()
        text = _stored(submission)[code]
        return jsonify(problem=explain(error), stored=text, base=digest(text)), 409
    except RuleViolation as error:
        db.session.rollback()
        return jsonify(problem=explain(error)), 403 if isinstance(error, NotPermitted) else 422
    db.session.commit()
    base = digest(_stored(submission)[code])
    return jsonify(saved=_("Saved at %(time)s", time=now.astimezone(zone()).strftime("%H:%M:%S")), base=base), 200


@bp.get("/decide/<ref>/texts")
@requires(Role.JUROR)
def citation_state(ref: str) -> Response:
    """The citation as it is stored now, for a window that was in the background."""
    stored = {f"citation_{code}": text for code, text in _stored(_city(ref)).items()}
    return jsonify(marks={}, texts=stored, bases={name: digest(text) for name, text in stored.items()})


@bp.post("/decide/<ref>/in-step")
@requires(Role.JUROR)
def say_in_step(ref: str) -> Any:
    """Somebody read both: the language that was not changed still says the same."""
    submission, language = _city(ref), request.form.get("language")
    if language not in LANGUAGES:
        abort(404)
    citations.say_in_step(
        actor=access.actor(),
        cycle=access.cycle(),
        submission=submission,
        language=language,
        now=clock.database_now(),
    )
    db.session.commit()
    flash(_("Noted: both texts say the same."), "success")
    return redirect(room.url("decide_city", ref=ref), 303)


@bp.get("/decide/<ref>/changes")
@requires(Role.JUROR)
def citation_changes(ref: str) -> Any:
    """Every state that the citation had."""
    submission = _city(ref)
    return render_template(
        "jury/citation_changes.html",
        cycle=access.cycle(),
        submission=submission,
        changes=queries.changes(access.cycle(), submission),
        language_names=LANGUAGE_NAMES,
    )
