"""The desk itself: my cities and their submissions, starting one, one submission's state, withdrawing, who acts for us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.announcements import OUTCOME_NAMES, Outcome
from awardapp.domain.cycles import intake_is_open
from awardapp.domain.submissions import Action, Side, SubmissionStatus, available_actions
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Delegate, Submission, SubmissionEvent
from awardapp.queries import announcements as announcement_queries
from awardapp.queries import cycles as cycle_queries
from awardapp.queries import feedback as feedback_queries
from awardapp.queries import people as people_queries
from awardapp.queries import presentations as presentation_queries
from awardapp.queries import submissions as queries
from awardapp.services import cities, locks, submissions, versions
from awardapp.web import access
from awardapp.web.award_words import announced_words
from awardapp.web.forms import BaseForm
from awardapp.web.submissions.advice import advice_of
from awardapp.web.submissions.blueprint import bp
from awardapp.web.submissions.forms import WithdrawForm
from awardapp.web.submissions.returned import late_link_of, late_links_of, returned_of
from awardapp.web.submissions.scope import deadline_of, due, own_submission, why_closed

Page = str | tuple[str, int] | Response

PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Paging:
    """Which rows of how many a page shows."""

    number: int
    pages: int
    first: int
    last: int
    total: int


def _paging(total: int) -> Paging:
    pages = max(1, -(-total // PER_PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    first = (number - 1) * PER_PAGE
    return Paging(number, pages, first + 1 if total else 0, min(first + PER_PAGE, total), total)


@bp.get("")
@access.signed_in
def index() -> Page:
    """Calls to answer, the submissions of my cities in all cycles, and people who wait for my word."""
    user, now = access.actor(), clock.now()
    my_cities = people_queries.cities_of(user)
    city_ids = [city.id for city in my_cities]
    paging = _paging(queries.count_of_city_ids(city_ids))
    files = queries.of_city_ids(city_ids, page=paging.number, per_page=PER_PAGE)
    asking, asked = queries.requests_around(user, city_ids)
    calls = [
        (cycle, deadline_of(cycle.deadline_at, cycle=cycle, user=user, now=now))
        for cycle in cycle_queries.open_calls()
        if intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=now)
    ]
    return render_template(
        "submissions/index.html",
        cities=my_cities,
        submissions=files,
        unsent=_unsent(files, now=now),
        paging=paging,
        calls=calls,
        late_links=late_links_of(user, files, now=now),
        requests=asking,
        own_requests=asked,
    )


def _unsent(files: Sequence[Submission], *, now: datetime) -> set[int]:
    """Those that are in and were changed since, while the changes can still be handed in."""
    changed = [
        one.id
        for one in files
        if one.status is SubmissionStatus.SUBMITTED
        and one.submitted_at is not None
        and one.changed_at > one.submitted_at
        and intake_is_open(one.cycle.phase, deadline_at=one.cycle.deadline_at, now=now)
    ]
    return versions.with_unsent_changes(changed)


@bp.post("/start")
@access.signed_in
def start() -> Page:
    """Begin a submission to an open call for one of my cities; a second click leads to the same draft."""
    cycle = cycle_queries.by_slug(request.form.get("cycle", ""))
    city_id = request.form.get("city", type=int)
    city = next((c for c in people_queries.cities_of(access.actor()) if c.id == city_id), None)
    if cycle is None or city is None:
        abort(404)
    locks.lock_row(city)  # two clicks at once would both find no draft
    submission = queries.untouched_draft(cycle=cycle, city=city, user=access.actor())
    if submission is None:
        submission = submissions.start(actor=access.actor(), cycle=cycle, city=city, now=clock.database_now())
        db.session.commit()
    return redirect(url_for("submissions.edit", ref=submission.ref), 303)


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the submission's history in the city's words."""

    at: object
    what: str
    who: str | None
    note: str | None


def _happening(event: SubmissionEvent) -> Happening:
    words = {
        "started": _("Draft begun"),
        "begun_from": _("Text taken over from %(ref)s", ref=event.details.get("earlier", "")),
        "submitted": _("Version %(n)s handed in", n=event.details.get("version", "")),
        "returned": _("Returned for changes"),
        "accepted": _("Accepted as valid"),
        "rejected": _("Found not valid"),
        "withdrawn": _("Withdrawn"),
        "advice_asked": _("Advice asked for"),
        "advice_unasked": _("Wish for advice taken back"),
        "reopened": _("Opened again, for advice"),
        "advice_given": _("Advice given"),
    }
    of_city = event.kind in (
        "started",
        "begun_from",
        "submitted",
        "withdrawn",
        "advice_asked",
        "advice_unasked",
        "reopened",
    )
    who = event.actor.name if of_city and event.actor else _("Secretariat")
    if event.kind == "advice_given":
        who = _("An adviser")
    return Happening(event.at, words.get(event.kind) or announced_words(event.kind) or event.kind, who, event.note)


def _outcome_words(submission: Submission) -> list[tuple[str, object]]:
    """Published results about the submission, in words, with their announcements."""
    awards = {award.key: pick(award, "name") for award in submission.cycle.special_awards}
    return [
        (awards.get(o.award_key) or _(OUTCOME_NAMES[Outcome(o.outcome)]), o)
        for o in announcement_queries.outcomes_of(submission)
    ]


def _detail_page(submission: Submission, form: BaseForm) -> str:
    now = clock.now()
    handed_in = queries.versions(submission)
    digest = submissions.content_digest(submissions.frozen(submission)) if handed_in else None
    is_draft = submission.status is SubmissionStatus.DRAFT
    actions = available_actions(submission.status, phase=submission.cycle.phase, sides=[Side.CITY])
    return render_template(
        "submissions/detail.html",
        form=form,
        submission=submission,
        cycle=submission.cycle,
        versions=handed_in,
        is_changed=bool(handed_in) and handed_in[0].sha256 != digest,
        happenings=[_happening(event) for event in queries.events(submission)],
        outcomes=_outcome_words(submission),
        presents=presentation_queries.presents(submission),
        is_told=feedback_queries.is_told(submission.id),
        closed=why_closed(submission, now=now),
        returned=returned_of(submission),
        late=late_link_of(submission, now=now),
        can_withdraw=Action.WITHDRAW in actions,
        is_draft=is_draft,
        is_complete=is_draft and not submissions.problems(submission, now=now),
        deadline=deadline_of(due(submission), cycle=submission.cycle, user=access.actor(), now=now),
        city_advice=advice_of(submission, now=now),
    )


@bp.get("/<ref>")
@access.signed_in
def detail(ref: str) -> Page:
    return _detail_page(own_submission(ref), WithdrawForm())


@bp.post("/<ref>/withdraw")
@access.signed_in
def withdraw(ref: str) -> Page:
    submission = own_submission(ref)
    form = WithdrawForm()
    if form.validate_on_submit() and form.sure.data:
        submissions.withdraw(actor=access.actor(), submission=submission, note=form.note.data, now=clock.database_now())
        db.session.commit()
        flash(_("%(ref)s is withdrawn.", ref=submission.ref), "success")
        return redirect(url_for("submissions.detail", ref=ref), 303)
    if not form.errors:
        form.sure.errors = [_("Tick this box if you really want to withdraw the submission.")]
    return _detail_page(submission, form), 422


def _request_of(delegate_id: int) -> Delegate:
    """A waiting request to act for one of my cities; 404 for any other."""
    waiting = queries.requests_for(access.city_ids())
    found = next((delegate for delegate in waiting if delegate.id == delegate_id), None)
    if found is None:
        abort(404)
    return found


@bp.post("/delegates/<int:delegate_id>/confirm")
@access.signed_in
def confirm_delegate(delegate_id: int) -> Page:
    delegate = _request_of(delegate_id)
    cities.confirm_delegate(actor=access.actor(), delegate=delegate, now=clock.now())
    db.session.commit()
    flash(_("%(name)s now acts for %(city)s.", name=delegate.user.name, city=pick(delegate.city, "name")), "success")
    return redirect(url_for("submissions.index"), 303)


@bp.post("/delegates/<int:delegate_id>/decline")
@access.signed_in
def decline_delegate(delegate_id: int) -> Page:
    delegate = _request_of(delegate_id)
    cities.end_delegate(actor=access.actor(), delegate=delegate, reason="declined by the city", now=clock.now())
    db.session.commit()
    flash(_("The request of %(name)s is declined.", name=delegate.user.name), "success")
    return redirect(url_for("submissions.index"), 303)
