"""A forgotten password."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.services import people
from awardapp.web import access
from awardapp.web.auth.blueprint import BY_ADDRESS, LETTERS_BY_ADDRESS, Page, bp, sent, typed_address
from awardapp.web.auth.links import dead_link, live_link
from awardapp.web.auth_forms import (
    AddressForm,
    NewPasswordForm,
)


@bp.get("/forgotten-password")
@access.public
def forgotten_password() -> Page:
    return render_template("auth/forgotten_password.html", form=AddressForm())


@bp.post("/forgotten-password")
@limiter.limit(LETTERS_BY_ADDRESS)
@limiter.limit("6 per hour", key_func=typed_address, deduct_when=sent)
@access.public
def send_reset() -> Page:
    form = AddressForm()
    if form.validate_on_submit():
        try:
            people.request_password_reset(email=form.email.data, now=clock.now())
            db.session.commit()
            return redirect(url_for("auth.letter_sent", about="reset"), 303)
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
    return render_template("auth/forgotten_password.html", form=form), 422


@bp.get("/reset-password/<token>")
@access.public
def reset_password(token: str) -> Page:
    try:
        link = live_link(token, purpose="password_reset")
    except RuleViolation:
        return dead_link("password_reset")
    return render_template("auth/reset_password.html", form=NewPasswordForm(), link=link)


@bp.post("/reset-password/<token>")
@limiter.limit(BY_ADDRESS)
@access.public
def set_password(token: str) -> Page:
    try:
        link = live_link(token, purpose="password_reset")
    except RuleViolation:
        return dead_link("password_reset")
    db.session.commit()
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            people.reset_password(link, password=form.password.data, now=clock.now())
            db.session.commit()
        except RuleViolation as error:
            db.session.rollback()
            form.refuse(error)
        else:
            flash(
                _("Your password is changed. Every sign-in with the old one has ended; sign in with the new one."),
                "success",
            )
            return redirect(url_for("auth.sign_in"), 303)
    return render_template("auth/reset_password.html", form=form, link=link), 422
