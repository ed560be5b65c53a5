"""The invented committee and jury: where they come from, what they know, how severe they are."""

from __future__ import annotations

from random import Random

from awardapp import places
from awardapp.invention import library
from awardapp.invention.values import Conflict, InventedCity, InventedJuror, InventedMember
from awardapp.invention.world import People

# Beside English; a country not listed speaks English alone to the award.
_LANGUAGES: dict[str, tuple[str, ...]] = {
    "zh": ("CN",),
    "es": ("AR", "CL", "CO", "EC", "ES", "MX", "PE", "UY"),
    "pt": ("BR", "MZ", "PT"),
    "fr": ("CI", "FR", "SN", "MA", "TN"),
    "ar": ("EG", "JO", "MA", "PS", "TN"),
    "ru": ("RU",),
}


def choose_members(count: int, *, people: People, random: Random) -> list[InventedMember]:
    """Members from as many countries as there are members, regions in turn, the first from China; no
    conflicts yet.
    """
    themes = _themes()
    members = []
    for number, country in enumerate(_countries(count, random), start=1):
        person = people.person(country, "committee")
        members.append(
            InventedMember(
                number=number,
                person=person,
                languages=("en", *(lang for lang, codes in _LANGUAGES.items() if country in codes)),
                expertise=tuple(sorted(random.sample(themes, k=random.choice((1, 2, 2))))),
                severity=round(random.gauss(0.0, 0.8), 3),
                spread=round(random.uniform(0.7, 1.35), 3),
                noise=round(random.uniform(0.45, 0.95), 3),
                conflicts=(),
                is_chair=number == min(2, count),
            )
        )
    return members


def choose_jurors(
    count: int, *, cities: list[InventedCity], people: People, random: Random
) -> tuple[InventedJuror, ...]:
    """Jurors from different countries, with a taste and, for one in three, a conflict with a city abroad."""
    themes = _themes()
    jurors = []
    for number, country in enumerate(_countries(count, random), start=1):
        person = people.person(country, "jury")
        away = [city for city in cities if city.country != country]
        jurors.append(
            InventedJuror(
                number=number,
                person=person,
                favours=tuple(sorted(random.sample(themes, k=1))),
                noise=round(random.uniform(0.4, 0.9), 3),
                conflicts=draw_conflicts(away, 1 if number % 3 == 0 else 0, random),
                is_chair=number == min(2, count),
            )
        )
    return tuple(jurors)


def draw_conflicts(cities: list[InventedCity], count: int, random: Random) -> tuple[Conflict, ...]:
    """That many conflicts with different cities, each of a kind from the award's list."""
    notes = library.telling()["conflicts"]
    found = []
    for city in random.sample(cities, k=min(count, len(cities))):
        kind = random.choice(sorted(notes))
        found.append(Conflict(city_key=city.key, kind=kind, note=library.pair(notes[kind])))
    return tuple(found)


def _themes() -> list[str]:
    return sorted({kind.theme for kind in library.kinds()})


def _countries(count: int, random: Random) -> list[str]:
    """Countries of the library, regions in turn and none twice until all have been used, China first."""
    by_region: dict[str, list[str]] = {}
    for code in dict.fromkeys(code for code, _, _ in library.city_names()):
        by_region.setdefault(places.country(code).region, []).append(code)
    for codes in by_region.values():
        random.shuffle(codes)
    turns = [
        codes[turn]
        for turn in range(max(len(codes) for codes in by_region.values()))
        for codes in by_region.values()
        if turn < len(codes)
    ]
    turns.remove("CN")
    turns.insert(0, "CN")
    return [turns[place % len(turns)] for place in range(count)]
