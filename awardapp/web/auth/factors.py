"""The own second factor: an authenticator app, passkeys, recovery codes. Changed only shortly after showing who one is."""

from __future__ import annotations

from datetime import datetime

import segno
from flask import abort, flash, redirect, render_template, request, session, url_for
from markupsafe import Markup

from awardapp import clock
from awardapp.domain.errors import RuleViolation
from awardapp.domain.second_factors import RECENT
from awardapp.extensions import db, limiter
from awardapp.i18n import explain
from awardapp.i18n import gettext as _
from awardapp.services import passkeys, second_factors, totp
from awardapp.web import access, fresh_password
from awardapp.web.auth import sessions
from awardapp.web.auth.blueprint import BY_ADDRESS, Page, bp
from awardapp.web.auth.factor_forms import AppCodeForm, ConfirmForm, PasskeyForm
from awardapp.web.auth.passkey_challenges import passkeys_here


def _is_recent() -> bool:
    """Whether the person has shown who they are in the last minutes: by signing in, or by `confirm_self`."""
    now = clock.now()
    shown = [access.person_here().signed_in_at.timestamp(), float(session.get("confirmed_at", 0))]
    return now.timestamp() - max(shown) < RECENT.total_seconds()


def _factors_page(form: ConfirmForm | PasskeyForm | None = None, status: int = 200) -> Page:
    is_recent = _is_recent()
    page = render_template(
        "auth/factors.html",
        form=form,
        confirm=form if isinstance(form, ConfirmForm) else ConfirmForm(formdata=None),
        passkey=form if isinstance(form, PasskeyForm) else PasskeyForm(formdata=None),
        is_recent=is_recent,
        state=second_factors.state_of(access.actor()),
        is_required=access.person_here().needs_factor,
        origin=passkeys.origin(),
        is_here=passkeys_here(),
        path=request.path,
    )
    return page, status


@bp.get("/account/second-factor")
@access.signed_in
def factors() -> Page:
    return _factors_page()


@bp.post("/account/second-factor/confirm")
@fresh_password.limited
@access.signed_in
def confirm_self() -> Page:
    form = ConfirmForm()
    try:
        fresh_password.check(form.password.data)
    except RuleViolation as error:
        form.refuse(error)
        return _factors_page(form, 422)
    session["confirmed_at"] = int(clock.now().timestamp())
    return redirect(url_for("auth.factors"), 303)


def _not_recent() -> Page:
    flash(_("Show once more that it is you; then change what you wanted."), "warning")
    return redirect(url_for("auth.factors"), 303)


@bp.post("/account/second-factor/app")
@limiter.limit(BY_ADDRESS)
@access.signed_in
def begin_app() -> Page:
    if not _is_recent():
        return _not_recent()
    totp.begin(actor=access.actor(), now=clock.database_now())
    db.session.commit()
    return redirect(url_for("auth.app"), 303)


def _app_page(form: AppCodeForm, status: int = 200) -> Page:
    user = access.actor()
    row = totp.of(user.id, is_confirmed=False)
    if row is None or not _is_recent():
        return redirect(url_for("auth.factors"), 303)
    qr = segno.make(totp.address(row, user), error="m").svg_inline(
        scale=5, border=4, svgclass="qr", lineclass=None, omitsize=True
    )
    secret = totp.secret_text(row)
    letters = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render_template("auth/app.html", form=form, qr=Markup(qr), secret=letters)  # noqa: S704 - made by us of digits
    return page, status


@bp.get("/account/second-factor/app")
@access.signed_in
def app() -> Page:
    return _app_page(AppCodeForm())


def _changed(codes: list[str], now: datetime, *, factor: sessions.Factor) -> Page:
    """After a new factor: the session goes on as one made with it, and new recovery codes are shown, once."""
    sessions.begin(access.actor(), now=now, factor=factor)
    db.session.commit()
    if codes:
        return _codes_page(codes, is_first=True)
    flash(_("Your second factor is set up. Your other sign-ins have ended."), "success")
    return redirect(url_for("auth.factors"), 303)


def _codes_page(codes: list[str], *, is_first: bool) -> Page:
    return render_template("auth/codes.html", codes=codes, is_first=is_first, onward=sessions.room_of(access.actor()))


@bp.post("/account/second-factor/app/code")
@fresh_password.limited
@access.signed_in
def confirm_app() -> Page:
    form, now = AppCodeForm(), clock.database_now()
    if not _is_recent():
        return _not_recent()
    if not form.validate_on_submit():
        return _app_page(form, 422)
    try:
        codes = second_factors.confirm_app(actor=access.actor(), code=form.code.data, now=now)
    except RuleViolation as error:
        db.session.rollback()
        fresh_password.note_wrong()
        form.refuse(error)
        return _app_page(form, 422)
    return _changed(codes, now, factor=sessions.Factor.TOTP)


@bp.post("/account/second-factor/app/remove")
@access.signed_in
def remove_app() -> Page:
    if not _is_recent():
        return _not_recent()
    now = clock.database_now()
    return _removed(lambda: second_factors.remove_app(actor=access.actor(), now=now), now)


@bp.post("/account/second-factor/passkeys")
@limiter.limit(BY_ADDRESS)
@access.signed_in
def add_passkey() -> Page:
    form, now = PasskeyForm(), clock.database_now()
    if not _is_recent():
        return _not_recent()
    if not form.validate_on_submit():
        return _factors_page(form, 422)
    try:
        codes = second_factors.add_passkey(
            actor=access.actor(), name=form.name.data, answer=request.form.get("passkey"), now=now
        )
    except RuleViolation as error:
        db.session.rollback()
        form.refuse(error)
        return _factors_page(form, 422)
    return _changed(codes, now, factor=sessions.Factor.PASSKEY)


@bp.post("/account/second-factor/passkeys/<int:passkey_id>/remove")
@access.signed_in
def remove_passkey(passkey_id: int) -> Page:
    key = next((key for key in passkeys.of(access.actor().id) if key.id == passkey_id), None)
    if key is None:
        abort(404)
    if not _is_recent():
        return _not_recent()
    now = clock.database_now()
    return _removed(lambda: second_factors.remove_passkey(actor=access.actor(), key=key, now=now), now)


def _removed(remove: sessions.Act, now: datetime) -> Page:
    """Take a factor away; the session goes on with what is left."""
    factor = access.person_here().factor
    try:
        remove()
    except RuleViolation as error:
        db.session.rollback()
        flash(explain(error), "error")
        return redirect(url_for("auth.factors"), 303)
    is_left = second_factors.has_any(access.actor())
    sessions.begin(access.actor(), now=now, factor=factor if is_left else sessions.Factor.PASSWORD)
    db.session.commit()
    flash(_("It is removed. Your other sign-ins have ended."), "success")
    return redirect(url_for("auth.factors"), 303)


@bp.post("/account/second-factor/codes")
@access.signed_in
def make_recovery_codes() -> Page:
    if not _is_recent():
        return _not_recent()
    codes = second_factors.new_codes(actor=access.actor(), now=clock.database_now())
    db.session.commit()
    return _codes_page(codes, is_first=False)
