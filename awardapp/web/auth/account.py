"""One's own account: name, language, zone, password."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for

from awardapp import clock, i18n
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.queries import people as people_queries
from awardapp.services import accounts, people
from awardapp.web import access
from awardapp.web.auth import sessions
from awardapp.web.auth.blueprint import BY_ADDRESS, Page, bp, refused
from awardapp.web.auth_forms import (
    PasswordForm,
    ProfileForm,
)


def _account_page(profile: ProfileForm, password: PasswordForm, *, shown: ProfileForm | PasswordForm) -> str:
    return render_template(
        "auth/account.html",
        form=shown,
        profile=profile,
        password=password,
        cities=people_queries.cities_of(access.actor()),
        has_factor=access.person_here().has_factor,
    )


def _profile_form() -> ProfileForm:
    user = access.actor()
    data = {"name": user.name, "language": user.language, "time_zone": user.time_zone or ""}
    return ProfileForm(formdata=None, data=data)


@bp.get("/account")
@access.signed_in
def account() -> Page:
    profile = _profile_form()
    return _account_page(profile, PasswordForm(formdata=None), shown=profile)


@bp.post("/account")
@limiter.limit(BY_ADDRESS)
@access.signed_in
def change_profile() -> Page:
    form = ProfileForm()
    if form.validate_on_submit():
        accounts.change_profile(
            actor=access.actor(),
            name=form.name.data,
            language=form.language.data,
            time_zone=form.time_zone.data or None,
            now=clock.now(),
        )
        db.session.commit()
        session.pop("language", None)
        i18n.set_language(form.language.data)
        flash(_("Your account is changed."), "success")
        return redirect(url_for("auth.account"), 303)
    return _account_page(form, PasswordForm(formdata=None), shown=form), 422


@bp.post("/account/password")
@limiter.limit("20 per hour", deduct_when=refused)
@access.signed_in
def change_password() -> Page:
    form = PasswordForm()
    user = access.actor()
    if form.validate_on_submit():
        try:
            people.check_password(form.password.data)
            if people.verify_password(user, form.current_password.data):
                password_hash = people.hash_password(form.password.data)
                now = clock.now()
                accounts.change_password(actor=user, password_hash=password_hash, now=now)
                sessions.begin(user, now=now, factor=access.person_here().factor)
                db.session.commit()
                flash(_("Your password is changed. Your other sign-ins have ended."), "success")
                return redirect(url_for("auth.account"), 303)
            form.current_password.errors = [_("This is not your present password.")]
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
    return _account_page(_profile_form(), form, shown=form), 422
