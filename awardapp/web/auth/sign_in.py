"""Signing in and out."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import current_user, logout_user

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.second_factors import Factor
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.models import User
from awardapp.queries import people as people_queries
from awardapp.services import audit, half_sign_ins, passkeys, people, second_factors, sign_ins
from awardapp.web import access
from awardapp.web.auth import sessions
from awardapp.web.auth.blueprint import BY_ADDRESS, Page, bp, refused, typed_address
from awardapp.web.auth_forms import (
    SignInForm,
)


@bp.get("/sign-in")
@access.public
def sign_in() -> Page:
    target = sessions.local_path(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or sessions.room_of(access.actor()))
    return render_template("auth/sign_in.html", form=SignInForm(), target=target)


@bp.post("/sign-in")
@limiter.limit(BY_ADDRESS)
@limiter.limit("20 per hour", key_func=typed_address, deduct_when=refused)
@access.public
def try_sign_in() -> Page:
    target = sessions.local_path(request.args.get("next"))
    form = SignInForm()
    if form.validate_on_submit():
        user = people_queries.by_email(form.email.data)
        db.session.commit()
        is_right = people.verify_password(user, form.password.data)
        if is_right and user is not None and user.is_active:
            now = clock.now()
            if second_factors.has_any(user):
                sessions.begin_half(user, now=now)
                db.session.commit()
                return redirect(url_for("auth.second_factor", next=target), 303)
            enter(user, Factor.PASSWORD, now=now)
            return redirect(target or sessions.room_of(user), 303)
        form.form_errors.append(_("Address and password do not belong together, or there is no such account."))
    return render_template("auth/sign_in.html", form=form, target=target), 422


def enter(user: User, factor: Factor, *, now: datetime) -> None:
    """Everything that is asked for was shown: the session begins, and the log says with what."""
    sessions.begin(user, now=now, factor=factor)
    audit.record(actor=user, action="user.sign_in", object=f"user:{user.id}", now=now, details={"factor": factor.value})
    db.session.commit()


@bp.post("/sign-in/passkey")
@limiter.limit(BY_ADDRESS)
@access.public
def sign_in_with_passkey() -> Page:
    """A passkey is as much as a password and a code: the device has made sure who holds it."""
    target = sessions.local_path(request.args.get("next"))
    now = clock.database_now()
    try:
        key = passkeys.use(request.form.get("passkey"), purpose="sign_in", user=None, now=now)
    except RuleViolation as error:
        db.session.commit()  # an answer counts once, also a wrong one
        form = SignInForm(formdata=None)
        form.refuse(error)
        return render_template("auth/sign_in.html", form=form, target=target), 422
    enter(key.user, Factor.PASSKEY, now=now)
    return redirect(target or sessions.room_of(key.user), 303)


@bp.post("/sign-out")
@access.public
def sign_out() -> Page:
    token = session.get("sign_in")
    if token:
        sign_ins.end(token=token, now=clock.now())
        db.session.commit()
    if half := session.get("half_sign_in"):
        half_sign_ins.finish(half)
        db.session.commit()
    language = session.get("language")
    logout_user()
    session.clear()
    if language:
        session["language"] = language
    flash(_("You are signed out."), "success")
    return redirect(url_for("public.home"), 303)
