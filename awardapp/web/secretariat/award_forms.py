"""Forms of the special awards: giving one, its rule, the figures of a vote, the decision of a body outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from wtforms import BooleanField, DateField, FieldList, Form, FormField, HiddenField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from awardapp.domain.cycles import CyclePhase
from awardapp.domain.special_awards import (
    ANNOUNCED_FROM_NAMES,
    CANDIDATE_NAMES,
    DECIDED_BY_NAMES,
    GIFT_NAMES,
    TIE_RULE_NAMES,
    VOTE_NAMES,
)
from awardapp.i18n import gettext as _
from awardapp.i18n import pick
from awardapp.models import Cycle, SpecialAward, Submission, VoteResult
from awardapp.services.count_awards import Proposal
from awardapp.services.special_awards import AwardRule
from awardapp.services.vote_results import MOST_VOTES
from awardapp.web import fresh_password
from awardapp.web.award_words import PARTS
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
from awardapp.web.secretariat.forms import SeveralChoices
from awardapp.web.secretariat.rule_forms import ChangeForm


def _named(cities: Sequence[Submission]) -> list[tuple[str, str]]:
    return [("", "–"), *((s.ref, f"{pick(s.city, 'name')} · {pick(s, 'title')}") for s in cities)]


class AwardForm(BaseForm):
    """Who receives a special award, and why."""

    submission = SelectField(validators=[Required()])
    reason_en = LongText(validators=[MaxLength(5000)])
    reason_zh = LongText(validators=[MaxLength(5000)])

    @classmethod
    def of(cls, award: SpecialAward, candidates: Sequence[Submission], **kwargs: Any) -> AwardForm:
        form = cls(prefix=award.key, **kwargs)
        form.submission.choices = _named(candidates)
        form.submission.label.text = _("City")
        form.reason_en.label.text = _("Reason, English")
        form.reason_zh.label.text = _("Reason, Chinese")
        return form


class AwardRuleForm(ChangeForm):
    """The whole rule of an award."""

    name_en = Stripped(validators=[Required(), MaxLength(200)])
    name_zh = Stripped(validators=[Required(), MaxLength(200)])
    description_en = LongText(validators=[MaxLength(2000)])
    description_zh = LongText(validators=[MaxLength(2000)])
    decided_by = SelectField()
    vote = SelectField()
    candidates = SelectField()
    places = WholeNumber(validators=[Optional(), NumberRange(1, 1000)])
    independent = BooleanField()
    tie_rule = SelectField()
    gives = SeveralChoices()
    announced_from = SelectField()

    @classmethod
    def of(cls, cycle: Cycle, award: SpecialAward | None = None) -> Self:
        form = cls(obj=award) if award is not None else cls(independent=True, gives=["certificate"], places=1)
        form.prepare(cycle)
        for name, words in PARTS.items():
            form[name].label.text = _(words)
        for name, names in (
            ("decided_by", DECIDED_BY_NAMES),
            ("candidates", CANDIDATE_NAMES),
            ("tie_rule", TIE_RULE_NAMES),
            ("announced_from", ANNOUNCED_FROM_NAMES),
            ("gives", GIFT_NAMES),
        ):
            form[name].choices = [(key.value, _(words)) for key, words in names.items()]
        form.vote.choices = [("", "–"), *((key.value, _(words)) for key, words in VOTE_NAMES.items())]
        return form

    def rule(self) -> AwardRule:
        """The rule as typed."""
        return AwardRule(
            name_en=self.name_en.data,
            name_zh=self.name_zh.data,
            description_en=self.description_en.data.strip(),
            description_zh=self.description_zh.data.strip(),
            decided_by=self.decided_by.data,
            vote=self.vote.data,
            candidates=self.candidates.data,
            places=self.places.data,
            independent=self.independent.data,
            tie_rule=self.tie_rule.data,
            gives=tuple(self.gives.data or ()),
            announced_from=self.announced_from.data,
        )


class NewAwardForm(AwardRuleForm):
    """The rule of an award that is added, with its short name in addresses and certificates."""

    key = Stripped(validators=[Required(), MaxLength(40)])

    def prepare(self, cycle: Cycle) -> None:
        super().prepare(cycle)
        self.key.label.text = _("Key, as it stands in addresses")


class RemoveAwardForm(ChangeForm):
    """Taking an award out of the cycle."""

    @classmethod
    def of(cls, cycle: Cycle, **kwargs: Any) -> RemoveAwardForm:
        form = cls(prefix="remove", **kwargs)
        form.prepare(cycle)
        if "formdata" in kwargs:
            form.seen.data = cycle.rules_version
        form.reason.label.text = _("Reason for taking it out")
        form.reason.flags.required = cycle.phase is not CyclePhase.DRAFT
        return form


class _VotesForm(Form):  # type: ignore[misc]
    ref = HiddenField()
    votes = WholeNumber(validators=[InputRequired(), NumberRange(0, MOST_VOTES)])


class VoteForm(BaseForm):
    """The figures of a vote: a number for each candidate, from when to when, and where they come from."""

    seen = HiddenField(filters=[lambda text: whole_number(text) or 0])
    opened_at = ZonedDateTime(validators=[Required()])
    closed_at = ZonedDateTime(validators=[Required()])
    source = LongText(validators=[Required(), MaxLength(2000)])
    reason = LongText(validators=[MaxLength(2000)])
    votes = FieldList(FormField(_VotesForm), max_entries=5000)
    text = LongText(validators=[MaxLength(500_000)])

    @classmethod
    def of(cls, cycle: Cycle, cities: Sequence[Submission], before: VoteResult | None) -> VoteForm:
        form = cls(data={"votes": [{"ref": s.ref, "votes": None} for s in cities]})
        form.opened_at.time_zone = form.closed_at.time_zone = cycle.time_zone
        form.opened_at.label.text, form.closed_at.label.text = _("The vote began"), _("The vote ended")
        form.source.label.text = _("Where the figures come from")
        form.reason.label.text = _("Reason of the correction")
        form.text.label.text = _("Figures as CSV text")
        form.reason.flags.required = before is not None
        if not form.is_submitted():
            form.seen.data = before.number if before else 0
        names = {s.ref: s for s in cities}
        for entry in form.votes:
            city = names.get(entry.form.ref.data)
            entry.form.votes.label.text = f"{pick(city.city, 'name')} · {city.ref}" if city else "–"
        return form

    def counts(self) -> dict[str, int]:
        """The votes typed, by reference."""
        return {entry.form.ref.data: entry.form.votes.data for entry in self.votes}

    def fill(self, counts: Mapping[str, int]) -> None:
        """Put figures that were read from a file into the fields of their candidates."""
        for entry in self.votes:
            if entry.form.ref.data in counts:
                field = entry.form.votes
                field.data, field.raw_data, field.errors, field.process_errors = (
                    counts[entry.form.ref.data],
                    None,
                    (),
                    [],
                )


class SecondPersonForm(BaseForm):
    """A second person's word, for exactly what the page showed, with the password once more."""

    shown = HiddenField()
    sure = BooleanField()
    password = fresh_password.password_field()

    @classmethod
    def of(cls, words: str, shown: str | None = None, **kwargs: Any) -> SecondPersonForm:
        form = cls(**kwargs)
        form.sure.label.text = words
        form.password.label.text = _("Your password, once more")
        if shown is not None:
            form.shown.data = shown
        return form


class _ReasonForm(Form):  # type: ignore[misc]
    ref = HiddenField()
    en = LongText(validators=[Required(), MaxLength(5000)])
    zh = LongText(validators=[Required(), MaxLength(5000)])


class CountAwardForm(BaseForm):
    """Giving an award by the count: one pair of reasons for each city, filled in from the figures."""

    shown = HiddenField()
    reasons = FieldList(FormField(_ReasonForm), max_entries=100)

    @classmethod
    def of(cls, proposal: Proposal) -> CountAwardForm:
        data = [{"ref": r.submission.ref, "en": r.reason_en, "zh": r.reason_zh} for r in proposal.receivers]
        form = cls(data={"reasons": data, "shown": proposal.result.sha256})
        names = {r.submission.ref: pick(r.submission.city, "name") for r in proposal.receivers}
        for entry in form.reasons:
            entry.label.text = names.get(entry.form.ref.data, "–")
        return form


class PartnerForm(BaseForm):
    """What a body outside decided, as its document says."""

    submission = SelectField(validators=[Required()])
    partner_en = Stripped(validators=[Required(), MaxLength(300)])
    partner_zh = Stripped(validators=[Required(), MaxLength(300)])
    decided_on = DateField(validators=[Required()])
    reason_en = LongText(validators=[Required(), MaxLength(5000)])
    reason_zh = LongText(validators=[Required(), MaxLength(5000)])

    @classmethod
    def of(cls, candidates: Sequence[Submission], today: date, **kwargs: Any) -> PartnerForm:
        form = cls(**kwargs)
        form.submission.choices = _named(candidates)
        form.submission.label.text = _("City")
        form.decided_on.label.text = _("Date of the decision")
        for name, words in (("partner", _("Who decided")), ("reason", _("Reason"))):
            form[f"{name}_en"].label.text = _("%(what)s, English", what=words)
            form[f"{name}_zh"].label.text = _("%(what)s, Chinese", what=words)
        if not form.is_submitted():
            form.decided_on.data = today
        return form
