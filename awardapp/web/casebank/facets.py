"""The case bank's address: what a reader looks for is read from it, and every choice is a link that changes one thing.

Several values of one facet mean any of them; choices in several facets must all hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from awardapp import i18n
from awardapp.i18n import gettext as _
from awardapp.places import COUNTRY_LABEL, UnknownPlace, country_name, regions
from awardapp.queries.catalogue import FACETS, MAIN_AWARD, SORTS, Catalogue, Found, Wanted
from awardapp.rulebook import load_rules

LONGEST_SEARCH = 200
MOST_VALUES = 40


def wanted_from(args: Mapping[str, object]) -> Wanted:
    """What the address asks for; an unknown order is the usual one, an empty choice is none."""
    getlist = args.getlist  # type: ignore[attr-defined]
    chosen = []
    for facet in FACETS:
        values = frozenset(value[:60] for value in getlist(facet)[:MOST_VALUES] if value.strip())
        if values:
            chosen.append((facet, values))
    sort = str(args.get("sort", ""))
    search = " ".join(str(args.get("q", "")).replace("\x00", " ").split())[:LONGEST_SEARCH]
    return Wanted(search=search, chosen=tuple(chosen), sort=sort if sort in SORTS else SORTS[0])


def pairs_of(wanted: Wanted) -> list[tuple[str, str]]:
    """The same as pairs of an address, in a fixed order, so that one choice has one address."""
    pairs = [("q", wanted.search)] if wanted.search else []
    pairs += [(facet, value) for facet, values in wanted.chosen for value in sorted(values)]
    return pairs + ([("sort", wanted.sort)] if wanted.sort != SORTS[0] else [])


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its words, how many cases it would give, the address that adds or takes it away."""

    value: str
    words: str
    count: str
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class CycleName:
    """A cycle as a facet names it; kept beyond the request, so it is not a row of the session."""

    slug: str
    name_en: str
    name_zh: str
    year: int


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet with its choices; long ones are folded unless something in them is chosen."""

    name: str
    words: str
    choices: tuple[Choice, ...]
    folded: bool


def facets_of(
    wanted: Wanted, found: Found, catalogue: Catalogue, *, path: str, cycles: Iterable[CycleName]
) -> tuple[Facet, ...]:
    """Every facet that has something to choose, with addresses under `path`; kept with the catalogue once computed."""
    key = ("facets", wanted, i18n.language())
    known = catalogue.answers.get(key)
    if known is not None:
        return known  # type: ignore[no-any-return]
    pairs = pairs_of(wanted)
    made = []
    for name, words, values in _vocabulary(found, catalogue, cycles):
        chosen = wanted.values(name)
        choices = tuple(
            Choice(value, text, _count(found, name, value), _toggled(path, pairs, name, value), value in chosen)
            for value, text in values
            if value in chosen or found.counts[name].get(value)
        )
        if choices and (len(choices) > 1 or chosen):
            made.append(Facet(name, words, choices, folded=len(choices) > 9 and not chosen))
    return catalogue.keep(key, tuple(made))  # type: ignore[no-any-return]


def chosen_of(facets: Iterable[Facet]) -> list[tuple[str, Choice]]:
    """What is chosen now, as (name of the facet, choice), to be taken away one by one."""
    return [(facet.words, choice) for facet in facets for choice in facet.choices if choice.chosen]


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The path with these pairs as its query."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def _toggled(path: str, pairs: list[tuple[str, str]], name: str, value: str) -> str:
    pair = (name, value)
    return address(path, [p for p in pairs if p != pair] if pair in pairs else [*pairs, pair])


def _count(found: Found, name: str, value: str) -> str:
    number = found.counts[name].get(value, 0)
    return str(number) if number < 1000 else i18n.format_number(number)


def _vocabulary(
    found: Found, catalogue: Catalogue, cycles: Iterable[CycleName]
) -> Iterable[tuple[str, str, list[tuple[str, str]]]]:
    """Every facet as (name, words, values with their words in the order in which they are listed)."""
    book, language = load_rules(), i18n.language()
    yield "award", _("Recognition"), _recognitions(catalogue)
    yield "cycle", _("Cycle"), [(c.slug, f"{i18n.pick(c, 'name')} ({c.year})") for c in cycles]
    yield "region", _("Region of the world"), [(r.key, r.name_zh if language == "zh" else r.name_en) for r in regions()]
    codes = sorted(found.counts["country"], key=lambda code: (-found.counts["country"][code], _place(code)))
    yield "country", COUNTRY_LABEL[language], [(code, _place(code)) for code in codes]
    yield "theme", _("Theme"), [(t.key, getattr(t.name, language)) for t in book.themes]
    yield (
        "sdg",
        _("Sustainable Development Goal"),
        [(str(g.number), f"{g.number} {getattr(g.name, language)}") for g in book.goals],
    )


def _recognitions(catalogue: Catalogue) -> list[tuple[str, str]]:
    """Winner, shortlisted, deserving, then every special award by the name it had last."""
    names: dict[str, str] = {}
    for line in reversed(catalogue.lines):
        for award in line.awards:
            if award.key != MAIN_AWARD:
                names[award.key] = award.name_zh if i18n.language() == "zh" else award.name_en
    fixed = [("winner", _("Winner")), ("shortlisted", _("Shortlisted")), ("deserving", _("Deserving"))]
    return fixed + sorted(names.items(), key=lambda item: item[1])


def _place(code: str) -> str:
    try:
        return country_name(code, i18n.language())
    except UnknownPlace:
        return code
