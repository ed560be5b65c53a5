"""The room's forms: shape only, meaning is the domain's. Rules have their own in rule_forms.py."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from awardapp.domain.errors import N_
from awardapp.domain.people import LANGUAGES, ROLE_NAMES, Role
from awardapp.domain.submissions import NOT_VALID_REASONS
from awardapp.domain.suspicions import LINK_KIND_NAMES, LinkKind
from awardapp.i18n import LANGUAGE_NAMES
from awardapp.i18n import gettext as _
from awardapp.models import Cycle
from awardapp.web import fresh_password
from awardapp.web.auth_forms import country_choices
from awardapp.web.forms import (
    BaseForm,
    LongText,
    MaxLength,
    Required,
    Stripped,
    WholeNumber,
    ZonedDateTime,
    named_choices,
    whole_number,
)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class SeveralChoices(SelectMultipleField):  # type: ignore[misc]
    """A group of checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NewCycleForm(BaseForm):
    """The few facts a new cycle cannot do without."""

    name_en = Stripped(validators=[Required(), MaxLength(200)])
    name_zh = Stripped(validators=[Required(), MaxLength(200)])
    slug = Stripped(validators=[Required(), MaxLength(30)])
    year = WholeNumber(validators=[Required(), NumberRange(2000, 2200)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.name_en.label.text = _("Name, English")
        self.name_zh.label.text = _("Name, Chinese")
        self.slug.label.text = _("Part of the address")
        self.year.label.text = _("Year")

    def validate_slug(self, field: Any) -> None:
        if not _SLUG.fullmatch(field.data or ""):
            raise ValidationError(_("Small letters, digits and hyphens only, for example 8 or 2027-trial."))


class ExtensionForm(BaseForm):
    """A later deadline, its reason, and in the second step the number of people who will be told."""

    last_second = ZonedDateTime(validators=[Required()])
    reason = LongText(validators=[Required(), MaxLength(2000)])
    people = HiddenField(filters=[whole_number])

    @classmethod
    def of(cls, cycle: Cycle) -> ExtensionForm:
        form = cls()
        form.last_second.time_zone = cycle.time_zone
        if not form.is_submitted() and cycle.deadline_at is not None:
            form.last_second.data = cycle.deadline_at - timedelta(seconds=1)
        form.last_second.label.text = _("New last second of the call")
        form.reason.label.text = _("Reason, which everybody told will read")
        return form


class InvitationForm(BaseForm):
    """Somebody gets a role in the cycle."""

    role = RadioField(validators=[Required()])
    is_chair = BooleanField()
    name = Stripped(validators=[Required(), MaxLength(200)])
    email = EmailField(validators=[Required(), MaxLength(254)])
    letters_in = RadioField(default="en", validators=[Required()])
    country = SelectField()
    city = Stripped(validators=[MaxLength(200)])
    organisation = Stripped(validators=[MaxLength(300)])
    themes = SeveralChoices()
    languages = SeveralChoices(default=["en"])
    password = fresh_password.password_field()

    @classmethod
    def of(cls, cycle: Cycle, role: str = "") -> InvitationForm:
        form = cls(role=role if role in set(Role) else None)
        form.role.choices = [(r.value, _(ROLE_NAMES[r])) for r in Role]
        form.letters_in.choices = form.languages.choices = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
        form.country.choices = country_choices()
        form.themes.choices = named_choices(cycle.themes, value="key")
        for name, words in {
            "role": N_("Role in this cycle"),
            "is_chair": N_("Chairs the committee or the jury"),
            "name": N_("Name"),
            "email": N_("E-mail address"),
            "letters_in": N_("Language of letters and pages"),
            "country": N_("Country or region"),
            "city": N_("Own city"),
            "organisation": N_("Organisation"),
            "themes": N_("Themes of expertise"),
            "languages": N_("Languages read"),
            "password": N_("Your password, once more"),
        }.items():
            form[name].label.text = _(words)
        return form

    def validate_country(self, field: Any) -> None:
        if not field.data and self.role.data in (Role.COMMITTEE, Role.JUROR):
            raise ValidationError(_("Needed for members and jurors: nobody judges their own country or region."))

    def validate_city(self, field: Any) -> None:
        if field.data and not self.country.data:
            raise ValidationError(_("Choose the country or region of the city."))

    def validate_languages(self, field: Any) -> None:
        if not field.data and self.role.data == Role.COMMITTEE:
            raise ValidationError(_("Choose at least one language."))


class PersonForm(BaseForm):
    """Somebody who might be invited; every field may stay empty."""

    name = Stripped(validators=[MaxLength(200)])
    country = SelectField()
    city = Stripped(validators=[MaxLength(200)])
    organisation = Stripped(validators=[MaxLength(300)])

    @classmethod
    def new(cls) -> PersonForm:
        form = cls()
        form.country.choices = country_choices()
        for name, words in {
            "name": N_("Name"),
            "country": N_("Country or region"),
            "city": N_("Own city"),
            "organisation": N_("Organisation"),
        }.items():
            form[name].label.text = _(words)
        return form


class CityLinkForm(BaseForm):
    """One link: two sister cities, or a city and a network or alliance."""

    kind = RadioField(default=LinkKind.SISTER_CITY.value, validators=[Required()])
    city = Stripped(validators=[Required(), MaxLength(200)])
    country = SelectField()
    other_city = Stripped(validators=[MaxLength(200)])
    other_country = SelectField()
    network = Stripped(validators=[MaxLength(200)])
    note = Stripped(validators=[MaxLength(300)])

    @classmethod
    def new(cls) -> CityLinkForm:
        form = cls()
        form.kind.choices = [(kind.value, _(words)) for kind, words in LINK_KIND_NAMES.items()]
        form.country.choices = form.other_country.choices = country_choices()
        for name, words in {
            "kind": N_("Kind of link"),
            "city": N_("City"),
            "country": N_("Country or region"),
            "other_city": N_("Sister city"),
            "other_country": N_("Country or region of the sister city"),
            "network": N_("Name of the network or alliance"),
            "note": N_("Note"),
        }.items():
            form[name].label.text = _(words)
        return form


class EndRoleForm(BaseForm):
    """Why somebody leaves."""

    reason = LongText(validators=[Required(), MaxLength(1000)])


class DecisionForm(BaseForm):
    """What every decision of the validity check carries: which version was read, and whether the letter was seen."""

    version = HiddenField(filters=[whole_number])


class NotValidForm(DecisionForm):
    """Why a file is not valid: a reason from the list, and words for the city."""

    reason = RadioField(validators=[Required()])
    note = LongText(validators=[Required(), MaxLength(5000)])

    @classmethod
    def of(cls, **kwargs: Any) -> NotValidForm:
        form = cls(prefix="reject", **kwargs)
        form.reason.choices = [(key, _(words)) for key, words in NOT_VALID_REASONS.items()]
        form.reason.label.text = _("Reason")
        form.note.label.text = _("Explanation for the city")
        return form
