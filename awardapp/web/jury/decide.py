"""The jury's decision: waiting for the ballots, the count in words, the winners in alphabetical order, why fewer are named."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import Response, abort, flash, redirect, render_template

from awardapp import clock
from awardapp.domain.announcements import Stage
from awardapp.domain.citations import LANGUAGES
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain, name_key, pick
from awardapp.i18n import gettext as _
from awardapp.models import Decision, Selection, Submission
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import deliberations as deliberation_queries
from awardapp.queries import jury_decisions as queries
from awardapp.queries import locking as locking_queries
from awardapp.queries import people as people_queries
from awardapp.queries import selections as selection_queries
from awardapp.services import ballot_counting, citations, deciders, jury_decision, jury_lock, selections
from awardapp.web import access, judges
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength
from awardapp.web.jury import ballot_words, room
from awardapp.web.jury.blueprint import bp


class FewerForm(BaseForm):
    """Why fewer winners are named than the rules allow."""

    reason = LongText(validators=[MaxLength(jury_decision.LONGEST_REASON)])

    def speak(self) -> FewerForm:
        """Put the words into the reader's language."""
        self.reason.label.text = _("Why fewer are named")
        return self


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the count: the city, what put it below the one before, and whether it wins now."""

    place: int
    submission: Submission
    decided_by: str
    decision: Decision | None
    proposed: bool
    closed: bool  # to the reader, by a tie
    against: list[tuple[int, int] | None]  # votes for and against each city in the order of places; None for itself

    @property
    def written(self) -> bool:
        """Whether the citation stands in both languages."""
        return self.decision is not None and all(text.strip() for text in citations.texts(self.decision).values())


def places(selection: Selection) -> list[Place]:
    """The order of the count with what is decided now."""
    result = selection.result
    order = [one["id"] for one in result["order"]]
    cycle = access.cycle()
    submissions = selection_queries.submissions_by_pseudonym(cycle, order)
    decisions = {d.submission_id: d for d in selections.decided(cycle, Stage.JURY)}
    closed = assessment_queries.conflicts(room.juror(), list(submissions.values()))
    at = {name: n for n, name in enumerate(result["ids"])}
    votes = result["pairwise"]
    return [
        Place(
            place=one["place"],
            submission=submissions[one["id"]],
            decided_by=one["decided_by"],
            decision=decisions.get(submissions[one["id"]].id),
            proposed=one["id"] in result["winners"],
            closed=submissions[one["id"]].id in closed,
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
    return _("%(b)s beats %(a)s %(y)d to %(x)d, yet by the rule %(a)s comes first", **names)


def decider_only() -> None:
    """Answer 404 to everybody but the chair and the deputy of the last meeting."""
    if not deciders.is_decider(access.actor(), access.cycle()):
        abort(404)


@bp.get("/decide")
@requires(Role.JUROR)
def decide() -> Any:
    """How many ballots are cast, and nothing else until all are; then the count and what is decided. Chair only.

    The deputy is shown the cities that the chair has a tie with.
    """
    decider_only()
    if room.is_chair():
        return _page()
    selection = selections.selection_of(access.cycle(), Stage.JURY)
    cycle, actor = access.cycle(), access.actor()
    own = [p for p in places(selection) if deciders.office(actor, cycle, p.submission)] if selection else []
    return render_template(
        "jury/deputy.html",
        cycle=cycle,
        selection=selection,
        places=sorted(own, key=lambda place: name_key(place.submission.city)),
    )


def _page(form: FewerForm | None = None, status: int = 200) -> tuple[str, int]:
    cycle = access.cycle()
    selection = selections.selection_of(cycle, Stage.JURY)
    found = places(selection) if selection is not None else []
    winners = sorted((p for p in found if p.decision), key=lambda place: name_key(place.submission.city))
    is_open = selection is not None and selection.locked_at is None
    jurors = len(people_queries.members(cycle, Role.JUROR))
    if form is None:
        form = FewerForm(formdata=None, data={"reason": selection.fewer_reason if selection else ""})
    page = render_template(
        "jury/decide.html",
        cycle=cycle,
        selection=selection,
        places=found,
        winners=winners,
        behind={p.submission.id for p in winners if p.decision and is_open and citations.behind(cycle, p.decision)},
        most=jury_lock.most(cycle) if selection is not None else 0,
        form=form.speak(),
        moves=queries.moves(cycle) if selection is not None else [],
        deputy=deciders.deputy_of(cycle),
        pairs=[_pair_words(a, b) for a, b in pairwise(found)],
        decided_words=ballot_words.decided_words,
        method=ballot_words.method_name(cycle.rules.ballots),
        others=ballot_words.other_rules(cycle, selection) if selection is not None else [],
        undecided=ballot_words.undecided(cycle, selection) if selection is not None else [],
        outdated=ballot_counting.is_outdated(selection),
        cast=jurors - len(ballot_counting.waited_for(cycle)),
        jurors=jurors,
        next_ref=next((p.submission.ref for p in winners if not p.written and not p.closed), None),
        problems=jury_lock.problems(cycle) if is_open else [],
        waits=locking_queries.can_wait(cycle, Stage.JURY)
        and locking_queries.open_request(cycle, Stage.JURY) is not None,
        sitting=deliberation_queries.is_sitting(cycle),
        voting=room.voting_is_open(),
        languages=LANGUAGES,
    )
    return page, status


@bp.post("/decide/count")
@requires(Role.JUROR)
def count() -> Any:
    """Count the ballots, once all are cast."""
    room.chair_only()
    try:
        ballot_counting.count(actor=access.actor(), cycle=access.cycle(), now=clock.database_now())
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(room.url("decide"))
    db.session.commit()
    flash(_("The ballots are counted."), "success")
    return redirect(room.url("decide"))


@bp.post("/decide/fewer")
@requires(Role.JUROR)
def say_why_fewer() -> Any:
    """Store why fewer winners are named than the rules allow."""
    room.chair_only()
    form = FewerForm().speak()
    if not form.validate_on_submit():
        return _page(form, 422)
    try:
        jury_decision.say_why_fewer(
            actor=access.actor(), cycle=access.cycle(), reason=form.reason.data or "", now=clock.database_now()
        )
    except NotPermitted:
        raise
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form, 422)
    db.session.commit()
    flash(_("The reason is kept."), "success")
    return redirect(room.url("decide"), 303)


@bp.get("/decide-record")
@requires(Role.JUROR)
def record() -> Response:
    """The record of the whole selection, for anybody to re-run. Chair only."""
    room.chair_only()
    selection = selections.selection_of(access.cycle(), Stage.JURY)
    if selection is None or selection.record is None:
        abort(404)
    return judges.record_response(selection.record, f"record-{access.cycle().slug}.json")
