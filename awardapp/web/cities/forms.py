"""The forms about a city's people."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, EmailField, RadioField, SelectChoice

from awardapp.domain.people import LANGUAGES
from awardapp.i18n import LANGUAGE_NAMES
from awardapp.i18n import gettext as _
from awardapp.services.delegates import Invitee
from awardapp.web.forms import BaseForm, MaxLength, Required, Stripped


class DelegateForm(BaseForm):
    """Whom to ask to act for the city."""

    name = Stripped("", validators=[Required(), MaxLength(200)], render_kw={"autocomplete": "off"})
    email = EmailField("", validators=[Required(), MaxLength(254)], render_kw={"autocomplete": "off"})
    position = Stripped("", validators=[MaxLength(200)], render_kw={"autocomplete": "off"})
    letters_in = RadioField("", validators=[Required()])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name.label.text = _("Name")
        self.email.label.text = _("E-mail address")
        self.email.description = _("The letter goes to this address, and only its owner can accept.")
        self.position.label.text = _("Position in the city's administration")
        self.letters_in.label.text = _("Language of the letter")
        self.letters_in.description = _("Somebody who has an account gets it in the language chosen there.")
        self.letters_in.choices = [SelectChoice(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]

    def invitee(self) -> Invitee:
        """What was typed, as the service takes it."""
        return Invitee(self.email.data, self.name.data, self.position.data or "", self.letters_in.data)


class LeaveForm(BaseForm):
    """Stopping to act for a city; the last one says that they know."""

    sure = BooleanField("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sure.label.text = _(
            "I know that nobody will act for the city then, and that the secretariat will be told."
        )
