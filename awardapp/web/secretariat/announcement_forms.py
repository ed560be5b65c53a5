"""Forms of the announcements: the words and the instant, the release, opening again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wtforms import HiddenField
from wtforms.validators import Optional

from awardapp.i18n import gettext as _
from awardapp.models import Announcement, Cycle
from awardapp.web import fresh_password
from awardapp.web.forms import (
    BaseForm,
    LongText,
    MaxLength,
    Required,
    Stripped,
    WholeNumber,
    ZonedDateTime,
    whole_number,
)

WORDS = ("title_en", "title_zh", "statement_en", "statement_zh")


class AnnouncementForm(BaseForm):
    """Title and statement in both languages, and when it becomes public."""

    title_en = Stripped(validators=[MaxLength(200)])
    title_zh = Stripped(validators=[MaxLength(200)])
    statement_en = LongText(validators=[MaxLength(20_000)])
    statement_zh = LongText(validators=[MaxLength(20_000)])
    embargo_until = ZonedDateTime(validators=[Optional()])
    edit_version = HiddenField(filters=[whole_number])

    @classmethod
    def of(cls, announcement: Announcement) -> AnnouncementForm:
        form = cls(obj=announcement)
        form.embargo_until.time_zone = announcement.cycle.time_zone
        form.title_en.label.text = _("Title, English")
        form.title_zh.label.text = _("Title, Chinese")
        form.statement_en.label.text = _("Statement, English")
        form.statement_zh.label.text = _("Statement, Chinese")
        form.embargo_until.label.text = _("End of the embargo")
        return form


class ReleaseForm(BaseForm):
    """One person's release: of what was shown, with the number of letters repeated and the password once more."""

    shown_sha256 = HiddenField()
    shown_version = HiddenField(filters=[whole_number])
    letters = WholeNumber(validators=[Required()])
    password = fresh_password.password_field()

    @classmethod
    def of(cls, sha256: str | None, version: int | None = None) -> ReleaseForm:
        """The form below content of this digest, in this state; empty when nothing is sealed."""
        form = cls(formdata=None) if sha256 is None else cls()
        if not form.is_submitted():
            form.shown_sha256.data, form.shown_version.data = sha256, version
        form.letters.label.text = _("Type the number of letters")
        form.password.label.text = _("Your password, once more")
        return form


class ReasonForm(BaseForm):
    """Why something is undone."""

    reason = LongText(validators=[Required(), MaxLength(2000)])

    @classmethod
    def of(cls, words: str, **kwargs: Any) -> ReasonForm:
        form = cls(**kwargs)
        form.reason.label.text = words
        return form


class StopForm(ReasonForm):
    """Why a publication is stopped or a seal opened, and the password once more."""

    password = fresh_password.password_field()

    @classmethod
    def of(cls, words: str, **kwargs: Any) -> StopForm:
        form = cls(**kwargs)
        form.reason.label.text = words
        form.password.label.text = _("Your password, once more")
        return form


class InstantForm(BaseForm):
    """When announcements that go together become public."""

    embargo_until = ZonedDateTime(validators=[Optional()])

    @classmethod
    def of(cls, cycle: Cycle, *, embargo_until: datetime | None = None) -> InstantForm:
        form = cls(data={"embargo_until": embargo_until})
        form.embargo_until.time_zone = cycle.time_zone
        form.embargo_until.label.text = _("End of the embargo")
        return form
