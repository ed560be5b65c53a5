"""Who takes part in the cycle: members by role, invitations, and people who ask to act for a city."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.people import ROLE_NAMES, Role
from awardapp.extensions import db
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.models import Delegate, Membership
from awardapp.queries import advice as advice_queries
from awardapp.queries import assessments as assessment_queries
from awardapp.queries import heard
from awardapp.queries import secretariat as queries
from awardapp.services import cities
from awardapp.services import people as services
from awardapp.web import access, fresh_password
from awardapp.web.access import requires
from awardapp.web.secretariat.blueprint import bp
from awardapp.web.secretariat.forms import EndRoleForm, InvitationForm
from awardapp.web.secretariat.submissions import country_words

GROUP_NAMES: dict[Role, str] = {
    Role.SECRETARIAT: N_("Secretariat"),
    Role.COMMITTEE: N_("Technical committee"),
    Role.JUROR: N_("Jury"),
    Role.ADVISER: N_("Advisers"),
    Role.OBSERVER: N_("Observers"),
}


@bp.get("/people")
@requires(Role.SECRETARIAT)
def people() -> str:
    cycle = access.cycle()
    members = queries.members_of(cycle)
    return render_template(
        "secretariat/people.html",
        cycle=cycle,
        roles=[(role, _(words), [m for m in members if m.role is role]) for role, words in GROUP_NAMES.items()],
        sent=queries.invitations_sent(cycle),
        progress={member_id: (total, done) for member_id, _name, total, done in assessment_queries.progress(cycle)},
        themes={theme.key: theme for theme in cycle.themes},
        requests=queries.delegate_requests(),
        advised=advice_queries.files_by_adviser(cycle),
        doubtful=heard.doubtful_among([m.user.email for m in members]),
        country_words=country_words,
    )


@bp.get("/people/invite")
@requires(Role.SECRETARIAT)
def invite() -> str:
    form = InvitationForm.of(access.cycle(), request.args.get("role", ""))
    return render_template("secretariat/invite.html", cycle=access.cycle(), form=form)


@bp.post("/people/invite")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def send_invitation() -> Response | tuple[str, int]:
    cycle = access.cycle()
    form = InvitationForm.of(cycle)
    if form.validate_on_submit():
        try:
            fresh_password.check(form.password.data)
            member = services.invite(
                actor=access.actor(),
                cycle=cycle,
                role=Role(form.role.data),
                email=form.email.data,
                name=form.name.data,
                language=form.letters_in.data,
                country=form.country.data or None,
                city=form.city.data or None,
                organisation=form.organisation.data or None,
                is_chair=form.is_chair.data,
                themes=" ".join(form.themes.data),
                languages=" ".join(form.languages.data),
                now=clock.database_now(),
            )
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
        else:
            db.session.commit()
            flash(_("%(name)s is invited; the letter is on its way.", name=member.user.name), "success")
            return redirect(url_for(".people", cycle_slug=cycle.slug), 303)
    return render_template("secretariat/invite.html", cycle=cycle, form=form), 422


def _member(member_id: int) -> Membership:
    found = queries.member(access.cycle(), member_id)
    if found is None:
        abort(404)
    return found


@bp.post("/people/<int:member_id>/resend")
@requires(Role.SECRETARIAT)
def resend_invitation(member_id: int) -> Response:
    member = _member(member_id)
    services.resend_invitation(actor=access.actor(), member=member, now=clock.database_now())
    db.session.commit()
    flash(
        _("A new invitation is on its way to %(email)s; the earlier link no longer works.", email=member.user.email),
        "success",
    )
    return redirect(url_for(".people", cycle_slug=access.cycle().slug), 303)


@bp.get("/people/<int:member_id>/end")
@requires(Role.SECRETARIAT)
def end_role(member_id: int) -> str:
    return _end_page(_member(member_id), EndRoleForm())


@bp.post("/people/<int:member_id>/end")
@requires(Role.SECRETARIAT)
def take_role(member_id: int) -> Response | tuple[str, int]:
    member, form = _member(member_id), EndRoleForm()
    if form.validate_on_submit():
        try:
            services.end_role(
                actor=access.actor(), member=member, reason=form.reason.data.strip(), now=clock.database_now()
            )
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
        else:
            db.session.commit()
            flash(_("The role of %(name)s has ended.", name=member.user.name), "success")
            return redirect(url_for(".people", cycle_slug=access.cycle().slug), 303)
    return _end_page(_member(member_id), form), 422


def _end_page(member: Membership, form: EndRoleForm) -> str:
    form.reason.label.text = _("Reason")
    progress = {row[0]: (row[2], row[3]) for row in assessment_queries.progress(access.cycle())}
    return render_template(
        "secretariat/end_role.html",
        cycle=access.cycle(),
        form=form,
        member=member,
        role_words=_(ROLE_NAMES[member.role]),
        readings=progress.get(member.id, (0, 0)),
    )


@bp.post("/people/requests/<int:delegate_id>")
@requires(Role.SECRETARIAT)
def decide_request(delegate_id: int) -> Response:
    """Let a person act for a city, or decline."""
    delegate = db.session.get(Delegate, delegate_id)
    answer = request.form.get("answer")
    if delegate is None or answer not in ("confirm", "decline"):
        abort(404)
    back = redirect(url_for(".people", cycle_slug=access.cycle().slug), 303)
    if delegate.confirmed_at is not None or delegate.ended_at is not None or delegate.invited_by is not None:
        flash(_("This request was decided already."), "warning")
        return back
    actor, now = access.actor(), clock.database_now()
    try:
        if answer == "confirm":
            cities.confirm_delegate(actor=actor, delegate=delegate, cycle=access.cycle(), now=now)
        else:
            cities.end_delegate(
                actor=actor, delegate=delegate, reason="declined by the secretariat", cycle=access.cycle(), now=now
            )
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "warning")
        return back
    db.session.commit()
    words = {
        "confirm": _("%(name)s now acts for %(city)s.", name=delegate.user.name, city=delegate.city.name_en),
        "decline": _("The request of %(name)s is declined.", name=delegate.user.name),
    }
    flash(words[answer], "success")
    return back
