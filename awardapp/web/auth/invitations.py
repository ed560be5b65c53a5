"""The link of an invitation: a first password, or a further role for somebody who is known."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_login import current_user

from awardapp import clock, i18n
from awardapp.domain.errors import N_, RuleViolation
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.models import Delegate, OneTimeLink
from awardapp.services import people
from awardapp.web import access
from awardapp.web.auth import sessions
from awardapp.web.auth.blueprint import BY_ADDRESS, Page, bp
from awardapp.web.auth.links import dead_link, live_link
from awardapp.web.auth_forms import (
    InvitedForm,
    NewPasswordForm,
)


def _city_of(link: OneTimeLink) -> str:
    """The city a link leads to, in words; "" for one that leads to a role."""
    if "delegate" in link.details:
        return i18n.pick(db.session.get_one(Delegate, link.details["delegate"]).city, "name")
    return str(link.details.get("city", ""))


def _invitation(token: str) -> OneTimeLink:
    """The live invitation of an address. Raises RuleViolation, also for one that was withdrawn."""
    link = live_link(token, purpose="invitation")
    if "delegate" in link.details and not db.session.get_one(Delegate, link.details["delegate"]).is_invitation:
        raise RuleViolation(N_("This link does not work any more. Ask for a new one."))
    if not link.user.is_active:
        raise RuleViolation(N_("This link does not work any more. Ask for a new one."))
    return link


def _welcome_page(link: OneTimeLink, form: NewPasswordForm) -> str:
    """Choose a password; or, for somebody who has one, take the invitation up while signed in."""
    if link.user.password_hash is None:
        return render_template("auth/welcome.html", form=form, link=link, city=_city_of(link))
    is_own = current_user.is_authenticated and access.actor().id == link.user_id
    return render_template("auth/accept.html", link=link, city=_city_of(link), is_own=is_own)


@bp.get("/welcome/<token>")
@access.public
def welcome(token: str) -> Page:
    try:
        link = _invitation(token)
    except RuleViolation:
        return dead_link("invitation")
    return _welcome_page(link, _welcome_form(link))


def _welcome_form(link: OneTimeLink) -> NewPasswordForm:
    """What a new person is asked: a password, and their name where a colleague had written one."""
    return InvitedForm(data={"name": link.user.name}) if "delegate" in link.details else NewPasswordForm()


@bp.post("/welcome/<token>")
@limiter.limit(BY_ADDRESS)
@access.public
def accept_welcome(token: str) -> Page:
    try:
        link = _invitation(token)
    except RuleViolation:
        return dead_link("invitation")
    db.session.commit()
    if link.user.password_hash is not None:
        return _accept_as_known(link)
    form = _welcome_form(link)
    if not form.validate_on_submit():
        return _welcome_page(link, form), 422
    now, own_name = clock.now(), form.name.data if isinstance(form, InvitedForm) else None
    try:
        user = people.accept_invitation(link, password=form.password.data, name=own_name, now=now)
        sessions.begin(user, now=now)
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _welcome_page(link, form), 422
    flash(_("Your account is ready and you are signed in."), "success")
    return redirect(sessions.room_of(user), 303)


def _accept_as_known(link: OneTimeLink) -> Page:
    """The button of the page for somebody who has an account; only for them, signed in."""
    if not current_user.is_authenticated or access.actor().id != link.user_id:
        return _welcome_page(link, NewPasswordForm()), 422
    city = _city_of(link)
    try:
        people.accept_as_known(link, actor=access.actor(), now=clock.now())
        db.session.commit()
    except RuleViolation:
        db.session.rollback()
        return dead_link("invitation")
    if not city:
        return redirect(sessions.room_of(access.actor()), 303)
    if "delegate" in link.details:
        flash(_("You now act for %(city)s.", city=city), "success")
    return redirect(url_for("submissions.index"), 303)
