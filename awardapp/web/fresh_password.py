"""Who sits here, asked again at the moment of a grave step: the password, and a current code where the person has a second
factor; or a passkey's touch instead of both. Wrong answers are counted and limited as at the sign-in.

A form takes `password_field()` and shows it like any field: the inputs for code and passkey come with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g, render_template, request
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.widgets import PasswordInput

from awardapp import clock
from awardapp.domain.errors import N_, RuleViolation
from awardapp.extensions import db, limiter
from awardapp.models import User
from awardapp.services import passkeys, people, second_factors
from awardapp.web import access

_CODE = "password_code"
_PASSKEY = "password_passkey"


class _FreshInput(PasswordInput):  # type: ignore[misc] # WTForms carries no types
    """The password's input, and what else is asked of somebody who has a second factor."""

    def __call__(self, field: Any, **kwargs: Any) -> Markup:
        html = Markup(super().__call__(field, **kwargs))  # noqa: S704 - WTForms has escaped it
        person = g.get("person")
        if person is None or not person.has_factor:
            return html
        state = second_factors.state_of(person.user)
        more = render_template("auth/_fresh.html", id=field.id, code=_CODE, passkey=_PASSKEY, state=state)
        return html + Markup(more)  # noqa: S704 - our own template


class _FreshPassword(PasswordField):  # type: ignore[misc] # as above
    widget = _FreshInput()


def password_field() -> PasswordField:
    """The field of such a form; browsers fill it in as the password of the site."""
    return _FreshPassword("", render_kw={"autocomplete": "current-password"})


def _account() -> str:
    return f"account:{current_user.get_id() or ''}"


def _was_wrong(_response: Response) -> bool:
    return bool(g.get("wrong_password", False))


# By account and over all such steps together: who sits at somebody else's open screen has as few tries as a stranger.
limited = limiter.shared_limit("20 per hour", scope="fresh_password", key_func=_account, deduct_when=_was_wrong)


def note_wrong() -> None:
    """Count this request as a wrong answer, for `limited`."""
    g.wrong_password = True


def check(text: str | None) -> None:
    """Refuse anybody but the signed-in person. Raises RuleViolation at the field `password`.

    Ends the transaction of the request first: checking takes an eighth of a second, during which nobody else could write to
    an SQLite database. So it comes before the step itself. A code or a passkey's answer counts once, whatever becomes of it.
    """
    person = access.actor()
    now = clock.database_now()
    db.session.commit()
    if answer := request.form.get(_PASSKEY):
        _check_passkey(person, answer, now=now)
        return
    if not text:
        raise RuleViolation(N_("Type your password once more."), field="password")
    if not people.verify_password(person, text):
        note_wrong()
        raise RuleViolation(N_("This is not your present password."), field="password")
    if access.person_here().has_factor:
        _check_code(person, request.form.get(_CODE), now=now)


def _check_passkey(person: User, answer: str, *, now: datetime) -> None:
    try:
        passkeys.use(answer, purpose="fresh", user=person, now=now)
    except RuleViolation as error:
        note_wrong()
        raise RuleViolation(error.msgid, field="password") from error
    finally:
        db.session.commit()


def _check_code(person: User, text: str | None, *, now: datetime) -> None:
    if not (text or "").strip():
        raise RuleViolation(N_("Type a current code of your second factor too."), field="password")
    factor = second_factors.use_code(person, text, now=now)
    db.session.commit()
    if factor is None:
        note_wrong()
        raise RuleViolation(
            N_("The password is right; the code is not, or it was used already. Type both again, with the next code."),
            field="password",
        )
