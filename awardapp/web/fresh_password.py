"""A password typed again at the moment of a grave step; wrong ones are counted and limited as at the sign-in."""

from __future__ import annotations

from flask import g
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import PasswordField

from awardapp.domain.errors import N_, RuleViolation
from awardapp.extensions import db, limiter
from awardapp.services import people
from awardapp.web import access


def password_field() -> PasswordField:
    """The field of such a form; browsers fill it in as the password of the site."""
    return PasswordField("", render_kw={"autocomplete": "current-password"})


def _account() -> str:
    return f"account:{current_user.get_id() or ''}"


def _was_wrong(_response: Response) -> bool:
    return bool(g.get("wrong_password", False))


# By account and over all such steps together: who sits at somebody else's open screen has as few tries as a stranger.
limited = limiter.shared_limit("20 per hour", scope="fresh_password", key_func=_account, deduct_when=_was_wrong)


def check(text: str | None) -> None:
    """Refuse anything but the signed-in person's password. Raises RuleViolation at the field `password`.

    Ends the transaction of the request first: checking takes an eighth of a second, during which nobody else could write to
    an SQLite database. So it comes before the step itself.
    """
    person = access.actor()
    db.session.commit()
    if not text:
        raise RuleViolation(N_("Type your password once more."), field="password")
    if not people.verify_password(person, text):
        g.wrong_password = True
        raise RuleViolation(N_("This is not your present password."), field="password")
