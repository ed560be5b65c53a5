"""The second step of signing in: a code of the app, a recovery code, or a passkey. Until then nobody is signed in."""

from __future__ import annotations

import logging

from flask import flash, redirect, render_template, request, session, url_for
from flask_login import current_user

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.domain.second_factors import Factor
from awardapp.extensions import db, limiter
from awardapp.i18n import gettext as _
from awardapp.i18n import ngettext
from awardapp.models import User
from awardapp.services import half_sign_ins, passkeys, recovery_codes, second_factors
from awardapp.web import access
from awardapp.web.auth import sessions
from awardapp.web.auth.blueprint import BY_ADDRESS, Page, bp, refused
from awardapp.web.auth.factor_forms import CodeForm
from awardapp.web.auth.sign_in import enter

log = logging.getLogger(__name__)


def _half_account() -> str:
    """Whose second factor is tried, for a limit: over all half sign-ins of the account together."""
    return f"half:{session.get('half_of', '')}"


def _person() -> User | None:
    return half_sign_ins.person_of(session.get("half_sign_in"), now=clock.now())


def _begin_again() -> Page:
    session.pop("half_sign_in", None)
    flash(_("That took too long, or too many tries. Begin again with your password."), "warning")
    return redirect(url_for("auth.sign_in", next=sessions.local_path(request.args.get("next"))), 303)


def _step_page(form: CodeForm, user: User, status: int = 200) -> Page:
    page = render_template(
        "auth/second_factor.html",
        form=form,
        state=second_factors.state_of(user),
        target=sessions.local_path(request.args.get("next")),
    )
    return page, status


@bp.get("/sign-in/second")
@access.public
def second_factor() -> Page:
    if current_user.is_authenticated:
        return redirect(sessions.room_of(access.actor()), 303)
    user = _person()
    if user is None:
        return redirect(url_for("auth.sign_in", next=sessions.local_path(request.args.get("next"))), 303)
    return _step_page(CodeForm(), user)


@bp.post("/sign-in/second")
@limiter.limit(BY_ADDRESS)
@limiter.limit("20 per hour", key_func=_half_account, deduct_when=refused)
@access.public
def try_second_factor() -> Page:
    user, token = _person(), session.get("half_sign_in", "")
    if user is None:
        return _begin_again()
    form, now = CodeForm(), clock.database_now()
    try:
        factor = _shown(user, form)
    except RuleViolation as error:
        half_sign_ins.note_wrong(token)
        log.warning("second factor refused: user=%s", user.id)
        db.session.commit()  # the try counts, and an answer of a passkey is used up
        form.refuse(error)
        return _begin_again() if _person() is None else _step_page(form, user, 422)
    half_sign_ins.finish(token)
    enter(user, factor, now=now)
    if factor is Factor.RECOVERY:
        left = recovery_codes.left(user.id)
        flash(
            ngettext(
                "That recovery code is used up; one is left. Make new ones in your account.",
                "That recovery code is used up; %(n)s are left.",
                left,
            ),
            "warning",
        )
        return redirect(url_for("auth.factors"), 303)
    return redirect(sessions.local_path(request.args.get("next")) or sessions.room_of(user), 303)


def _shown(user: User, form: CodeForm) -> Factor:
    """Which factor the answer shows. Raises RuleViolation when it shows none."""
    now = clock.database_now()
    if answer := request.form.get("passkey"):
        passkeys.use(answer, purpose="second", user=user, now=now)
        return Factor.PASSKEY
    if not form.validate_on_submit():
        raise RuleViolation(N_("Type the code."), field=None)
    factor = second_factors.use_code(user, form.code.data, now=now)
    if factor is None:
        raise RuleViolation(N_("This code is not right, or it was used already. Type the next one."), field="code")
    return factor
