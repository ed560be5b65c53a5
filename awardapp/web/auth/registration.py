"""Registering for a city."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from awardapp import clock, i18n
from awardapp.domain.errors import RuleViolation
from awardapp.extensions import db, limiter
from awardapp.services import people
from awardapp.web import access
from awardapp.web.auth.blueprint import LETTERS_BY_ADDRESS, Page, bp, sent, typed_address
from awardapp.web.auth_forms import (
    RegistrationForm,
)


@bp.get("/register")
@access.public
def register() -> Page:
    return render_template("auth/register.html", form=RegistrationForm(data={"language": i18n.language()}))


@bp.post("/register")
@limiter.limit(LETTERS_BY_ADDRESS)
@limiter.limit("6 per hour", key_func=typed_address, deduct_when=sent)
@access.public
def send_registration() -> Page:
    form = RegistrationForm()
    if not form.validate_on_submit():
        return render_template("auth/register.html", form=form), 422
    try:
        people.register(
            email=form.email.data,
            name=form.name.data,
            city_name=form.city_name.data,
            country=form.country.data,
            position=form.position.data,
            language=form.language.data,
            now=clock.now(),
        )
        db.session.commit()
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return render_template("auth/register.html", form=form), 422
    except IntegrityError:  # the same address registered in the same instant: that request sent the letter
        db.session.rollback()
    return redirect(url_for("auth.letter_sent", about="registration"), 303)


@bp.get("/letter-sent")
@access.public
def letter_sent() -> Page:
    about = "reset" if request.args.get("about") == "reset" else "registration"
    return render_template("auth/letter_sent.html", about=about)
