"""Forms of the announcements: the words and the instant, the release, opening again."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField, SelectField
from wtforms.validators import Optional

from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Announcement, SpecialAward, Submission
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
    """One person's release: of what was shown, with the number of letters repeated."""

    shown_sha256 = HiddenField()
    letters = WholeNumber(validators=[Required()])

    @classmethod
    def of(cls, announcement: Announcement) -> ReleaseForm:
        form = cls(formdata=None) if announcement.snapshot_sha256 is None else cls()
        if not form.is_submitted():
            form.shown_sha256.data = announcement.snapshot_sha256
        form.letters.label.text = _("Type the number of letters")
        return form


class ReasonForm(BaseForm):
    """Why something is undone."""

    reason = LongText(validators=[Required(), MaxLength(2000)])

    @classmethod
    def of(cls, words: str, **kwargs: Any) -> ReasonForm:
        form = cls(**kwargs)
        form.reason.label.text = words
        return form


class AwardForm(BaseForm):
    """Who receives a special award, and why."""

    submission = SelectField(validators=[Required()])
    reason_en = LongText(validators=[MaxLength(5000)])
    reason_zh = LongText(validators=[MaxLength(5000)])

    @classmethod
    def of(cls, award: SpecialAward, candidates: list[Submission]) -> AwardForm:
        form = cls(prefix=award.key)
        named = [(s.ref, f"{pick(s.city, 'name')} · {pick(s, 'title')}") for s in candidates]
        form.submission.choices = [("", "–"), *named]
        form.submission.label.text = _("City")
        form.reason_en.label.text = _("Reason, English")
        form.reason_zh.label.text = _("Reason, Chinese")
        return form
