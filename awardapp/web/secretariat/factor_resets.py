"""Somebody of the cycle has lost every second factor: one of the secretariat asks for the reset, another confirms it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from awardapp import clock
from awardapp.domain.errors import NotPermitted, RuleViolation
from awardapp.domain.people import Role
from awardapp.extensions import db
from awardapp.i18n import gettext as _
from awardapp.models import FactorReset, Membership
from awardapp.queries import secretariat as queries
from awardapp.services import factor_resets, second_factors
from awardapp.web import access, fresh_password
from awardapp.web.access import requires
from awardapp.web.forms import BaseForm, LongText, MaxLength
from awardapp.web.secretariat.blueprint import bp

Page = Response | tuple[str, int]


class ResetForm(BaseForm):
    """How one knows who asks, and the password once more."""

    reason = LongText("", validators=[MaxLength(1000)])
    password = fresh_password.password_field()


def _member(member_id: int) -> Membership:
    found = queries.member(access.cycle(), member_id)
    if found is None:
        abort(404)
    return found


def _waiting(member: Membership) -> FactorReset:
    """The reset that waits in this cycle, or 404."""
    found = factor_resets.waiting_for(member.user)
    if found is None or found.cycle_id != member.cycle_id:
        abort(404)
    return found


def _room(member: Membership, form: ResetForm, status: int = 200) -> Page:
    form.reason.label.text = _("How you know that it is this person who asked you")
    form.password.label.text = _("Your password, once more")
    waiting = factor_resets.waiting_for(member.user)
    page = render_template(
        "secretariat/factor_reset.html",
        cycle=access.cycle(),
        form=form,
        member=member,
        waiting=waiting,
        is_here=waiting is not None and waiting.cycle_id == member.cycle_id,
        own=waiting is not None and waiting.asked_by == access.actor().id,
        has_factor=second_factors.has_any(member.user),
    )
    return page, status


@bp.get("/people/<int:member_id>/second-factor")
@requires(Role.SECRETARIAT)
def factor_reset(member_id: int) -> Page:
    return _room(_member(member_id), ResetForm(formdata=None))


def _refused(member: Membership, form: ResetForm, error: RuleViolation) -> Page:
    if isinstance(error, NotPermitted):
        raise error
    db.session.rollback()
    form.refuse(error)
    return _room(member, form, 422)


def _back(member: Membership) -> Response:
    return redirect(url_for(".factor_reset", cycle_slug=access.cycle().slug, member_id=member.id), 303)


@bp.post("/people/<int:member_id>/second-factor")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def ask_factor_reset(member_id: int) -> Page:
    member, form = _member(member_id), ResetForm()
    if not form.validate_on_submit():
        return _room(member, form, 422)
    try:
        fresh_password.check(form.password.data)
        factor_resets.ask(actor=access.actor(), member=member, reason=form.reason.data, now=clock.database_now())
    except RuleViolation as error:
        return _refused(member, form, error)
    db.session.commit()
    flash(_("The reset is asked for. Nothing changes until a second person of the secretariat confirms it."), "success")
    return _back(member)


@bp.post("/people/<int:member_id>/second-factor/confirm")
@fresh_password.limited
@requires(Role.SECRETARIAT)
def confirm_factor_reset(member_id: int) -> Page:
    member, form = _member(member_id), ResetForm()
    reset = _waiting(member)
    try:
        fresh_password.check(form.password.data)
        factor_resets.confirm(actor=access.actor(), reset=reset, now=clock.database_now())
    except RuleViolation as error:
        return _refused(member, form, error)
    db.session.commit()
    flash(_("%(name)s signs in with the password and sets up a new second factor.", name=member.user.name), "success")
    return _back(member)


@bp.post("/people/<int:member_id>/second-factor/withdraw")
@requires(Role.SECRETARIAT)
def withdraw_factor_reset(member_id: int) -> Page:
    member = _member(member_id)
    factor_resets.withdraw(actor=access.actor(), reset=_waiting(member), now=clock.database_now())
    db.session.commit()
    flash(_("The second factor stays."), "success")
    return _back(member)
