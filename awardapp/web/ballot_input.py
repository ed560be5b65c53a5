"""A ballot as it is typed and shown: fields of each shape, what was typed into them, and what it says in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from awardapp.domain.ballot_rules import LINE_OF_MARKS, BallotRules, Shape
from awardapp.domain.ballots import Content, crosses_most, points_to_give
from awardapp.domain.errors import N_, RuleViolation
from awardapp.i18n import format_number, ngettext
from awardapp.i18n import gettext as _
from awardapp.models import Submission
from awardapp.web.forms import whole_number

PLACE, CROSS, MARK, POINTS = "place-", "cross-", "mark-", "points-"
ABSTAIN = "abstained"


@dataclass(frozen=True, slots=True)
class Line:
    """One city of the ballot with what its field holds; `place` is its place among the ranked, None for none."""

    submission: Submission
    value: str
    place: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """A part of what a ballot says: a place, mark or number of points, and the cities that have it."""

    label: str
    cities: list[Submission]


def _by_city(form: Mapping[str, str], prefix: str) -> dict[int, str]:
    found = {}
    for name, text in form.items():
        city = whole_number(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if city is not None and text.strip():
            found[city] = text.strip()
    return found


def _places(form: Mapping[str, str], *, equal: bool, apart: int | None) -> Content:
    groups: dict[int, list[int]] = {}
    for city, text in _by_city(form, PLACE).items():
        if city == apart:
            continue
        place = whole_number(text)
        if place is None or place < 1:
            raise RuleViolation(N_("A place could not be read as a number."), field="ranking")
        if place in groups and not equal:
            raise RuleViolation(
                N_("Two cities have place %(n)d. Each place can be given once."), field="ranking", n=place
            )
        groups.setdefault(place, []).append(city)
    return Content(ranking=tuple(tuple(groups[place]) for place in sorted(groups)))


def _mark(text: str, rules: BallotRules) -> int:
    try:
        mark = float(text.replace(",", "."))
    except ValueError:
        mark = float("nan")
    return rules.scale.units(mark if isfinite(mark) else rules.scale.high + 1)


def _points(text: str) -> int:
    points = whole_number(text)
    if points is None:
        raise RuleViolation(N_("Points are whole numbers."), field="ranking")
    return points


def typed(form: Mapping[str, str], rules: BallotRules, *, apart: int | None = None) -> Content:
    """The ballot in the fields of a posted form; gaps between places do not matter.

    `apart`: a city that is about to be put to a place and may share its number with another for that long. Raises
    RuleViolation for what cannot be read, a place given twice, and a mark off the scale.
    """
    match rules.shape:
        case Shape.RANKING:
            content = _places(form, equal=rules.equal_places, apart=apart)
        case Shape.APPROVAL:
            content = Content(approved=tuple(_by_city(form, CROSS)))
        case Shape.SCORE:
            content = Content(marks={city: _mark(text, rules) for city, text in _by_city(form, MARK).items()})
        case Shape.POINTS:
            given = {city: _points(text) for city, text in _by_city(form, POINTS).items()}
            content = Content(points={city: one for city, one in given.items() if one})
    return Content(content.ranking, content.approved, content.marks, content.points, abstained=bool(form.get(ABSTAIN)))


def lines(
    cities: Sequence[Submission], content: Content, rules: BallotRules, *, raw: Mapping[str, str] | None = None
) -> list[Line]:
    """The cities in the order in which the ballot shows them: ranked ones first, the rest by name.

    `raw`: what was typed into a refused form, shown again as it was.
    """
    place_of = {city: n for n, group in enumerate(content.ranking, 1) for city in group}
    order = sorted(range(len(cities)), key=lambda n: (place_of.get(cities[n].id, len(cities) + 1), n))
    prefix = {Shape.RANKING: PLACE, Shape.APPROVAL: CROSS, Shape.SCORE: MARK, Shape.POINTS: POINTS}[rules.shape]
    found = []
    for n in order:
        city = cities[n]
        value = _value(content, city.id, rules) if raw is None else raw.get(f"{prefix}{city.id}", "")
        found.append(Line(city, value, place_of.get(city.id)))
    return found


def _value(content: Content, city: int, rules: BallotRules) -> str:
    match rules.shape:
        case Shape.RANKING:
            return str(next((n for n, group in enumerate(content.ranking, 1) if city in group), ""))
        case Shape.APPROVAL:
            return "y" if city in content.approved else ""
        case Shape.SCORE:
            return mark_text(rules, content.marks[city]) if city in content.marks else ""
        case Shape.POINTS:
            return str(content.points.get(city, "") or "")


def mark_text(rules: BallotRules, units: int) -> str:
    """A mark without needless zeros."""
    return f"{round(rules.scale.mark(units), 6):g}"


def mark_line(rules: BallotRules) -> list[str]:
    """The marks to choose from in a line; empty for a scale so fine that a number is typed instead."""
    if rules.scale.steps + 1 > LINE_OF_MARKS:
        return []
    return [mark_text(rules, units) for units in range(rules.scale.steps + 1)]


def left_words(content: Content, rules: BallotRules, votable: int) -> str:
    """How much of the ballot is still to be given out or filled in."""
    match rules.shape:
        case Shape.RANKING:
            n = len(content.named())
            return ngettext("One city has a place.", "%(n)s cities have a place.", n)
        case Shape.APPROVAL:
            left = crosses_most(rules, votable) - len(content.approved)
            return ngettext("One cross left.", "%(n)s crosses left.", left)
        case Shape.SCORE:
            return _("%(n)s of %(all)s cities have a mark.", n=len(content.marks), all=votable)
        case Shape.POINTS:
            left = points_to_give(rules, votable) - sum(content.points.values())
            return ngettext("One point left.", "%(n)s points left.", left)


def said(content: Content, cities: Sequence[Submission], rules: BallotRules) -> list[Said]:
    """What the ballot says, best first, in words; nothing for an abstention."""
    by_id = {s.id: s for s in cities}
    found: list[tuple[str, list[int]]] = []
    match rules.shape:
        case Shape.RANKING:
            found = [(str(n), list(group)) for n, group in enumerate(content.ranking, 1)]
        case Shape.APPROVAL:
            found = [(_("Crossed"), [s.id for s in cities if s.id in content.approved])]
        case Shape.SCORE:
            found = _by_number(content.marks, {units: mark_text(rules, units) for units in content.marks.values()})
        case Shape.POINTS:
            found = _by_number(content.points, {n: format_number(n) for n in content.points.values()})
    if content.abstained:
        return []
    return [Said(label, [by_id[i] for i in ids if i in by_id]) for label, ids in found if ids]


def _by_number(numbers: Mapping[int, int], words: Mapping[int, str]) -> list[tuple[str, list[int]]]:
    return [
        (words[one], [city for city, number in numbers.items() if number == one])
        for one in sorted(set(numbers.values()), reverse=True)
    ]


def unsaid(content: Content, cities: Sequence[Submission]) -> list[Submission]:
    """The cities the ballot does not name."""
    named = set(content.named())
    return [s for s in cities if s.id not in named]
