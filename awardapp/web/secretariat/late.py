"""Accepting a file after the deadline: proposed by one person, accepted by another; the links that follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.lateness import LATE_PHASES, LATE_STATUS_NAMES, LateStatus
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Cycle, LateAcceptance, User
from awardapp.queries import handing_in as queries
from awardapp.queries import people as people_queries
from awardapp.services import lateness
from awardapp.web import access
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength, Required, Stripped, ZonedDateTime
from awardapp.web.secretariat.blueprint import bp

_WHILE = timedelta(days=2)  # offered; the instant is always the secretariat's own


class LateForm(BaseForm):
    """Whose file, until when, and why."""

    city = Stripped(validators=[Required(), MaxLength(200)])
    until = ZonedDateTime(validators=[Required()])
    reason = LongText(validators=[Required(), MaxLength(2000)])

    @classmethod
    def of(cls, cycle: Cycle) -> LateForm:
        form = cls()
        form.until.time_zone = cycle.time_zone
        if not form.is_submitted():
            form.city.data = request.args.get("file", "")[:200]
            form.until.data = (max(clock.now(), cycle.deadline_at or clock.now()) + _WHILE).replace(
                second=59, microsecond=0
            )
        form.city.label.text = _("Reference of the file, or the city's English name where it has begun none")
        form.until.label.text = _("Last second in which it may come")
        form.reason.label.text = _("Reason, for the record")
        return form


class LinkForm(BaseForm):
    """A further personal link: for whom and until when."""

    person = Stripped()
    until = ZonedDateTime(validators=[Required()])


@bp.get("/late")
@requires(Role.SECRETARIAT)
def late() -> str:
    return _page(LateForm.of(access.cycle()))


@bp.post("/late")
@requires(Role.SECRETARIAT)
def propose_late() -> Response | tuple[str, int]:
    cycle, form = access.cycle(), LateForm.of(access.cycle())
    if not form.validate_on_submit():
        return _page(form), 422
    found = queries.city_and_file(cycle, form.city.data)
    if found is None:
        form.city.errors = [_("No file of this cycle has this reference, and no city this name.")]
        return _page(form), 422
    try:
        lateness.propose(
            actor=access.actor(),
            cycle=cycle,
            city=found[0],
            submission=found[1],
            until_at=form.until.data + timedelta(seconds=1),
            reason=form.reason.data,
            now=clock.database_now(),
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _page(form), 422
    db.session.commit()
    flash(_("Proposed. It takes effect when a second person of the secretariat accepts it."), "success")
    return _back()


def _acceptance(acceptance_id: int) -> LateAcceptance:
    found = queries.late_acceptance(access.cycle(), acceptance_id)
    if found is None:
        abort(404)
    return found


def _back() -> Response:
    return redirect(url_for(".late", cycle_slug=access.cycle().slug), 303)


def _done_or_refused(words: str, error: RuleViolation | None) -> Response | tuple[str, int]:
    if error is None:
        db.session.commit()
        flash(words, "success")
        return _back()
    db.session.rollback()
    form = LateForm.of(access.cycle())
    form.form_errors.append(explain(error))
    return _page(form), 422


@bp.post("/late/<int:acceptance_id>/accept")
@requires(Role.SECRETARIAT)
def accept_late(acceptance_id: int) -> Response | tuple[str, int]:
    """The second person's word; a refusal (also to the first person) is a sentence on the page."""
    acceptance = _acceptance(acceptance_id)
    links, refusal = 0, None
    try:
        links = len(lateness.accept(actor=access.actor(), acceptance=acceptance, now=clock.database_now()))
    except RuleViolation as error:
        refusal = error
    return _done_or_refused(_("Accepted. %(n)s personal links are on their way.", n=links), refusal)


@bp.post("/late/<int:acceptance_id>/decline")
@requires(Role.SECRETARIAT)
def decline_late(acceptance_id: int) -> Response | tuple[str, int]:
    acceptance, refusal = _acceptance(acceptance_id), None
    try:
        lateness.decline(
            actor=access.actor(),
            acceptance=acceptance,
            reason=request.form.get("reason", ""),
            now=clock.database_now(),
        )
    except RuleViolation as error:
        refusal = error
    return _done_or_refused(_("Declined. Nothing has changed for the city."), refusal)


@bp.post("/late/<int:acceptance_id>/end")
@requires(Role.SECRETARIAT)
def end_late(acceptance_id: int) -> Response | tuple[str, int]:
    acceptance, links, refusal = _acceptance(acceptance_id), 0, None
    try:
        links = lateness.end(
            actor=access.actor(),
            acceptance=acceptance,
            reason=request.form.get("reason", ""),
            now=clock.database_now(),
        )
    except RuleViolation as error:
        refusal = error
    return _done_or_refused(_("Taken back. %(n)s links no longer work.", n=links), refusal)


@bp.post("/late/<int:acceptance_id>/links")
@requires(Role.SECRETARIAT)
def issue_late_link(acceptance_id: int) -> Response | tuple[str, int]:
    """A personal link for one more delegate, or once more for one whose link was taken back."""
    acceptance, form = _acceptance(acceptance_id), LinkForm()
    form.until.time_zone = access.cycle().time_zone
    people = {str(person.id): person for person in people_queries.delegates_of(acceptance.city_id)}
    if not form.validate_on_submit() or form.person.data not in people:
        abort(404)
    refusal = None
    try:
        lateness.issue_link(
            actor=access.actor(),
            acceptance=acceptance,
            person=people[form.person.data],
            until_at=form.until.data + timedelta(seconds=1),
            now=clock.database_now(),
        )
    except RuleViolation as error:
        refusal = error
    return _done_or_refused(_("The link is on its way to %(name)s.", name=people[form.person.data].name), refusal)


@bp.post("/late/links/<int:link_id>/revoke")
@requires(Role.SECRETARIAT)
def revoke_late_link(link_id: int) -> Response | tuple[str, int]:
    link = queries.link(link_id)
    if link is None or link.acceptance.cycle_id != access.cycle().id:
        abort(404)
    refusal = None
    try:
        lateness.revoke_link(actor=access.actor(), link=link, now=clock.database_now())
    except RuleViolation as error:
        refusal = error
    return _done_or_refused(_("The link of %(name)s no longer works.", name=link.user.name), refusal)


def _page(form: LateForm) -> str:
    cycle, now = access.cycle(), clock.now()
    acceptances = queries.late_acceptances(cycle)
    return render_template(
        "secretariat/late.html",
        cycle=cycle,
        form=form,
        acceptances=acceptances,
        without_link=_without_link(acceptances),
        words={status.value: _(name) for status, name in LATE_STATUS_NAMES.items()},
        can_propose=cycle.phase in LATE_PHASES,
        files=queries.files_that_may_come(cycle) if cycle.phase in LATE_PHASES else [],
        now=now,
        last_second=lambda at: _typed(at - timedelta(seconds=1), cycle.time_zone),
    )


def _typed(at: datetime, zone: str) -> str:
    """An instant as a field for date and time holds it."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}"


def _without_link(acceptances: Sequence[LateAcceptance]) -> dict[int, list[User]]:
    """For each acceptance in force, the delegates of its city who have no live link. One query."""
    in_force = [one for one in acceptances if one.status is LateStatus.ACCEPTED]
    acting = people_queries.delegates_by_city({one.city_id for one in in_force})
    return {
        one.id: [
            person
            for person in acting.get(one.city_id, [])
            if person.id not in {link.user_id for link in one.links if link.revoked_at is None}
        ]
        for one in in_force
    }
