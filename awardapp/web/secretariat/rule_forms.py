"""The forms by which the rules of a cycle are changed. Every one carries the version it was filled in from."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    ValidationError,
)
from wtforms.validators import InputRequired, NumberRange, Optional

from awardapp.domain.balance import MOST_RULES, TIE_RULES
from awardapp.domain.ballot_rules import JURY_METHODS, STRENGTHS
from awardapp.domain.cycles import (
    CALIBRATIONS,
    MOST_ROUNDS,
    PANEL_LANGUAGES,
    CyclePhase,
    Rules,
)
from awardapp.domain.files import FILE_KINDS
from awardapp.domain.letters import MAY_GO_AT_ONCE
from awardapp.domain.scales import LARGEST_MARK
from awardapp.i18n import LANGUAGE_NAMES, pick
from awardapp.i18n import gettext as _
from awardapp.models import Criterion, Cycle
from awardapp.web import balance_words
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
from awardapp.web.secretariat.letter_words import letter_name
from awardapp.web.secretariat.rule_words import (
    CALIBRATION_NAMES,
    DATE_NAMES,
    JURY_METHOD_NAMES,
    NAMES,
    PANEL_LANGUAGE_NAMES,
    STRENGTH_NAMES,
)

_MEGA = ("max_file_bytes", "max_total_bytes")  # typed in MB, stored in bytes


class ChangeForm(BaseForm):
    """What every change of the rules carries: the version it starts from, and the reason once the call is open."""

    seen = HiddenField(filters=[lambda text: whole_number(text) or 0])
    reason = LongText(validators=[MaxLength(2000)])

    def prepare(self, cycle: Cycle) -> None:
        """Set what depends on the cycle."""
        self.reason.label.text = _("Reason of the change")
        self.reason.flags.required = cycle.phase is not CyclePhase.DRAFT
        if not self.is_submitted():
            self.seen.data = cycle.rules_version


class _Mark(DecimalField):  # type: ignore[misc]
    """A mark without needless zeros: 0, 0.5, 10. Neither infinite nor "not a number", which a decimal can be."""

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and (not isfinite(self.data) or abs(self.data) > LARGEST_MARK):
            raise ValidationError(_("This must be an ordinary number."))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{float(self.data):g}"


def _count() -> WholeNumber:
    return WholeNumber(validators=[InputRequired(), NumberRange(0, 1_000_000)])


class _RoundForm(Form):  # type: ignore[misc]
    """A later round of reading; both left empty: there is none."""

    more = WholeNumber(validators=[Optional(), NumberRange(0, 100)])
    on = WholeNumber(validators=[Optional(), NumberRange(0, 1_000_000)])


class _GroupRuleForm(Form):  # type: ignore[misc]
    """A cap or a minimum of the shortlist; without a group: there is none."""

    of = SelectField(validators=[Optional()], validate_choice=False)
    least = WholeNumber(validators=[Optional(), NumberRange(0, 1000)])
    most = WholeNumber(validators=[Optional(), NumberRange(0, 1000)])


class NumbersForm(ChangeForm):
    """The numbers and choices of the cycle: one field per rule of domain.cycles.Rules."""

    shortlist_size = _count()
    deserving_max = _count()
    winners_max = _count()
    prize_usd = _count()
    reviews_per_submission = _count()
    further_rounds = FieldList(FormField(_RoundForm), min_entries=MOST_ROUNDS - 1, max_entries=MOST_ROUNDS - 1)
    panel_languages = SelectField()
    one_per_region = BooleanField()
    level_loads = BooleanField()
    load_least = _count()
    load_most = _count()
    theme_weight = _count()
    language_weight = _count()
    open_zero_affinity = BooleanField()
    tail_price = _Mark(validators=[InputRequired(), NumberRange(0, 100)])
    tail_beta = WholeNumber(validators=[InputRequired(), NumberRange(0, 100)])
    scale_min = _Mark(validators=[InputRequired()])
    scale_max = _Mark(validators=[InputRequired()])
    scale_step = _Mark(validators=[InputRequired()])
    calibration = SelectField()
    group_rules = FieldList(FormField(_GroupRuleForm), min_entries=MOST_RULES, max_entries=MOST_RULES)
    tie_order = FieldList(SelectField(), min_entries=len(TIE_RULES), max_entries=len(TIE_RULES))
    quorum_finished = WholeNumber(validators=[InputRequired(), NumberRange(0, 100)])
    quorum_present = WholeNumber(validators=[InputRequired(), NumberRange(0, 100)])
    bar_own_country = BooleanField()
    hide_names_from_committee = BooleanField()
    others_after_own = BooleanField()
    publish_score_table = BooleanField()
    certificates_deserving = BooleanField()
    certificates_public = BooleanField()
    feedback_means = BooleanField()
    jury_method = SelectField()
    jury_equal_places = BooleanField()
    jury_strength = SelectField()
    pair_quorum = _count()
    jury_approvals_most = _count()
    jury_scale_min = _Mark(validators=[InputRequired()])
    jury_scale_max = _Mark(validators=[InputRequired()])
    jury_scale_step = _Mark(validators=[InputRequired()])
    jury_trim = _count()
    jury_points = _count()
    jury_points_most = _count()
    languages = SeveralChoices(validators=[Required()])
    both_languages_required = BooleanField()
    file_kinds = SeveralChoices(validators=[Required()])
    max_files = _count()
    max_file_bytes = _count()
    max_total_bytes = _count()
    vote_ballots_per_person_per_day = _count()
    vote_choices = _count()
    letters_at_once = SeveralChoices()

    @classmethod
    def of(cls, cycle: Cycle) -> NumbersForm:
        present = cycle.rules.to_json()
        for name in _MEGA:
            present[name] //= 1_000_000
        present["group_rules"] = [
            {"of": balance_words.value_of(rule), "least": rule.least or None, "most": rule.most}
            for rule in cycle.rules.group_rules
        ]
        form = cls(data=present)
        form.prepare(cycle)
        form.calibration.choices = [(key, _(CALIBRATION_NAMES[key])) for key in CALIBRATIONS]
        form.jury_method.choices = [(key, _(JURY_METHOD_NAMES[key])) for key in JURY_METHODS]
        form.jury_strength.choices = [(key, _(STRENGTH_NAMES[key])) for key in STRENGTHS]
        form.languages.choices = list(LANGUAGE_NAMES.items())
        form.panel_languages.choices = [(key, _(PANEL_LANGUAGE_NAMES[key])) for key in PANEL_LANGUAGES]
        for number, entry in enumerate(form.further_rounds, 2):
            entry.form.more.label.text = _("Round %(n)s: further readings each", n=number)
            entry.form.on.label.text = _("Round %(n)s: for so many files", n=number)
        for number, entry in enumerate(form.group_rules, 1):
            entry.form.of.choices = {"": [("", "–")], **dict(balance_words.choices())}
            entry.form.of.label.text = _("Rule %(n)s: of", n=number)
            entry.form.least.label.text, entry.form.most.label.text = _("At least"), _("At most")
        for number, entry in enumerate(form.tie_order, 1):
            entry.choices = [("", "–"), *((key, _(words)) for key, words in balance_words.TIE_RULE_NAMES.items())]
            entry.label.text = _("Tie rule %(n)s", n=number)
        form.letters_at_once.choices = [(kind, letter_name(kind)) for kind in MAY_GO_AT_ONCE]
        form.file_kinds.choices = [(key, kind.name) for key, kind in FILE_KINDS.items()]
        for name, words in NAMES.items():
            form[name].label.text = _(words)
        return form

    def rules(self) -> Rules:
        """The rules as typed. Raises RuleViolation where they contradict each other."""
        values: dict[str, Any] = {name: self[name].data for name in NAMES}
        for name in _MEGA:
            values[name] *= 1_000_000
        for name in (
            "scale_min", "scale_max", "scale_step", "tail_price", "jury_scale_min", "jury_scale_max", "jury_scale_step",
        ):  # fmt: skip
            values[name] = float(values[name])
        values["further_rounds"] = [
            {"more": one["more"] or 0, "on": one["on"] or 0}
            for one in values["further_rounds"]
            if one["more"] or one["on"]
        ]
        values["tie_order"] = [one for one in values["tie_order"] if one]
        values["group_rules"] = [
            asdict(balance_words.read(one["of"], one["least"] or 0, one["most"]))
            for one in values["group_rules"]
            if one["of"]
        ]
        return Rules.from_json(values)


class DatesForm(ChangeForm):
    """The calendar, to the second where it decides."""

    opens_at = ZonedDateTime(validators=[Optional()])
    early_at = ZonedDateTime(validators=[Optional()])
    deadline_at = ZonedDateTime(validators=[Optional()])
    committee_from = DateField(validators=[Optional()])
    committee_to = DateField(validators=[Optional()])
    ceremony_on = DateField(validators=[Optional()])

    @classmethod
    def of(cls, cycle: Cycle) -> DatesForm:
        form = cls(obj=cycle)
        form.prepare(cycle)
        for name, words in DATE_NAMES.items():
            form[name].label.text = _(words)
        for name in ("opens_at", "early_at", "deadline_at"):
            form[name].time_zone = cycle.time_zone
        if cycle.phase is not CyclePhase.DRAFT:
            del form.deadline_at  # moved by an extension, which tells everybody
        elif not form.is_submitted() and cycle.deadline_at is not None:
            form.deadline_at.data = cycle.deadline_at - timedelta(seconds=1)
        return form

    def dates(self, cycle: Cycle) -> dict[str, Any]:
        """The dates as services.cycles.change_dates takes them; a deadline is the first instant that is too late."""
        values: dict[str, Any] = {name: self[name].data for name in DATE_NAMES if name in self}
        if "deadline_at" not in values:
            values["deadline_at"] = cycle.deadline_at
        elif isinstance(values["deadline_at"], datetime):
            values["deadline_at"] += timedelta(seconds=1)
        return values


class _WeightForm(Form):  # type: ignore[misc]
    criterion = HiddenField()
    weight = WholeNumber(validators=[InputRequired(), NumberRange(1, 1000)])


class WeightsForm(ChangeForm):
    """The weights of all criteria beside each other: only their proportion matters."""

    weights = FieldList(FormField(_WeightForm))

    @classmethod
    def of(cls, cycle: Cycle) -> WeightsForm:
        form = cls(data={"weights": [{"criterion": c.key, "weight": c.weight} for c in cycle.criteria]})
        form.prepare(cycle)
        names = {c.key: c for c in cycle.criteria}
        for entry in form.weights:
            entry.form.weight.label.text = pick(names.get(entry.form.criterion.data), "name")
        return form

    def values(self, cycle: Cycle) -> list[dict[str, Any]]:
        """The weights by criterion id. A key that is not the cycle's is given to the service as id 0, which refuses."""
        ids = {c.key: c.id for c in cycle.criteria}
        return [
            {"id": ids.get(entry.form.criterion.data, 0), "weight": entry.form.weight.data} for entry in self.weights
        ]


class _LevelForm(Form):  # type: ignore[misc]
    mark = _Mark(validators=[InputRequired()])
    en = LongText(validators=[Required(), MaxLength(500)])
    zh = LongText(validators=[Required(), MaxLength(500)])


class CriterionForm(ChangeForm):
    """The words of one criterion: name, description and what the marks mean, in both languages."""

    name_en = Stripped(validators=[Required(), MaxLength(200)])
    name_zh = Stripped(validators=[Required(), MaxLength(200)])
    description_en = LongText(validators=[Required(), MaxLength(2000)])
    description_zh = LongText(validators=[Required(), MaxLength(2000)])
    levels = FieldList(FormField(_LevelForm), max_entries=21)

    @classmethod
    def of(cls, cycle: Cycle, criterion: Criterion) -> CriterionForm:
        present = {
            name: getattr(criterion, name) for name in ("name_en", "name_zh", "description_en", "description_zh")
        }
        form = cls(data={**present, "levels": criterion.levels})
        form.prepare(cycle)
        for part, words in (("name", _("Name")), ("description", _("Description"))):
            for code, tongue in LANGUAGE_NAMES.items():
                form[f"{part}_{code}"].label.text = f"{words} ({tongue})"
        for entry in form.levels:
            entry.form.mark.label.text = _("From mark")
            entry.form.en.label.text, entry.form.zh.label.text = "English", "中文"
        return form

    def values(self, criterion: Criterion) -> dict[str, Any]:
        """The words as services.cycles.change_criteria takes them, levels by rising mark."""
        levels = [
            {"mark": float(e.form.mark.data), "en": e.form.en.data.strip(), "zh": e.form.zh.data.strip()}
            for e in self.levels
        ]
        return {
            "id": criterion.id,
            "name_en": self.name_en.data,
            "name_zh": self.name_zh.data,
            "description_en": self.description_en.data.strip(),
            "description_zh": self.description_zh.data.strip(),
            "weight": criterion.weight,
            "levels": sorted(levels, key=lambda level: float(str(level["mark"]))),
        }
