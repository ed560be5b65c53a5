"""The shipped default rules of a cycle, as typed values: criteria with described levels, themes, form,
special awards.

The text is in `awardapp/data/rules.toml`. `origin` says of each part whether it is the award's ("award", with
the address it was read at) or ours ("ours"): weights, levels, limits and the number of readings were never
published, so ours are a starting point which the organiser edits and which no page may present as official.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from awardapp.domain.forms import CITY_DATA, FieldKind, Form, FormField, FormSection

ORIGINS = ("award", "ours")


class RuleBookError(ValueError):
    """The shipped rules lack a part in one language or contradict themselves; the message names it."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages of the award."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Level:
    """What a mark means, in our own words. `score` is on the scale of the numbers (0 to 10)."""

    score: float
    text: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the technical committee. Name: the award's. Description, levels and weight: ours."""

    key: str
    name: Text
    description: Text
    weight: float
    levels: tuple[Level, ...]
    source: str
    levels_origin: str = "ours"
    weight_origin: str = "ours"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose from a list: a theme, a kind or type of innovation, a criterion of the jury."""

    key: str
    name: Text
    source: str


@dataclass(frozen=True, slots=True)
class Goal:
    """One of the seventeen Sustainable Development Goals."""

    number: int
    name: Text


@dataclass(frozen=True, slots=True)
class SpecialAward:
    """An award beside the main one, with its rule as in domain/special_awards.py. `places` 0: without a limit."""

    key: str
    name: Text
    decided_by: str
    decided: Text
    candidates: str
    default: bool
    source: str
    vote: str = ""
    places: int = 1
    independent: bool = True
    gives: tuple[str, ...] = ("certificate",)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The award's numbers, and after `prize_usd` those which were never published and are ours."""

    shortlist_size: int
    deserving_max: int
    winners_max: int
    prize_usd: int
    reviews_per_submission: int
    scale_min: float
    scale_max: float
    scale_step: float


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Everything a new cycle starts with. `deadline` is the last second that counts, with its zone offset."""

    cycle: int
    zone: str
    deadline: datetime
    early_date: date
    languages: tuple[str, ...]
    numbers: Numbers
    weights_note: Text
    criteria: tuple[Criterion, ...]
    jury_criteria: tuple[Choice, ...]
    jury_criteria_of_cycle: int
    jury_portfolio: Text
    themes: tuple[Choice, ...]
    innovation_kinds: tuple[Choice, ...]
    innovation_types: tuple[Choice, ...]
    goals: tuple[Goal, ...]
    form: Form
    city_data_source: str
    special_awards: tuple[SpecialAward, ...]

    @property
    def narrative(self) -> tuple[FormField, ...]:
        """The long texts of the form after the summary."""
        return tuple(field for field in self.form.fields if field.kind is FieldKind.TEXT and not field.is_fixed)

    @property
    def city_data(self) -> tuple[FormField, ...]:
        """The city data block of the form."""
        return tuple(field for field in self.form.fields if field.key in CITY_DATA)


@cache
def load_rules() -> RuleBook:
    """Read and check the shipped rules. Raises RuleBookError naming the part that is wrong."""
    data = tomllib.loads((resources.files("awardapp") / "data" / "rules.toml").read_text("utf-8"))
    numbers = {name: value for name, value in data["numbers"].items() if name not in ("ours", "source")}
    book = RuleBook(
        cycle=data["cycle"]["number"],
        zone=data["cycle"]["zone"],
        deadline=data["cycle"]["deadline"],
        early_date=data["cycle"]["early_date"],
        languages=tuple(data["cycle"]["languages"]),
        numbers=Numbers(**numbers, **data["numbers"]["ours"]),
        weights_note=_text(data["weights_note"]),
        criteria=tuple(_criterion(item) for item in data["criteria"]),
        jury_criteria=_choices(data["jury"]["criteria"], data["jury"]["source"]),
        jury_criteria_of_cycle=data["jury"]["of_cycle"],
        jury_portfolio=_text(data["jury"], "portfolio_"),
        themes=tuple(
            Choice(
                item["key"],
                _text(item, "name_"),
                data["themes"]["other_source" if item["key"] == "other" else "source"],
            )
            for item in data["themes"]["items"]
        ),
        innovation_kinds=_choices(data["innovation_kinds"]["items"], data["innovation_kinds"]["source"]),
        innovation_types=_choices(data["innovation_types"]["items"], data["innovation_types"]["source"]),
        goals=tuple(Goal(item["number"], _text(item, "name_")) for item in data["sdgs"]["items"]),
        form=_form(data),
        city_data_source=data["form"]["city_data_source"],
        special_awards=tuple(_special_award(item) for item in data["special_awards"]),
    )
    _check(book)
    return book


def _text(item: dict[str, Any], prefix: str = "") -> Text:
    text = Text(en=item[f"{prefix}en"], zh=item[f"{prefix}zh"])
    if not text.en.strip() or not text.zh.strip():
        raise RuleBookError(f"empty text in {item}")
    return text


def _choices(items: list[dict[str, Any]], source: str) -> tuple[Choice, ...]:
    return tuple(Choice(key=item["key"], name=_text(item, "name_"), source=source) for item in items)


def _criterion(item: dict[str, Any]) -> Criterion:
    return Criterion(
        key=item["key"],
        name=_text(item, "name_"),
        description=_text(item, "description_"),
        weight=float(item["weight"]),
        levels=tuple(Level(score=float(level["score"]), text=_text(level)) for level in item["levels"]),
        source=item["source"],
    )


def _form(data: dict[str, Any]) -> Form:
    lists = {name: data[name]["items"] for name in ("innovation_kinds", "innovation_types")}
    lists["source_languages"] = data["form"]["source_languages"]
    return Form(
        tuple(
            FormSection.from_json({**item, "fields": [_field(field, lists) for field in item["fields"]]})
            for item in data["form"]["sections"]
        )
    )


def _field(item: dict[str, Any], lists: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """A field as domain.forms reads it: its list of choices written out, its origin checked and left behind."""
    if item["origin"] not in ORIGINS:
        raise RuleBookError(f"{item['key']}: unknown origin {item['origin']!r}")
    field = {name: value for name, value in item.items() if name not in ("origin", "choices")}
    if "choices" in item:
        chosen = _choices(lists[item["choices"]], source="")
        field["choices"] = [{"key": choice.key, "en": choice.name.en, "zh": choice.name.zh} for choice in chosen]
    return field


def _special_award(item: dict[str, Any]) -> SpecialAward:
    plain = {name: item[name] for name in ("key", "decided_by", "candidates", "default", "source")}
    rule = {name: item[name] for name in ("vote", "places", "independent") if name in item}
    return SpecialAward(
        **plain, **rule, gives=tuple(item["gives"]), name=_text(item, "name_"), decided=_text(item, "decided_")
    )


def _check(book: RuleBook) -> None:
    low, high = book.numbers.scale_min, book.numbers.scale_max
    for criterion in book.criteria:
        scores = [level.score for level in criterion.levels]
        if scores != sorted(set(scores)) or (scores[0], scores[-1]) != (low, high):
            raise RuleBookError(f"levels of {criterion.key} do not run from {low:g} to {high:g}")
    for words in book.form.missing_words():
        raise RuleBookError(f"the form lacks words in one language: {words}")
    if [goal.number for goal in book.goals] != list(range(1, 18)):
        raise RuleBookError("the goals are not 1 to 17")
