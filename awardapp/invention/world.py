"""The cities and people of an invented cycle: real places with plausible figures, made-up people at
`.example`.
"""

from __future__ import annotations

import unicodedata
from random import Random

from awardapp import places
from awardapp.invention import library
from awardapp.invention.values import InventedCity, Person, Text

# Distinct cities for each submission in the 6th cycle: 193 cities, 274 submissions (see data/archive).
_CITIES_PER_SUBMISSION = 193 / 274

# Plausible ranges by region of the world: GDP per capita (US$), population growth (% a year), Gini index.
_FIGURES: dict[str, tuple[tuple[int, int], tuple[float, float], tuple[int, int]]] = {
    "africa": ((900, 7_800), (1.6, 4.1), (35, 58)),
    "asia": ((2_400, 38_000), (0.1, 2.6), (31, 46)),
    "europe": ((14_000, 68_000), (-0.4, 1.2), (25, 36)),
    "latin_america_caribbean": ((4_200, 19_500), (0.3, 1.8), (39, 55)),
    "middle_east_west_asia": ((3_800, 24_000), (0.8, 2.7), (30, 43)),
    "north_america": ((41_000, 88_000), (0.1, 1.7), (32, 46)),
    "oceania": ((38_000, 71_000), (0.5, 1.9), (32, 38)),
}
_GROUP_OF_REGION = {
    "africa": "east_african",
    "asia": "southeast_asian",
    "europe": "northern",
    "latin_america_caribbean": "romance",
    "middle_east_west_asia": "middle_eastern",
    "north_america": "english",
    "oceania": "english",
}
_LETTERS = str.maketrans(
    {"ı": "i", "İ": "I", "ø": "o", "ł": "l", "Ł": "L", "đ": "d", "’": "'", "–": "-", "“": '"', "”": '"'}
)


def plain(text: str) -> str:
    """A text in ASCII letters, accents left away."""
    folded = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return folded.encode("ascii", "ignore").decode("ascii")


class People:
    """Makes up people and keeps their addresses apart."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()
        self._group_of = {code: group for group in library.name_groups() for code in group.countries}
        self._by_key = {group.key: group for group in library.name_groups()}

    def person(self, country: str, domain: str) -> Person:
        """Somebody from a country with an address at `<domain>.example` that nobody else has."""
        group = self._group_of.get(country) or self._by_key[_GROUP_OF_REGION[places.country(country).region]]
        family, family_zh = self._random.choice(group.family)
        given, given_zh = self._random.choice(group.given)
        local = f"{_slug(given)}.{_slug(family)}"
        email, count = f"{local}@{domain}.example", 1
        while email in self._taken:
            count += 1
            email = f"{local}{count}@{domain}.example"
        self._taken.add(email)
        return Person(
            name=f"{family} {given}" if group.family_first else f"{given} {family}",
            name_zh=f"{family_zh}{given_zh}" if family_zh and given_zh else None,
            email=email,
            country=country,
            language="zh" if country == "CN" else "en",
        )


def choose_cities(submissions: int, *, random: Random, people: People) -> list[InventedCity]:
    """The cities of a cycle, about seven for every ten submissions, from as many countries as can be.

    Beyond the list in the library, further large cities with a Chinese name are taken from the gazetteer.
    """
    wanted = max(1, round(submissions * _CITIES_PER_SUBMISSION))
    listed = list(library.city_names())
    random.shuffle(listed)
    # One city of each country first, then the rest: few submissions still come from many countries.
    first = {code: (code, name, chinese) for code, name, chinese in reversed(listed)}
    chosen = [*first.values(), *(city for city in listed if city != first[city[0]])][:wanted]
    if len(chosen) < wanted:
        known = {(code, name) for code, name, _ in chosen}
        for city in places.cities():
            if len(chosen) == wanted:
                break
            if city.name_zh is not None and (city.country, city.name) not in known:
                known.add((city.country, city.name))
                chosen.append((city.country, city.name, city.name_zh))
    slip = random.randrange(len(chosen))
    return [
        _city(code, name, chinese, unit_error=place == slip, random=random, people=people)
        for place, (code, name, chinese) in enumerate(chosen)
    ]


def _city(code: str, name: str, chinese: str, *, unit_error: bool, random: Random, people: People) -> InventedCity:
    place = places.find_city(name, code)
    gdp, growth, gini = _FIGURES[places.country(code).region]
    density = min(24_000.0, max(420.0, random.lognormvariate(8.2, 0.7)))
    area = round(place.population / density, 1)
    data: dict[str, float | int] = {
        "population": place.population,
        "population_growth": round(random.uniform(*growth), 1),
        "area_km2": area,
        "density_per_km2": round(place.population / area, 1),
        "gdp_per_capita_usd": round(random.uniform(*gdp) / 10) * 10,
        "gini": round(random.uniform(*gini), 1),
    }
    true_data = dict(data)
    if unit_error:
        data["area_km2"] = round(area * 100)
        data["density_per_km2"] = round(data["density_per_km2"] / 1_000, 2)
        data["gdp_per_capita_usd"] = round(data["gdp_per_capita_usd"] / 1_000, 2)
    return InventedCity(
        key=f"{_slug(name)}-{code.lower()}",
        name=Text(name, chinese),
        country=code,
        latitude=place.latitude,
        longitude=place.longitude,
        time_zone=place.time_zone,
        delegate=people.person(code, _slug(name)),
        delegate_post=random.choice(library.posts()),
        data=data,
        true_data=true_data,
        prosperity=random.choice(library.pairs(library.telling()["prosperity"]["texts"])),
        unit_error=unit_error,
    )


def _slug(name: str) -> str:
    words = "".join(ch if ch.isalnum() else " " for ch in plain(name).lower()).split()
    return "-".join(words)
