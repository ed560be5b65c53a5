"""The forms around the second factor."""

from __future__ import annotations

from typing import Any

from wtforms import StringField

from awardapp.i18n import gettext
from awardapp.web import fresh_password
from awardapp.web.forms import BaseForm, MaxLength, Required, Stripped

# One-time codes are filled in by telephones; they are typed or pasted with spaces, and never remembered by the browser.
_CODE = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none", "autocorrect": "off"}


class CodeForm(BaseForm):
    """A code of the app, or a recovery code."""

    code = StringField("", validators=[Required()], render_kw=_CODE)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code.label.text = gettext("Code")
        self.code.description = gettext(
            "The six digits your authenticator app shows now, or one of your recovery codes."
        )


class AppCodeForm(BaseForm):
    """The first code of an app that is being set up."""

    code = StringField("", validators=[Required()], render_kw={**_CODE, "inputmode": "numeric"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.code.label.text = gettext("Code the app shows now")
        self.code.description = gettext("Six digits, a new code every 30 seconds.")


class PasskeyForm(BaseForm):
    """The name of a new passkey; the browser adds the rest."""

    name = Stripped("", validators=[Required(), MaxLength(100)], render_kw={"autocomplete": "off"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name.label.text = gettext("Name of the passkey")
        self.name.description = gettext("So that you know it again, e.g. office laptop.")


class ConfirmForm(BaseForm):
    """Showing once more that it is oneself."""

    password = fresh_password.password_field()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.password.label.text = gettext("Your password, once more")
