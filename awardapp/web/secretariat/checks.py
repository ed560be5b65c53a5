"""The validity check: one file at a time, as its judges will read it, with every decision's letter shown before it goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.cycles import intake_is_open
from awardapp.domain.errors import RuleViolation, StaleVersion
from awardapp.domain.forms import density_doubt
from awardapp.domain.people import Role
from awardapp.domain.submissions import NOT_VALID_REASONS, Action, Side, SubmissionStatus, available_actions
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import Submission, SubmissionEvent
from awardapp.queries import checks as check_queries
from awardapp.queries import cycles as cycle_queries
from awardapp.services import letters
from awardapp.services import submissions as services
from awardapp.web import access, judges
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import DecisionForm, NotValidForm, ReturnForm
from awardapp.web.secretariat.submissions import country_words

_TO_CHANGE = timedelta(days=14)  # offered when a file is returned; the date is always the secretariat's own


@bp.get("/check")
@requires(Role.SECRETARIAT)
def check_next() -> Response | str:
    """To the file that has waited longest."""
    cycle = access.cycle()
    ref = check_queries.next_to_check(cycle)
    if ref is not None:
        return redirect(url_for(".check", cycle_slug=cycle.slug, ref=ref))
    return render_template("secretariat/all_checked.html", cycle=cycle, counts=cycle_queries.counts(cycle))


def _submission(ref: str) -> Submission:
    found = check_queries.submission(access.cycle(), ref)
    if found is None:
        abort(404)
    return found


@bp.get("/check/<ref>")
@requires(Role.SECRETARIAT)
def check(ref: str) -> str:
    return _page(_submission(ref))


@bp.post("/check/<ref>/accept")
@requires(Role.SECRETARIAT)
def accept(ref: str) -> Response | tuple[str, int]:
    submission, form = _submission(ref), DecisionForm(prefix="accept")
    if not form.validate_on_submit():
        return _page(submission, accept=form), 422
    try:
        services.accept_as_valid(
            actor=access.actor(), submission=submission, now=clock.database_now(), version=form.version.data
        )
    except StaleVersion as error:
        return _refused(ref, form, error, "accept")
    return _decided(submission, _("%(ref)s is valid; its city is being told.", ref=ref))


@bp.post("/check/<ref>/return")
@requires(Role.SECRETARIAT)
def return_for_changes(ref: str) -> Response | tuple[str, int]:
    submission, form = _submission(ref), ReturnForm.of(access.cycle())
    if not form.validate_on_submit():
        return _page(submission, returned=form), 422
    if "send" not in request.form:
        values = {"note": form.note.data.strip(), "return_by": form.return_by.data.isoformat()}
        return _page(submission, returned=form, letter=("submission_returned", values)), 200
    try:
        services.return_for_changes(
            actor=access.actor(),
            submission=submission,
            note=form.note.data,
            return_by=form.return_by.data,
            now=clock.database_now(),
            version=form.version.data,
        )
    except RuleViolation as error:
        return _refused(ref, form, error, "returned")
    return _decided(submission, _("%(ref)s is returned to its city.", ref=ref))


@bp.post("/check/<ref>/not-valid")
@requires(Role.SECRETARIAT)
def reject(ref: str) -> Response | tuple[str, int]:
    submission, form = _submission(ref), NotValidForm.of()
    if not form.validate_on_submit():
        return _page(submission, rejected=form), 422
    if "send" not in request.form:
        values = {"reason": NOT_VALID_REASONS[form.reason.data], "note": form.note.data.strip()}
        return _page(submission, rejected=form, letter=("submission_not_valid", values)), 200
    try:
        services.reject_as_not_valid(
            actor=access.actor(),
            submission=submission,
            reason=form.reason.data,
            note=form.note.data,
            now=clock.database_now(),
            version=form.version.data,
        )
    except RuleViolation as error:
        return _refused(ref, form, error, "rejected")
    return _decided(submission, _("%(ref)s is not valid; its city is being told why.", ref=ref))


def _refused(ref: str, form: DecisionForm, error: RuleViolation, name: str) -> tuple[str, int]:
    """The page again with what was typed; a file that somebody else decided on goes to the 409 page instead."""
    db.session.rollback()
    submission = _submission(ref)
    if submission.status not in (SubmissionStatus.SUBMITTED, SubmissionStatus.RETURNED):
        raise error
    form.refuse(error)
    if isinstance(error, StaleVersion):
        form.version.data, form.version.raw_data = submission.version, None
    return _page(submission, **{name: form}), 409 if isinstance(error, StaleVersion) else 422


def _decided(submission: Submission, words: str) -> Response:
    """Commit, say what happened, and go on to the next waiting file."""
    cycle = access.cycle()
    db.session.commit()
    flash(words, "success")
    following = check_queries.next_to_check(cycle, after=submission)
    if following is None:
        return redirect(url_for(".check_next", cycle_slug=cycle.slug), 303)
    return redirect(url_for(".check", cycle_slug=cycle.slug, ref=following), 303)


def _page(
    submission: Submission,
    *,
    accept: DecisionForm | None = None,
    returned: ReturnForm | None = None,
    rejected: NotValidForm | None = None,
    letter: tuple[str, dict[str, Any]] | None = None,
) -> str:
    cycle, now = access.cycle(), clock.now()
    version = services.latest_version(submission)
    if version is None:
        abort(404)
    actions = available_actions(submission.status, phase=cycle.phase, sides=[Side.SECRETARIAT])
    shown = next((form for form in (accept, returned, rejected) if form is not None), None)
    by_default = _end_of_day(now + _TO_CHANGE, cycle.time_zone)
    return render_template(
        "secretariat/check.html",
        cycle=cycle,
        submission=submission,
        version=version,
        country=country_words(submission.city.country),
        file_url=lambda file: url_for(".file", cycle_slug=cycle.slug, ref=submission.ref, sha256=file["sha256"]),
        similar=check_queries.similar_to(submission),
        doubt=density_doubt(version.content["answers"].get("city_data", {})),
        history=[(event, _event_words(event)) for event in check_queries.events_of(submission)],
        waiting=cycle_queries.counts(cycle).of(SubmissionStatus.SUBMITTED),
        following=check_queries.next_to_check(cycle, after=submission),
        can={action.value: action in actions for action in Action},
        is_open=intake_is_open(cycle.phase, deadline_at=cycle.deadline_at, now=now),
        form=shown,
        accept=accept or DecisionForm(prefix="accept", formdata=None, version=version.number),
        returned=returned or ReturnForm.of(cycle, formdata=None, version=version.number, return_by=by_default),
        rejected=rejected or NotValidForm.of(formdata=None, version=version.number),
        acceptance=letters.preview("submission_accepted", submission=submission, context={})
        if Action.ACCEPT_AS_VALID in actions
        else [],
        letter_kind=letter[0] if letter else None,
        letters=letters.preview(letter[0], submission=submission, context=letter[1]) if letter else [],
    )


def _event_words(event: SubmissionEvent) -> str:
    return {
        "started": _("Draft begun"),
        "submitted": _("Version %(n)s handed in", n=event.details.get("version", "")),
        "returned": _("Returned for changes"),
        "accepted": _("Accepted as valid"),
        "rejected": _("Found not valid"),
        "withdrawn": _("Withdrawn"),
    }.get(event.kind, event.kind)


def _end_of_day(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(hour=23, minute=59, second=59, microsecond=0)


@bp.get("/submissions/<ref>/files/<sha256>")
@requires(Role.SECRETARIAT)
def file(ref: str, sha256: str) -> Response:
    """A file of the version that counts, to download."""
    version = services.latest_version(_submission(ref))
    if version is None:
        abort(404)
    return judges.attachment(version, sha256)
