"""The forms of the accounts pages."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from babel import dates
from wtforms import EmailField, PasswordField, SelectChoice, SelectField, ValidationError

from awardapp import places
from awardapp.domain.errors import N_
from awardapp.domain.people import MIN_PASSWORD_LENGTH
from awardapp.i18n import LANGUAGE_NAMES, gettext, language
from awardapp.web.forms import BaseForm, MaxLength, Required, Stripped

_CONTINENTS = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)


def country_choices() -> list[SelectChoice]:
    """Countries and regions in the reader's language, in its usual order, after an empty choice."""
    own = language()
    found = [(code, place.name(own)) for code, place in places.countries().items()]
    # Common Chinese characters stand in the order of their Latin spelling in GB 18030, the order of Chinese lists.
    found.sort(key=(lambda item: item[1].encode("gb18030")) if own == "zh" else (lambda item: places.folded(item[1])))
    return [SelectChoice("", gettext("Choose from the list")), *(SelectChoice(*item) for item in found)]


@cache
def _zones(own: str) -> list[tuple[str, str]]:
    found = [
        (key, f"{dates.get_timezone_location(key, locale=own, return_city=True)} ({key})")
        for key in available_timezones()
        if key.startswith(_CONTINENTS)
    ]
    return sorted(found, key=lambda item: item[0])


def zone_choices() -> list[SelectChoice]:
    """Time zones by city, after an empty choice for the award's own zone."""
    return [
        SelectChoice("", gettext("The award's time (Beijing)")),
        *(SelectChoice(*item) for item in _zones(language())),
    ]


class _SamePassword:
    """The password was typed the same way twice."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.data != form.password.data:
            raise ValidationError(gettext(N_("The two passwords are not the same.")))


class SignInForm(BaseForm):
    """Address and password."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.email.label.text = gettext("E-mail address")
        self.password.label.text = gettext("Password")

    email = EmailField("", validators=[Required()], render_kw={"autocomplete": "username"})
    password = PasswordField("", validators=[Required()], render_kw={"autocomplete": "current-password"})


class RegistrationForm(BaseForm):
    """A city official's first step."""

    name = Stripped("", validators=[Required(), MaxLength(200)], render_kw={"autocomplete": "name"})
    email = EmailField("", validators=[Required(), MaxLength(254)], render_kw={"autocomplete": "email"})
    city_name = Stripped("", validators=[Required(), MaxLength(200)], render_kw={"autocomplete": "off"})
    country = SelectField("", validators=[Required()], render_kw={"autocomplete": "country"})
    position = Stripped("", validators=[MaxLength(200)], render_kw={"autocomplete": "organization-title"})
    language = SelectField("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name.label.text = gettext("Your name")
        self.email.label.text = gettext("E-mail address")
        self.email.description = gettext(
            "Your address at the city administration, if you have one. A letter with a link goes there."
        )
        self.city_name.label.text = gettext("City, region or local government")
        self.city_name.description = gettext("The name in English, as the city writes it.")
        self.country.label.text = gettext("Country or region")
        self.country.choices = country_choices()
        self.position.label.text = gettext("Your position")
        self.language.label.text = gettext("Language of letters and pages")
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]


class NewPasswordForm(BaseForm):
    """A password chosen through a link from a letter."""

    password = PasswordField("", validators=[Required()], render_kw={"autocomplete": "new-password"})
    password_again = PasswordField("", validators=[_SamePassword()], render_kw={"autocomplete": "new-password"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.password.label.text = gettext("New password")
        self.password.description = gettext(
            "At least %(n)d characters. Several words in a row are easy to remember and hard to guess.",
            n=MIN_PASSWORD_LENGTH,
        )
        self.password_again.label.text = gettext("The same password again")


class InvitedForm(NewPasswordForm):
    """The same for somebody whom another person invited: with their own name, since the account is theirs."""

    name = Stripped("", validators=[Required(), MaxLength(200)], render_kw={"autocomplete": "name"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name.label.text = gettext("Your name")
        self.name.description = gettext("As it stood in the invitation. Correct it if it is not how you write it.")


class AddressForm(BaseForm):
    """The address to which a letter is to go."""

    email = EmailField("", validators=[Required()], render_kw={"autocomplete": "username"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.email.label.text = gettext("E-mail address")


class ProfileForm(BaseForm):
    """Name, language and time zone of one's own account."""

    name = Stripped("", validators=[Required(), MaxLength(200)], render_kw={"autocomplete": "name"})
    language = SelectField("")
    time_zone = SelectField("")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name.label.text = gettext("Your name")
        self.language.label.text = gettext("Language of letters and pages")
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGE_NAMES.items()]
        self.time_zone.label.text = gettext("Your time zone")
        self.time_zone.description = gettext("Deadlines are shown in the award's time, in UTC and in yours.")
        self.time_zone.choices = zone_choices()


class PasswordForm(NewPasswordForm):
    """One's own password, changed while signed in."""

    current_password = PasswordField("", validators=[Required()], render_kw={"autocomplete": "current-password"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.current_password.label.text = gettext("Present password")
