"""The chair of the jury: waiting for the ballots, the count, citations, the lock and its record."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import Response, abort, flash, redirect, render_template
from wtforms import BooleanField, RadioField

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.errors import N_, NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, pick
from awardapp.i18n import gettext as _
from awardapp.models import Decision, Selection, Submission
from awardapp.queries import people as people_queries
from awardapp.queries import selections as selection_queries
from awardapp.services import jury as jury_service
from awardapp.services import selections
from awardapp.web import access, judges
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength
from awardapp.web.jury import room
from awardapp.web.jury.blueprint import bp


class CitationForm(BaseForm):
    """Whether the city wins, its citation in both languages, and why the count is departed from."""

    wins = RadioField(N_("Decision"), choices=[])
    citation_en = LongText(N_("Citation"), validators=[MaxLength(5000)])
    citation_zh = LongText(N_("Citation"), validators=[MaxLength(5000)])
    move_reason = LongText(N_("Reason for departing from the count"), validators=[MaxLength(2000)])

    def speak(self) -> CitationForm:
        """Put the words into the reader's language."""
        self.wins.label.text = _("Decision")
        self.wins.choices = [("yes", _("Winner")), ("no", _("Not a winner"))]
        self.move_reason.label.text = _("Reason for departing from the count")
        return self


class LockForm(BaseForm):
    """The chair's word that the list was read."""

    sure = BooleanField(N_("I have read the list above; it is final."))


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the count: the city, what put it below the one before, and whether it wins now."""

    place: int
    submission: Submission
    decided_by: str
    decision: Decision | None
    proposed: bool
    written: bool
    against: list[tuple[int, int] | None]  # votes for and against each city in the order of places; None for itself


def rule_words(decided_by: str) -> str:
    """What put a city below the one before it, in words."""
    return {
        "": "",
        "schulze": _("pairs of the ballots"),
        "borda": _("level over all pairs; decided by points for places"),
        "committee mean": _("level over all pairs; decided by the committee's calibrated score"),
        "draw": _("level over all pairs; decided by the public draw"),
    }.get(decided_by, decided_by)


def _is_written(decision: Decision | None) -> bool:
    return decision is not None and bool(decision.reason_en.strip() and decision.reason_zh.strip())


def _places(selection: Selection) -> list[Place]:
    result = selection.result
    order = [one["id"] for one in result["order"]]
    submissions = selection_queries.submissions_by_pseudonym(access.cycle(), order)
    decisions = {d.submission_id: d for d in selections.decided(access.cycle(), Stage.JURY)}
    at = {name: n for n, name in enumerate(result["ids"])}
    votes = result["pairwise"]
    return [
        Place(
            place=one["place"],
            submission=submissions[one["id"]],
            decided_by=one["decided_by"],
            decision=decisions.get(submissions[one["id"]].id),
            proposed=one["id"] in result["winners"],
            written=_is_written(decisions.get(submissions[one["id"]].id)),
            against=[
                None if other == one["id"] else (votes[at[one["id"]]][at[other]], votes[at[other]][at[one["id"]]])
                for other in order
            ],
        )
        for one in result["order"]
    ]


def _pair_words(above: Place, below: Place) -> str:
    """How two neighbours of the order stand to each other: "Lyon beats Gaziantep 6 to 3"."""
    yes, no = above.against[below.place - 1] or (0, 0)
    names = {"a": pick(above.submission.city, "name"), "b": pick(below.submission.city, "name"), "x": yes, "y": no}
    if yes > no:
        return _("%(a)s beats %(b)s %(x)d to %(y)d", **names)
    if yes == no:
        return _("%(a)s and %(b)s are level, %(x)d to %(y)d", **names)
    return _("%(b)s beats %(a)s %(y)d to %(x)d, yet all pairs together put %(a)s first", **names)


@bp.get("/decide")
@requires(Role.JUROR)
def decide() -> Any:
    """How many ballots are cast, and nothing else until all are; then the count and what is decided. Chair only."""
    room.chair_only()
    cycle = access.cycle()
    selection = selections.selection_of(cycle, Stage.JURY)
    places = _places(selection) if selection is not None else []
    return render_template(
        "jury/decide.html",
        cycle=cycle,
        selection=selection,
        places=places,
        pairs=[_pair_words(a, b) for a, b in pairwise(places)],
        rule_words=rule_words,
        cast=selection_queries.ballots_cast(cycle),
        jurors=len(people_queries.members(cycle, Role.JUROR)),
        unwritten=next((p.submission.ref for p in places if p.decision and not p.written), None),
        problems=jury_service.problems(cycle) if selection is not None and selection.locked_at is None else [],
        voting=room.voting_is_open(),
    )


@bp.post("/decide/count")
@requires(Role.JUROR)
def count() -> Any:
    """Count the ballots, once all are cast."""
    room.chair_only()
    try:
        jury_service.count(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(room.url("decide"))
    db.session.commit()
    flash(_("The ballots are counted."), "success")
    return redirect(room.url("decide"))


def _city_page(ref: str, form: CitationForm | None = None, status: int = 200) -> tuple[str, int]:
    selection = selections.selection_of(access.cycle(), Stage.JURY)
    if selection is None:
        abort(404)
    place = next((p for p in _places(selection) if p.submission.ref == ref), None)
    if place is None:
        abort(404)
    if form is None:
        decision = place.decision
        form = CitationForm(
            formdata=None,
            data={
                "wins": "yes" if decision else "no",
                "citation_en": decision.reason_en if decision else "",
                "citation_zh": decision.reason_zh if decision else "",
                "move_reason": selection.result.get("moves", {}).get(place.submission.pseudonym, {}).get("reason", ""),
            },
        )
    page = render_template(
        "jury/citation.html",
        cycle=access.cycle(),
        selection=selection,
        place=place,
        submission=place.submission,
        form=form.speak(),
        rule=rule_words(place.decided_by),
    )
    return page, status


@bp.get("/decide/<ref>")
@requires(Role.JUROR)
def decide_city(ref: str) -> Any:
    """One finalist: winner or not, and the citation. Chair only."""
    room.chair_only()
    return _city_page(ref)


@bp.post("/decide/<ref>")
@requires(Role.JUROR)
def save_citation(ref: str) -> Any:
    """Store the citation, or a departure from the count with its reason."""
    room.chair_only()
    found = selection_queries.finalist(access.cycle(), ref)
    if found is None:
        abort(404)
    form = CitationForm().speak()
    if not form.validate_on_submit():
        return _city_page(ref, form, 422)
    submission = found[0].submission
    try:
        jury_service.decide(
            actor=access.actor(),
            cycle=access.cycle(),
            submission=submission,
            wins=form.wins.data == "yes",
            citation_en=form.citation_en.data or "",
            citation_zh=form.citation_zh.data or "",
            move_reason=form.move_reason.data or "",
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _city_page(ref, form, 422)
    db.session.commit()
    flash(_("Stored: %(title)s", title=pick(submission.city, "name")), "success")
    return redirect(room.url("decide"))


def _lock_form() -> LockForm:
    form = LockForm()
    form.sure.label.text = _("I have read the list above; it is final.")
    return form


def _lock_page(form: LockForm, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    selection = selections.selection_of(cycle, Stage.JURY)
    if selection is None or selection.locked_at is not None:
        abort(404)
    moves = selection.result.get("moves", {})
    page = render_template(
        "jury/lock.html",
        cycle=cycle,
        form=form,
        winners=selections.decided(cycle, Stage.JURY),
        moves=moves,
        moved=selection_queries.submissions_by_pseudonym(cycle, list(moves)),
        problems=jury_service.problems(cycle),
    )
    return page, status


@bp.get("/decide-lock")
@requires(Role.JUROR)
def confirm_lock() -> Any:
    """Exactly what will be locked. Chair only."""
    room.chair_only()
    return _lock_page(_lock_form())


@bp.post("/decide-lock")
@requires(Role.JUROR)
def lock() -> Any:
    """Seal the winners and add the jury's part to the record."""
    room.chair_only()
    form = _lock_form()
    try:
        if not form.sure.data:
            raise RuleViolation(N_("Say that you have read the list."), field="sure")
        jury_service.lock(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _lock_page(form, 422)
    db.session.commit()
    flash(_("The winners are locked and sealed. They become public only through the announcement."), "success")
    return redirect(room.url("decide"))


@bp.get("/decide-record")
@requires(Role.JUROR)
def record() -> Response:
    """The record of the whole selection, for anybody to re-run. Chair only."""
    room.chair_only()
    selection = selections.selection_of(access.cycle(), Stage.JURY)
    if selection is None or selection.record is None:
        abort(404)
    return judges.record_response(selection.record, f"record-{access.cycle().slug}.json")
